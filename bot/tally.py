"""Counting what people ask; and nothing that is kept beside an answer costs anybody the answer."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from bot.counts import ACROSS, JOINED, NO_WORKSHOP, Counts, Names, Outcome, today
from bot.desk.themes import counted
from bot.keys import BadKey
from bot.logs import fault, logger
from bot.messages import Answer, Question
from bot.people import People
from bot.tables import TablesFailed
from index.opened import Opened

log = logger(__name__)


@contextmanager
def beside() -> Iterator[None]:
    """A fault in here is logged, and the answer goes on."""
    try:
        yield
    except (sqlite3.Error, TablesFailed, OSError, BadKey) as error:
        log.error("not kept", **fault(error))


class Tally:
    """Counts messages by what is known of them; of their people by hashes of the week."""

    def __init__(self, opened: Callable[[], Opened], people: People, counts: Counts) -> None:
        self._opened, self._people, self._counts = opened, people, counts

    def names(self, person: str) -> Names:
        """How the person is counted: by hashes that join with nothing else that is kept."""
        return partial(self._people.pseudonyms, person)

    def add(
        self, question: Question, language: str, outcome: Outcome, found: Answer | None = None
    ) -> None:
        """Count a message; a question with its answer by country, topic and source, too."""
        if not (person := question.person):
            return
        with beside():
            country = self._people.standing(person)[0]
            asked = counted(found, self._opened().library, country) if found else {}
            self._counts.add(
                today(),
                self.names(person),
                all="all",
                channel=person.partition(":")[0],
                language=language,
                outcome=outcome,
                **asked,
                **self._by_workshop(person, outcome, asked.get("topic", "")),
            )

    def passed_on(self, person: str) -> None:
        """Count a question that was passed on to staff; the question itself was counted before."""
        with beside():
            self._counts.add(today(), self.names(person), after="passed on")

    def _by_workshop(self, person: str, outcome: str, topic: object) -> dict[str, str]:
        """The cells by workshop, while anybody is in one: then also of who is in none."""
        if not self._people.anybody_joined():
            return {}
        code = self._people.workshop(person) or NO_WORKSHOP
        cells = {"workshop": code, "workshop outcome": f"{code}{ACROSS}{outcome}"}
        return cells | ({"workshop topic": f"{code}{ACROSS}{topic}"} if topic else {})

    def joined(self, person: str, code: str) -> None:
        """Count who joined a workshop, there alone: in no sum, so that no rest follows from it."""
        if person:
            with beside():
                self._counts.add(today(), self.names(person), **{JOINED: code})

    def disclosed(self) -> None:
        """Count a help card, by its month alone."""
        with beside():
            self._counts.disclosed(today())

    def forget(self, person: str) -> None:
        """Erase the person's hashes."""
        self._counts.forget(self.names(person))
