"""/share and /withdraw: a practitioner tells what worked, and can take it back.

Until they agree, all they wrote is in this process's memory, for half an hour at most: nothing is
written down, and a restart loses it.
"""

import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.channels.port import MOST_FILE
from bot.desk import sharing_texts as texts
from bot.desk.contributions import Contributions, State, Told
from bot.desk.handed import FORMATS, NotRead, text_of
from bot.logs import logger
from bot.messages import Kind, Question, Reply
from bot.phrases import detect
from bot.redaction import MARK as REDACTED
from bot.redaction import Kind as Private
from bot.redaction import private, redact
from bot.replies import returning
from bot.safeguarding import first as safeguarding

MARK = "share"  # the buttons' name: "share:Xq3v9a2L:agree"
LONGEST = 8_000  # characters of a contribution: all of it is shown before its giver agrees
BRIEF = 60  # characters of a place or a name
LAPSES = 1_800.0  # seconds without a word, after which a draft is gone
MOST = 1_000  # drafts at a time; the oldest goes first
log = logger(__name__)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


class Step(StrEnum):
    """What a draft waits for."""

    WRITING = "writing"
    SHOWN = "shown"
    PLACE = "place"
    NAMING = "naming"
    NAME = "name"
    CONSENT = "consent"


@dataclass(slots=True, kw_only=True)
class Draft:
    """What somebody is telling, before they agreed to anything."""

    token: str
    language: str  # that its giver is spoken to in
    until: float
    step: Step = Step.WRITING
    written: str = ""
    place: str = ""
    year: str = ""
    name: str = ""
    files: bool = False  # whether its giver may send a document, too
    returns: bool = False  # whether its giver must come back to read what is replied later

    @property
    def redacted(self) -> str:
        """What would be kept."""
        return redact(self.written)


_LEADS = {  # which button leads where from which step; "agree" and "stop" are not in it
    (Step.WRITING, "done"): Step.SHOWN,
    (Step.SHOWN, "right"): Step.PLACE,
    (Step.SHOWN, "anew"): Step.WRITING,
    (Step.PLACE, "skip"): Step.NAMING,
    (Step.NAMING, "unnamed"): Step.CONSENT,
    (Step.NAMING, "named"): Step.NAME,
    (Step.NAME, "unnamed"): Step.CONSENT,
}


