"""Takes out of a text what tells who a child is: names, numbers, addresses, places.

Patterns, cue words in six languages at once (people mix them) and lists of given names. It misses
some and takes some too many: README.md has the figures, tests/redaction/ the messages behind them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers

from bot import redaction_cues as cues
from bot.names import (
    countries,
    every_given_name,
    family_names,
    given_names,
    library_words,
    public_words,
)
from index.languages import fold

MARK = "…"  # what stands in place of it: no word that a search would look for


class Kind(StrEnum):
    """What a private stretch of text is."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    ID = "id"
    PLACE = "place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Private:
    """A stretch of a text that must not be passed on: `text[start:end]`."""

    start: int
    end: int
    kind: Kind


_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_DIGITS = re.compile(r"(?<![\w/])\+?\(?\d(?:[\s().-]{0,2}\d){6,}(?![\w/])")
_YEARS = re.compile(r"(?:(?:19|20)\d\d\D{0,3})+")
_CODE = r"(?=[\w/.-]*\d{3})[\w]+(?:[/.-]\w+)*"
_CUED_ID = re.compile(rf"\b(?:{cues.ID})(?:[^\d.!?؟\n]{{0,40}}?)(?<![\w/.-])({_CODE})", re.I)
_BARE_ID = re.compile(r"\b(?:[A-Z]{1,4}[-/ ]?\d{5,}\w?|[A-Z]{2,5}/\d{4}/\d{2,}|\d{3,}-\d{4,})\b")
_WORD = re.compile(r"[^\W\d_][\w'’]*(?:-[^\W\d_][\w'’]*)*")
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w'’]*(?:-[A-ZÀ-ÖØ-Þ]?[\w'’]+)*"
_MORE = rf"(?:\s+(?:(?:{cues.PARTICLE})\s+)?(?:{_CAPITAL})\.?){{0,3}}"
_RUN = re.compile(rf"{_CAPITAL}\.?{_MORE}")
_CALLED = re.compile(rf"(?i:\b(?:{cues.CALLED}))\s+((?:{_CAPITAL}\.?{_MORE})|[^\W\d_]{{3,}})")
_TITLED = re.compile(rf"\b(?:{cues.TITLE})\s+(?:{_CAPITAL}){_MORE}")
_AGED = re.compile(rf"(?:^|(?<=[.!?:]\s))({_CAPITAL}{_MORE}),\s+(?i:{cues.AGE})")
_SAYS = re.compile(rf"(?:^|(?<=[.!?:]\s))({_CAPITAL}{_MORE})\s+(?:{cues.SAYS})\b")
_CASE = re.compile(rf"\b(?:{cues.CASE})\b", re.I)
_PLACES = tuple(re.compile(pattern) for pattern in cues.places(_CAPITAL))
_CUED_AR = re.compile(
    rf"(?<![\u0621-\u064a])(?:{cues.CALLED_AR})\s+([\u0621-\u064a]{{3,}})"
    rf"|(?:^|[.؟!]\s)([\u0621-\u064a]{{3,}})(?=،\s+\d{{1,2}}\s+سن)"
)
_PLACES_AR = tuple(re.compile(pattern) for pattern in cues.PLACES_AR)


def redact(text: str) -> str:
    """The text with each private stretch made one mark."""
    parts, at = [], 0
    for found in private(text):
        parts += [text[at : found.start], MARK]
        at = found.end
    return "".join([*parts, text[at:]])


def private(text: str) -> list[Private]:
    """What must not be passed on, in order, without overlaps; of two, the one that starts first."""
    every = [*_numbers(text), *_places(text), *_names(text)]
    every.sort(key=lambda found: (found.start, -found.end))
    kept: list[Private] = []
    for found in every:
        if not kept or found.start >= kept[-1].end:
            kept.append(found)
        elif found.end > kept[-1].end:
            last = kept.pop()
            kept.append(Private(start=last.start, end=found.end, kind=last.kind))
    return kept


def _numbers(text: str) -> Iterator[Private]:
    for match in _EMAIL.finditer(text):
        yield _of(Kind.EMAIL, match)
    for match in _CUED_ID.finditer(text):
        if not _YEARS.fullmatch(match[1]):
            yield _of(Kind.ID, match, 1)
    for match in _BARE_ID.finditer(text):
        yield _of(Kind.ID, match)
    for number in phonenumbers.PhoneNumberMatcher(text, None, phonenumbers.Leniency.POSSIBLE):
        yield Private(start=number.start, end=number.end, kind=Kind.PHONE)
    for match in _DIGITS.finditer(text):
        if not _YEARS.fullmatch(match[0]):
            yield _of(Kind.PHONE, match)


