"""Which language a text is in, and how its words are made comparable."""

import functools
import hashlib
import re
import threading
import unicodedata
from collections.abc import Mapping

import Stemmer

from index.identifier import identifier

SPOKEN = ("en", "sw", "fr", "es", "pt", "ar")  # what the assistant speaks
RULES = "snowball, folded, glossed/5"  # names the rules of `words`: an index keeps it in its recipe

_SNOWBALL = {"en": "english", "fr": "french", "es": "spanish", "pt": "portuguese", "ar": "arabic"}
_WORD = re.compile(r"[^\W_]+")
_ARABIC_LETTERS = str.maketrans("أإآٱىة", "اااايه", "ـ")
_SILENT = re.compile(r"(?<=[aeiouáéíóúâêô])[cp]([çt])")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_LATIN = re.compile(r"[a-zA-ZÀ-ɏ]")

# Words that settle a short text, which letter statistics alone get wrong: "asante sana" looks
# Spanish to them. Only words that are not words of another of the six languages.
_TELLTALE = {
    "en": "the what how which who where when why is are does do should can of and with for we my"
    " hello hi thanks thank you child children help",
    "sw": "ya wa na kwa ni za la cha vya katika je nini vipi gani nani wapi lini mtoto watoto jamii"
    " habari asante sana naomba nataka kuna hii hizo yake wangu nifanye ulinzi msaada mambo"
    " naeza niaje sasa shikamoo hujambo tafadhali",
    "fr": "le les des du et est que qu'est c'est quoi comment quels quelle quelles quel pourquoi"
    " une dans avec nous sont enfant enfants bonjour merci salut svp vous il faut avez",
    "es": "el los las del y qué cuál cuáles cómo cuándo dónde por para una con niñas niños niñez"
    " hola gracias puedo debo hay ¿ cual quien quién adónde buenos dias",
    "pt": "os do dos da das e é qual quais como onde quando uma com não nao são sao criança crianca"
    " crianças criancas olá ola obrigado obrigada oq voce você vcs bom dia pra há ao",
}
_SHARED = {
    word
    for word in " ".join(_TELLTALE.values()).split()
    if sum(word in words.split() for words in _TELLTALE.values()) > 1
}
_HINTS = {language: frozenset(words.split()) - _SHARED for language, words in _TELLTALE.items()}
_HINT_WEIGHT = 6.0  # nats a telltale word adds; the identifier's own scores differ by 1 to 20
_UNKNOWN = -1e30  # the identifier's score where it knows no letter group of the text
_PRIOR_WEIGHT = 2.0  # nats that the person's own language adds

BEYOND = ("rw", "so", "lg", "am")  # asked in, too, and glossed, though not spoken
_SURE = 3.0  # nats by which one of these must be likelier than the language that is spoken


_last = threading.local()  # each thread's ranking: an answer asks for that of one text six times


def _ranked(text: str) -> Mapping[str, float]:
    """The identifier's languages, likeliest first, with their scores in nats.

    The same again costs nothing; of the text stays a digest.
    """
    key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    held: tuple[bytes, dict[str, float]] | None = getattr(_last, "held", None)
    if held is None or held[0] != key:
        held = key, dict(identifier().rank(text))
        _last.held = held
    return held[1]


def identify(text: str) -> str:
    """The likeliest of some hundred languages by letters alone, ISO 639-1; short texts mislead."""
    return next(iter(_ranked(text)))


def detect(text: str, prior: str | None = None, spoken: tuple[str, ...] = SPOKEN) -> str:
    """The language of `text` among those that are spoken, ISO 639-1.

    `prior` is what the person speaks as far as is known; it decides where the text does not.
    """
    fallback = prior if prior in spoken else "en"
    if _ARABIC.search(text):
        # Arabic letters among Latin ones may be a name or a quotation: the majority decides.
        if len(_ARABIC.findall(text)) >= len(_LATIN.findall(text)):
            return "ar"
    elif not _LATIN.search(text):
        return fallback
    ranked = _ranked(text)
    known = max(ranked.values()) > _UNKNOWN
    scores = {language: ranked.get(language, 0.0) if known else 0.0 for language in spoken}
    found = re.findall(r"[\w']+|¿", text.lower())
    for language, hints in _HINTS.items():
        scores[language] += _HINT_WEIGHT * sum(word in hints for word in found)
    scores[fallback] += _PRIOR_WEIGHT if prior in spoken else 0.5
    return max(scores, key=scores.__getitem__)


def heard(text: str, spoken: str) -> str:
    """The language of a text, the ones beyond `SPOKEN` included; `spoken` is `detect`'s."""
    ranked = _ranked(text)
    best = max(BEYOND, key=ranked.__getitem__)
    return best if ranked[best] > max(ranked[spoken], _UNKNOWN) + _SURE else spoken


@functools.cache
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(_SNOWBALL[language], 10_000)


def encodable(text: str) -> str:
    """`text` for libraries in C: no NUL, at which a string ends, no half of a surrogate pair."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def fold(text: str) -> str:
    """Small letters without accents, vowel signs and tatweel; Arabic letter variants made one."""
    if text.isascii():  # most words: nothing to take off
        return text.lower()
    letters = unicodedata.normalize("NFKD", text).lower()  # a styled H is small only as an H
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return bare.translate(_ARABIC_LETTERS)


def words(text: str, language: str) -> list[str]:
    """The terms of `text` in order: stemmed where Snowball knows the language, and folded."""
    if language not in _SNOWBALL:
        return _WORD.findall(fold(text))
    if language == "ar":  # its stemmer expects folded letters, the others their accents
        return list(_stemmer("ar").stemWords(_WORD.findall(fold(text))))
    text = unicodedata.normalize("NFC", text.lower())
    if language == "pt":  # the spelling before 1990, alive in Mozambique: protecção, actividade
        text = _SILENT.sub(r"\1", text)
    found = _WORD.findall(text)
    return _WORD.findall(fold(" ".join(_stemmer(language).stemWords(found))))
