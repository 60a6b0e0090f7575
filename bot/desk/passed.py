"""Questions that people let pass on to the hub's staff, until they are answered.

Kept are the redacted text, its language, the network and a token that can bring one reply. Whose
it is stands here only as a keyed hash, so that /forget finds it. Once answered, nothing is left.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.desk.database import opened
from bot.keys import DAY, open_keys
from bot.tables import Value

OPEN = 500  # questions that wait at most: more nobody would read in time
OF_ONE = 5  # of one person
_NO_END = 36_500  # days: no row lives as long as a key of people.key might not


class NoQuestion(Exception):
    """A question that is not there. The text says which, and why that may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOn:
    """One question that waits for the staff."""

    id: int
    text: str  # redacted
    language: str  # of the answer that is expected, ISO 639-1
    channel: str
    at: float  # seconds since 1970
    token: str = field(repr=False)  # what the one reply is left under


class Passed:
    """The open questions in the file of the desk. Any thread, and any process, may call."""

    def __init__(self, data: Path, now: Callable[[], float] = time.time, *, dsn: str = "") -> None:
        """Open or make the table in the folder `data`."""
        self._db, self._now = opened(data, dsn), now
        self._key = open_keys(data / "passed.key", _NO_END, dsn=dsn).valid()[0]

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def keep(self, token: str, text: str, language: str, channel: str, person: str) -> None:
        """Keep a person's question. A token that is known changes nothing."""
        sql = """insert into passed (token, person, text, language, channel, at)
                 values (?, ?, ?, ?, ?, ?) on conflict (token) do nothing"""
        whose = self._key.hash(person)
        self._db.execute(sql, [token, whose, text, language, channel, self._now()])

    def holds(self, token: str) -> bool:
        """Whether this token's question waits."""
        found = self._db.execute("select 1 from passed where token = ?", [token]).fetchone()
        return found is not None

    def room(self, person: str) -> bool:
        """Whether one more of this person can wait."""
        sql = "select count(*), count(case when person = ? then 1 end) from passed"
        ((every, own),) = self._db.execute(sql, [self._key.hash(person)]).rows
        return bool(every < OPEN and own < OF_ONE)

    def open(self) -> list[PassedOn]:
        """All that wait, the oldest first."""
        rows = self._db.query("select * from passed order by id")
        return [_question(row) for row in rows]

    def get(self, id: int) -> PassedOn:
        """One that waits. Raises NoQuestion."""
        rows = self._db.query("select * from passed where id = ?", [id])
        if not rows:
            raise NoQuestion(
                f"question {id}: is not open; it was answered, its person took it back, or its"
                " time ran out"
            )
        return _question(rows[0])

    def done(self, id: int) -> None:
        """Erase one."""
        self._erase("id = ?", [id])

    def forget(self, person: str) -> None:
        """Erase all of a person."""
        self._erase("person = ?", [self._key.hash(person)])

    def sweep(self, days: int) -> list[str]:
        """Erase what waited for so many days; the tokens, which lead nowhere any more."""
        return self._erase("at < ?", [self._now() - days * DAY])

    def _erase(self, where: str, values: Sequence[Value]) -> list[str]:
        with self._db.changing():
            sql = f"delete from passed where {where} returning token"
            tokens = [str(row[0]) for row in self._db.execute(sql, list(values)).fetchall()]
        if tokens:
            self._db.leave_nothing()
        return tokens


def _question(row: dict[str, object]) -> PassedOn:
    return PassedOn(
        id=int(str(row["id"])),
        text=str(row["text"]),
        language=str(row["language"]),
        channel=str(row["channel"]),
        at=float(str(row["at"])),
        token=str(row["token"]),
    )
