"""Names of countries in a text, in the languages that are spoken, from CLDR."""

import functools
import re

from babel import Locale

from index.languages import SPOKEN, fold

_ALSO_CALLED = {
    "CD": "drc|rdc|dr congo|democratic republic of congo|republique democratique du congo",
    "CI": "cote d'ivoire|ivory coast", "PS": "palestine|palestina|opt|فلسطين",
    "SL": "sierra leone", "TZ": "zanzibar", "GB": "uk", "US": "usa",
}  # fmt: skip
_NONE = frozenset("EU EZ QO UN XA XB ZZ".split())
# The name stands alone, or after what Arabic writes on to it.
_BEFORE = r"(?<!\w)(?:[وف]?[بل]?)"
_PROPERTY = "mali"  # in Swahili, more often than the country
_SHORTEST = 4  # letters of a name that needs no preposition before it


def folded(text: str) -> str:
    """Small letters without accents; one kind of apostrophe."""
    return fold(text).replace("’", "'")


@functools.cache
def countries(language: str) -> dict[str, str]:
    """Codes, ISO 3166 in two letters, by folded name, in this language and in English."""
    named: dict[str, str] = {}
    for held in {"en", language}:
        for code, name in Locale(held).territories.items():
            if str(code).isalpha() and code not in _NONE:
                parts = (part.strip() for part in re.split(r"[()]", folded(str(name))))
                named |= {part: str(code) for part in parts if part}
    also = ((name, code) for code, names in _ALSO_CALLED.items() for name in names.split("|"))
    return named | {folded(name): code for name, code in also}


@functools.cache
def either(language: str) -> str:
    """A pattern of all names, folded, the longest first."""
    return "|".join(sorted(map(re.escape, countries(language)), key=len, reverse=True))


@functools.cache
def _anywhere(language: str) -> re.Pattern[str]:
    return re.compile(rf"{_BEFORE}(?P<name>{either(language)})(?!\w)")


def named_in(text: str, language: str) -> frozenset[str]:
    """The codes of the countries that a text in this language names, wherever it does."""
    language = language if language in SPOKEN else "en"
    names = (found["name"] for found in _anywhere(language).finditer(folded(text)))
    return frozenset(
        countries(language)[name]
        for name in names
        if len(name) >= _SHORTEST and not (language == "sw" and name == _PROPERTY)
    )


def country_named(name: str) -> str:
    """The code of the country of this name, in any of the six languages; "" where none is."""
    wanted = " ".join(folded(name).split())
    return next((code for one in SPOKEN if (code := countries(one).get(wanted))), "")