def _places(text: str) -> Iterator[Private]:
    for pattern in (*_PLACES, *_PLACES_AR):
        for match in pattern.finditer(text):
            if _is_place(match):
                yield _of(Kind.PLACE, match, "all")


def _is_place(match: re.Match[str]) -> bool:
    """Whether it may name a private place: known to nobody, and no common word."""
    groups = match.groupdict()
    small, who, origin = (groups.get(name) for name in ("small", "who", "origin"))
    if who and fold(who) not in given_names():
        return False
    if small and (small in cues.NO_PLACES or fold(small) in library_words() | countries()):
        return False
    if small or origin:  # of one person: that the library speaks of the place tells nothing
        return not {fold(word) for word in _WORD.findall(match["name"])} <= countries()
    return match["all"] not in cues.COMMON_AR and not _public(match["name"], every=True)


def _names(text: str) -> Iterator[Private]:
    case = bool(_CASE.search(text))  # it speaks of one person, not of a subject
    for match in _CALLED.finditer(text):
        if not _common(match[1]) and not _public(match[1]):
            yield _of(Kind.NAME, match, 1)
    for pattern, group in ((_TITLED, 0), (_AGED, 1)):
        yield from (_of(Kind.NAME, match, group) for match in pattern.finditer(text))
    for match in _SAYS.finditer(text):
        if fold(match[1].split()[0]) in every_given_name():
            yield _of(Kind.NAME, match, 1)
    for match in _RUN.finditer(text):
        if _is_name(text, match, case):
            yield _of(Kind.NAME, match)
    yield from _arabic_names(text, case)


def _is_name(text: str, match: re.Match[str], case: bool) -> bool:
    """A run of capitals: it holds a given name, or an unknown word in a message about one case."""
    words = [fold(word) for word in _WORD.findall(match[0])]
    if _public(match[0]) or match[0].isupper():
        return False
    if any(word in given_names() for word in words):
        return True
    opens = not text[: match.start()].strip(" \n«“\"'¿¡") or bool(
        re.search(r"[.!?:…]\s*[«“\"'¿¡]*\s*$", text[: match.start()])
    )
    return case and not opens and len(words[0]) > 2


def _arabic_names(text: str, case: bool) -> Iterator[Private]:
    words = list(re.finditer(r"[\u0621-\u064a]+", text))
    cued = {match.start(match.lastindex or 0) for match in _CUED_AR.finditer(text)}
    for at, word in enumerate(words):
        start = 0 if word.start() in cued and word[0] not in cues.COMMON_AR else None
        if start is None and case:
            start = _arabic_name_at(word[0])
        if start is None:
            continue
        end = word.end()
        for after in words[at + 1 : at + 3]:  # the father's and the family's name
            if text[end : after.start()] != " " or not _family(after[0]):
                break
            end = after.end()
        father = re.search(rf"(?:^|\s)((?:{cues.TITLE_AR})\s+)$", text[: word.start()])
        first = father.start(1) if father else word.start() + start
        yield Private(start=first, end=end, kind=Kind.NAME)


def _arabic_name_at(word: str) -> int | None:
    """Where in the word a given name starts: after "and", "for", "with"; None: nowhere."""
    if fold(word) in given_names():
        return 0
    if fold(word) in public_words():
        return None
    joined = word[:1] in "ول" and len(word) > 4 and fold(word[1:]) in given_names()
    return 1 if joined else None


def _family(word: str) -> bool:
    known = fold(word) in every_given_name() | family_names() or word.startswith("ال")
    return known and word not in cues.COMMON_AR


def _public(text: str, *, every: bool = False) -> bool:
    """Whether a word of it, or `every` word, is known to all: the library's, a country's."""
    words = [fold(word) for word in _WORD.findall(text) if word[0].isupper() and len(word) > 1]
    known = [word in public_words() for word in words]
    return bool(known) and (all(known) if every else any(known))


def _common(text: str) -> bool:
    return text.islower() and fold(text) in cues.COMMON


def _of(kind: Kind, match: re.Match[str], group: int | str = 0) -> Private:
    return Private(start=match.start(group), end=match.end(group), kind=kind)
