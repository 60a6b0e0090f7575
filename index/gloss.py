"""English for the words of a question, from the field's own glossary (index/glossary.csv).

A gloss is no translation: it names what a text is about, in the order of its words, and leaves
out what the glossary does not hold; the names of countries come from CLDR. It gives models and
word lists that know little Swahili, Kinyarwanda or Somali something to hold on to.
"""

import csv
import functools
import re
from collections.abc import Iterator
from pathlib import Path

from babel import Locale

from index.languages import fold

GLOSSARY = Path(__file__).with_name("glossary.csv")
LANGUAGES = ("en", "sw", "fr", "es", "pt", "ar", "rw", "so", "am", "lg")

# Who asks in one of these mixes English words in: they stand for themselves.
_MIXED = frozenset(("sw", "rw", "so", "lg"))
_AMBIGUOUS = frozenset(("PAR", "UN"))  # acronyms that are words of French and Spanish

_LONGEST = 6  # words in a phrase
_SHORTEST = 3  # Latin letters in a word; shorter ones are grammar
_WORD = re.compile(r"[^\W_]+")
_LATIN = re.compile(r"[a-z]")

# "Of" agrees with the noun before it: one form stands for all.
_LINKS = frozenset("wa ya za la cha vya pa".split())
_ARABIC_FRONT = re.compile(r"^(?:[وف]?(?:[بك]?ال|لل)|و(?=\w{4}))")
_ARABIC_BACK = re.compile(r"(?<=\w{3})(?:ات|ه)$")  # feminine, plural: adjectives follow their noun

# What may stand before a root: noun classes, subjects, tenses, relatives, objects.
_FRONTS = {
    "sw": "ha hu ni u a tu m mw wa w i ya y ki ch vi vy li zi z ku kw pa si na ta me ka nge ji ma"
    " mi ny n o po lo yo cho vyo zo mo",
    "rw": "u a i o mu mw ba b ki gi cy bi by n m ny zi z ru rw lu ka ga tu tw bu bw ku gu kw gw ma"
    " ha ri ry ya y wa w nta ra za ta k g",
    "lg": "o a e mu mw ba b ki ky bi by n m zi z lu lw ka tu tw bu bw ku kw ma ga gu gw li ly ya y"
    " wa w nga na ta",
}
_FRONT = {
    language: re.compile(f"(?:{'|'.join(sorted(parts.split(), key=len, reverse=True))}){{1,4}}")
    for language, parts in _FRONTS.items()
}
_INFINITIVE = {"sw": ("kw", "ku"), "rw": ("kw", "gu", "ku"), "lg": ("okw", "oku")}
_VERB_ENDS = re.compile(
    r"(?:i?sh|[ei]z|[ei]k|an|[ei]s|y)?(?:[ei]?w|[ei]?bw)?[aei](?:ni|ye|je|yo|po|mo)?"
)
# The article and the plural that Somali adds to a noun, the case and plural of Amharic.
_BACKS = {
    "sw": re.compile("ni"),
    "so": re.compile(
        r"(?:oo?yin|yaal|yaa|y?o|a?a?d|i?y|n)?(?:[kgtdh]h?|sh)?(?:[aiou]{1,2}[sny]?|eed|ooda|ood)?"
    ),
    "am": re.compile("(?:ዎች|ች|ው|ዋ)?[ንም]?"),
}
_AMHARIC_FRONT = re.compile("(?:የ|በ|ለ|ከ|ስለ|እና){1,2}")


