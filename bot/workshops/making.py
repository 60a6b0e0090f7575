"""Making a workshop, for the terminal, the console and the chat alike: what is given, checked."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from bot.phrases import languages
from bot.wishes import SETTINGS, setting_named
from bot.workshops.kept import BadWorkshop, Workshops, visible
from bot.workshops.starters import starters, unanswered
from bot.workshops.workshop import QUESTIONS, Workshop
from corpus.library import Library
from index.countries import country_named
from index.opened import Opened

LONGEST = 150  # characters of a question: five of them, and the greeting, fit on a phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a trainer gave, as they wrote it."""

    title: str
    language: str  # ISO 639-1
    topic: str = ""
    country: str = ""  # its name in one of the six languages, or its code
    setting: str = ""
    documents: Sequence[str] = ()  # ids of sources
    questions: Sequence[str] = ()  # none: they are chosen
    expires: str = ""  # the last day, as 2026-04-30; "": it stays open
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A workshop, and which of its questions the library does not answer."""

    workshop: Workshop
    unanswered: tuple[str, ...]


def make(given: Given, kept: Workshops, opened: Opened) -> Made:
    """Make and keep a workshop, and try its questions. Raises BadWorkshop, one line."""
    if given.language not in languages():
        raise BadWorkshop(f"language {given.language!r}: is none of {', '.join(languages())}")
    own = _questions(given.questions)
    workshop = kept.new(
        title=given.title,
        language=given.language,
        topic=given.topic,
        country=_country(given.country),
        setting=_setting(given.setting),
        documents=_documents(given.documents, opened.library),
        questions=own or starters(given.topic, given.language, opened),
        expires=_end_of(given.expires),
        by=given.by,
    )
    return Made(workshop=workshop, unanswered=unanswered(own, given.language, opened))


def _questions(questions: Iterable[str]) -> tuple[str, ...]:
    own = tuple(said for one in questions if (said := visible(one)))
    for one in own:
        if len(one) > LONGEST or not one.isprintable():
            raise BadWorkshop(f"the question “{one[:60]}…”: write {LONGEST} characters at most")
    if len(own) > QUESTIONS:
        raise BadWorkshop(f"{len(own)} questions: a workshop has {QUESTIONS} at most")
    return own


def _country(name: str) -> str:
    code = country_named(name) if name.strip() else ""
    if not code and name.strip():
        raise BadWorkshop(f"country {name!r}: is not known; write it as Uganda or Ouganda")
    return code


def _setting(name: str) -> str:
    said = name.strip().lower()
    setting = said if said in SETTINGS else setting_named(said)
    if said and not setting:
        raise BadWorkshop(f"setting {name!r}: is none of {', '.join(SETTINGS)}")
    return setting


def _documents(ids: Iterable[str], library: Library) -> tuple[str, ...]:
    wanted, held = tuple(dict.fromkeys(filter(None, map(str.strip, ids)))), library.sources()
    if missing := [id for id in wanted if id not in held]:
        raise BadWorkshop(f"document {missing[0]!r}: is not in the library; see exchange library")
    return wanted


def _end_of(day: str) -> float | None:
    """The last second of the day, in UTC: nobody joins after it."""
    if not day.strip():
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", day.strip()):
            raise ValueError
        over = datetime.combine(date.fromisoformat(day.strip()), time(23, 59, 59), UTC)
    except ValueError:
        raise BadWorkshop(f"last day {day!r}: write it as 2026-04-30") from None
    return over.timestamp()
