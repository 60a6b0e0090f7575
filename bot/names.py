"""Which words are names of people: given names of many countries, less what is also a word.

The lists are Faker's, made to invent people: wide, kept up, in the letters that people write.
What the library speaks of (countries, languages, publishers, its authors) is no private name.
"""

import functools
import re
from itertools import chain

from babel import Locale
from faker.providers.person import (
    ar_AA,
    ar_DZ,
    ar_SA,
    en_GB,
    en_KE,
    en_NG,
    en_US,
    es_CO,
    es_MX,
    fr_DZ,
    fr_FR,
    ha_NG,
    ig_NG,
    pt_BR,
    pt_PT,
    sw,
    tw_GH,
    yo_NG,
    zu_ZA,
)

from corpus.source import read_catalogue
from index.languages import SPOKEN, fold

_LISTS = (
    *(ar_DZ, ar_SA, en_GB, en_KE, en_NG, en_US, es_CO, es_MX, fr_DZ, fr_FR),
    *(ha_NG, ig_NG, pt_BR, pt_PT, sw, tw_GH, yo_NG, zu_ZA),
)
# Names that are more often words in messages about children.
_WORDS = frozenset(
    fold(word)
    for word in (
        "abril agosto alba amor amour april august bishop blessing charity christian constant dan"
        " daisy dawn dean domingo duke earl esperanza faith flor france frank free german gift"
        " grant guy happy hope iris israel ivory jordan joy june justice king lady luz mar mark"
        " mars may mercedes miracle modest mercy norma noble olive pascal patience paz peace penny"
        " precious prince princess promise providence queen reina rey rich rose royal ruth salvador"
        " sandy santa santos sierra sol summer sunday temple trust unity valentine victor victoria"
        " violet will wisdom wise amani mama baba bibi furaha imani tumaini upendo pendo sauti"
        " أمل أمان إيمان بسمة بر بيان تاج ثورة جمال جميل حرب حرية حسن حق حنان حياة"
        " خير دعم دليل ذكر رأي رجاء رحمة رضا رضى سعيد سلام سند شفاء شمس صالح صباح"
        " صبر صحة صغير ضياء طاهر عادل عدل عزة عفاف علم عمل عون فخر فرح فضل قائد"
        " قاسم قمر كامل كريم كمال كوثر ماجد مجد محب محسن مريض معتز نجاح نصر نور"
        " هدى هداية هناء وفاء وسيم ولاء وليد وعد يسر طفل طفلة بنت ولد دين زين شريف"
        " شهد شهادة غالي ناجي ناصح هادي جود جواب راتب على عبد"
    ).split()
)
_LAWS = frozenset("act law lei ley loi sheria".split())  # the name in it is public
_WORD = re.compile(r"[^\W\d_]+")


@functools.cache
def every_given_name() -> frozenset[str]:
    """Folded given names, of three letters and more."""
    lists = (
        getattr(part.Provider, name)
        for part in _LISTS
        for name in dir(part.Provider)
        if name.startswith("first_names")
    )
    words = (word for name in chain(*lists) for word in fold(str(name)).split())
    return frozenset(word for word in words if len(word) > 2 and not word.startswith("ال"))


@functools.cache
def family_names() -> frozenset[str]:
    """Folded family names in Arabic letters, where no capital tells them."""
    lists = (part.Provider.last_names for part in (ar_AA, ar_DZ, ar_SA))
    words = (word for name in chain(*lists) for word in fold(str(name)).split())
    return frozenset(word for word in words if len(word) > 2)


@functools.cache
def given_names() -> frozenset[str]:
    """Those of them that are not also words."""
    return every_given_name() - _WORDS - _lower_words()


@functools.cache
def _lower_words() -> frozenset[str]:
    """What the library writes small."""
    text = " ".join(f"{s.title} {' '.join(s.key_points)}" for s in read_catalogue())
    return frozenset(fold(word) for word in _WORD.findall(text) if word.islower())


@functools.cache
def public_words() -> frozenset[str]:
    """Folded words with a capital that name no private person or place: what the library holds."""
    held = read_catalogue()
    text = " ".join(f"{s.title} {s.publisher} {s.region} {' '.join(s.key_points)}" for s in held)
    places = chain.from_iterable(
        chain(
            (name for code, name in locale.territories.items() if len(code) == 2),
            locale.languages.values(),
            *(locale.months["format"]["wide"].values(), locale.days["format"]["wide"].values()),
        )
        for locale in map(Locale, SPOKEN)
    )
    words = _WORD.findall(f"{text} {' '.join(map(str, places))}")
    return frozenset(fold(word) for word in words) - given_names() | _authors() | _LAWS


@functools.cache
def _authors() -> frozenset[str]:
    """Family names of authors: whoever asks what they wrote names no private person."""
    authors = " ".join(source.authors for source in read_catalogue())
    return frozenset(fold(word) for word in _WORD.findall(authors)) - given_names()