class _Table:
    """The glossary of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.phrases: dict[str, tuple[str, ...]] = {}
        self.verbs: dict[str, tuple[str, ...]] = {}  # by what is left without "to" and the ending
        self.roots: dict[str, tuple[str, ...]] = {}  # nouns without the prefix of their class
        for english, variants in _rows(language):
            for variant in variants:
                self._add(english, self.terms(variant))
        self.word = functools.lru_cache(20_000)(self._word)

    def _add(self, english: str, terms: list[str]) -> None:
        phrase = " ".join(terms)
        if not phrase or (len(phrase) < _SHORTEST and _LATIN.match(phrase)):
            return
        known = self.phrases.get(phrase, ())
        if english not in known:
            self.phrases[phrase] = (*known, english)[:2]  # a third meaning would only blur
        front = _FRONT.get(self.language)
        if front is None or len(terms) > 1:
            return
        verb = next((to for to in _INFINITIVE[self.language] if phrase.startswith(to)), "")
        if verb and phrase[-1] in "ae" and len(phrase) >= len(verb) + 4:
            self.verbs.setdefault(phrase[len(verb) : -1], (english,))
        for cut in range(1, min(5, len(phrase) - 3)):
            if front.fullmatch(phrase, 0, cut) and len(phrase) - cut >= 4:
                self.roots.setdefault(phrase[cut:], (english,))

    def terms(self, text: str) -> list[str]:
        """The words of `text` in the form in which the table compares them."""
        found = _WORD.findall(fold(text))
        if self.language == "sw":
            return ["ya" if word in _LINKS else word for word in found]
        if self.language == "ar":
            return [_ARABIC_BACK.sub("", _ARABIC_FRONT.sub("", word)) or word for word in found]
        if self.language in ("fr", "es", "pt"):
            return [word.rstrip("s") if len(word) > 3 else word for word in found]
        return found

    def _word(self, word: str) -> tuple[str, ...]:
        """The meanings of one word, as it stands or without what grammar adds to it."""
        if found := self.phrases.get(word):
            return found
        if self.language == "am" and (front := _AMHARIC_FRONT.match(word)):
            return self._without_end(word[front.end() :]) or self._without_end(word)
        return self._without_end(word) or self._without_front(word)

    def _without_end(self, word: str) -> tuple[str, ...]:
        back = _BACKS.get(self.language)
        shortest = 2 if self.language == "am" else 4
        for cut in range(len(word), shortest - 1, -1) if back else ():
            if (found := self.phrases.get(word[:cut])) and back and back.fullmatch(word, cut):
                return found
        return ()

    def _without_front(self, word: str) -> tuple[str, ...]:
        front = _FRONT.get(self.language)
        for start in range(1, len(word) - 2) if front else ():
            found = self.roots.get(word[start:]) or self._verb(word, start)
            if found and front and front.fullmatch(word, 0, start):
                return found
        return ()

    def _verb(self, word: str, start: int) -> tuple[str, ...]:
        for end in range(len(word) - 1, start + 2, -1):
            if (found := self.verbs.get(word[start:end])) and _VERB_ENDS.fullmatch(word, end):
                return found
        return ()


def _rows(language: str) -> Iterator[tuple[str, list[str]]]:
    with GLOSSARY.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names = row["english"].split(";")
            # An abbreviation is used in any language; English needs a gloss of nothing else.
            short = [name for name in names[1:] if name.isupper() and name not in _AMBIGUOUS]
            own = [] if language == "en" else row[language].split(";")
            whole = [name for name in names if len(name) > _SHORTEST] if language in _MIXED else []
            yield names[0], [*own, *short, *whole, *(f"{name}s" for name in whole)]
    if language != "en":
        english, names = Locale("en").territories, Locale(language).territories
        yield from ((english[code], [names[code]]) for code in map(str, names) if code.isalpha())


@functools.cache
def _table(language: str) -> _Table:
    return _Table(language)


def gloss(text: str, language: str) -> list[str]:
    """English terms for the words of `text`, in their order, each once; the longest match wins."""
    if language not in LANGUAGES:
        return []
    table = _table(language)
    terms = table.terms(text)
    found: list[str] = []
    at = 0
    while at < len(terms):
        for length in range(min(_LONGEST, len(terms) - at), 1, -1):
            meanings = table.phrases.get(" ".join(terms[at : at + length]))
            if meanings:
                break
        else:
            length, meanings = 1, table.word(terms[at])
        found += meanings
        at += length
    return list(dict.fromkeys(found))


def covered(text: str, language: str) -> float:
    """The share, 0 to 1, of a text's longer words that the glossary knows one by one."""
    if language not in LANGUAGES:
        return 0.0
    table = _table(language)
    terms = [term for term in table.terms(text) if len(term) > _SHORTEST]
    return sum(bool(table.word(term)) for term in terms) / len(terms) if terms else 0.0