class Sharing:
    """The conversations in which people share. Any thread may call."""

    def __init__(
        self, contributions: Contributions, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`contributions` keeps what people agreed to."""
        self._contributions, self._clock = contributions, clock
        self._lock = threading.Lock()
        self._drafts: dict[str, Draft] = {}

    def hear(self, question: Question, language: str) -> Reply | None:
        """The reply to what belongs to sharing; None for all else. `language`: to speak in.

        What tells of harm never comes here: the help card was the reply to it.
        """
        read = self._read(question) if question.file else question  # outside of the lock
        return read if isinstance(read, Reply) else self._heard(read, language)

    def awaits(self, person: str) -> bool:
        """Whether this person may send a document now."""
        draft = self._drafts.get(person)
        return draft is not None and draft.step is Step.WRITING

    def _read(self, question: Question) -> Question | Reply:
        """A document as if its text were written; else what is said of it."""
        draft, file = self._drafts.get(question.person), question.file
        if draft is None or file is None or draft.step is not Step.WRITING:
            return question
        if not file.data:
            return texts.not_fetched(draft, MOST_FILE)
        try:
            said = f"{question.text}\n\n{text_of(file)}"
        except NotRead as error:
            log.info("a document was not read", why=type(error.__cause__).__name__)
            return texts.not_read(draft, FORMATS)
        return replace(question, kind=Kind.TEXT, text=said, file=None)

    def _heard(self, question: Question, language: str) -> Reply | None:
        with self._lock:
            self._sweep()
            match question.kind:
                case Kind.COMMAND:
                    return self._told(question, language)
                case Kind.BUTTON:
                    mark, _, data = question.text.partition(":")
                    return self._pressed(question.person, data, language) if mark == MARK else None
            draft = self._drafts.get(question.person)
            return self._said(draft, question) if draft else None

    def forget(self, person: str) -> None:
        """Forget what somebody is telling, now."""
        with self._lock:
            self._sweep()
            self._drafts.pop(person, None)

    def _told(self, question: Question, language: str) -> Reply | None:
        name, _, rest = question.text.strip().partition(" ")
        match name.lower():
            case "share":
                return self._begin(question, language)
            case "withdraw":
                return self._take_back(rest, language)
        return None

    def _begin(self, question: Question, language: str) -> Reply:
        person = question.person
        self._drafts.pop(person, None)
        while len(self._drafts) >= MOST:
            self._drafts.pop(next(iter(self._drafts)))
        token, until = secrets.token_urlsafe(6), self._clock() + LAPSES
        self._drafts[person] = Draft(
            token=token, language=language, until=until, files=question.files,
            returns=question.returns,
        )  # fmt: skip
        return texts.explained(self._drafts[person])

    def _take_back(self, code: str, language: str) -> Reply:
        found = self._contributions.coded(code)
        if found is None:
            return texts.unknown_code(language)
        if found.state is not State.WITHDRAWN:
            self._contributions.withdraw(found.id)
        return texts.taken_back(language)

    def _pressed(self, person: str, data: str, language: str) -> Reply:
        token, _, choice = data.partition(":")
        draft = self._drafts.get(person)
        if draft is None or draft.token != token:
            return texts.lost(language)
        draft.until = self._clock() + LAPSES
        if choice == "stop":
            del self._drafts[person]
            return texts.stopped(draft.language)
        if choice == "agree" and draft.step is Step.CONSENT:
            return self._agreed(person, draft)
        return self._led(person, draft, choice)

    def _led(self, person: str, draft: Draft, choice: str) -> Reply:
        """Where a button leads; one of an earlier step shows what is waited for now."""
        if choice == "done" and draft.step is Step.WRITING:
            if not draft.written:
                return texts.nothing_yet(draft)
            if (card := self._disclosed(draft)) is not None:
                del self._drafts[person]
                return card
        if choice == "anew" and draft.step is Step.SHOWN:
            draft.written = ""
        if choice == "unnamed":
            draft.name = ""
        draft.step = _LEADS.get((draft.step, choice), draft.step)
        return texts.waiting(draft)

    def _disclosed(self, draft: Draft) -> Reply | None:
        """The help card, where the messages together tell what none of them told alone."""
        said = Question(text=draft.written, language=draft.language)
        return safeguarding.look(said, lambda _: draft.language).card

    def _said(self, draft: Draft, question: Question) -> Reply:
        draft.until = self._clock() + LAPSES
        if question.kind is Kind.EDITED:
            return texts.first_wording(draft)
        if question.kind is not Kind.TEXT:
            return texts.only_text(draft)
        text = question.text.strip()
        match draft.step:
            case Step.WRITING:
                together = f"{draft.written}\n\n{text}".strip()
                if len(together) > LONGEST:
                    return texts.too_long(draft, LONGEST)
                draft.written = together
                return texts.taken(draft)
            case Step.PLACE:
                draft.place, draft.year = _placed(text)
                draft.step = Step.NAMING
            case Step.NAME:
                draft.name = " ".join(text.split())[:BRIEF]
                draft.step = Step.CONSENT
        return texts.waiting(draft)

    def _agreed(self, person: str, draft: Draft) -> Reply:
        """The first moment at which anything is written down."""
        receipt = self._contributions.add(
            Told(
                text=draft.redacted,
                place=draft.place,
                year=draft.year,
                language=detect(draft.redacted, draft.language),
                name=draft.name,
                speaks=draft.language,
            )
        )
        del self._drafts[person]
        thanks = texts.thanks(draft.language, receipt)
        told = (returning(draft.language),) if draft.returns else ()
        return replace(thanks, lines=(*thanks.lines, *told))

    def _sweep(self) -> None:
        now = self._clock()
        for person in [p for p, draft in self._drafts.items() if draft.until < now]:
            del self._drafts[person]


def _placed(text: str) -> tuple[str, str]:
    """A place and a year, "Kilifi" and "2026"; a person's name or number in it is taken out."""
    for found in reversed(private(text)):
        if found.kind is not Private.PLACE:
            text = text[: found.start] + REDACTED + text[found.end :]
    year = _YEAR.search(text)
    if year:
        text = text[: year.start()] + text[year.end() :]
    place = " ".join(text.replace(REDACTED, " ").split()).strip(" ,;.-–()/")
    return place[:BRIEF].strip(), year[0] if year else ""
