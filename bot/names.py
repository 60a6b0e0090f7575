"""Which words are names of people: given names of many countries, less what is also a word.

The lists are taken from Faker's, made to invent people: wide, in the letters that people write.
What the library speaks of (countries, languages, publishers, its authors) is no private name.
"""

import functools
import re
from itertools import chain
from pathlib import Path

from babel import Locale

from corpus.source import read_catalogue
from index.languages import SPOKEN, fold

GIVEN = Path(__file__).with_name("given_names.txt")
FAMILY = Path(__file__).with_name("family_names.txt")
"""One folded name a line; `scripts.given_names` writes both."""
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
    return frozenset(GIVEN.read_text(encoding="utf-8").split())


@functools.cache
def family_names() -> frozenset[str]:
    """Folded family names in Arabic letters, where no capital tells them."""
    return frozenset(FAMILY.read_text(encoding="utf-8").split())


@functools.cache
def given_names() -> frozenset[str]:
    """Those of them that are not also words."""
    return every_given_name() - _WORDS - library_words()


@functools.cache
def library_words() -> frozenset[str]:
    """Folded words that the library writes small."""
    text = " ".join(f"{s.title} {' '.join(s.key_points)}" for s in read_catalogue())
    return frozenset(fold(word) for word in _WORD.findall(text) if word.islower())


@functools.cache
def public_words() -> frozenset[str]:
    """Folded words with a capital that name no private person or place: what the library holds."""
    held = read_catalogue()
    text = " ".join(f"{s.title} {s.publisher} {s.region} {' '.join(s.key_points)}" for s in held)
    words = _WORD.findall(text)
    known = frozenset(fold(word) for word in words) | countries()
    return known - given_names() | _authors() | _LAWS


@functools.cache
def countries() -> frozenset[str]:
    """Folded words of the names of countries, languages, months and days, in all languages."""
    places = chain.from_iterable(
        chain(
            (name for code, name in locale.territories.items() if len(code) == 2),
            locale.languages.values(),
            *(locale.months["format"]["wide"].values(), locale.days["format"]["wide"].values()),
        )
        for locale in map(Locale, SPOKEN)
    )
    return frozenset(fold(word) for word in _WORD.findall(" ".join(map(str, places))))


@functools.cache
def _authors() -> frozenset[str]:
    """Family names of authors: whoever asks what they wrote names no private person."""
    authors = " ".join(source.authors for source in read_catalogue())
    return frozenset(fold(word) for word in _WORD.findall(authors)) - given_names()
