"""What practitioners gave to the library, with their consent: until an editor decides, and after.

Kept are the redacted text, its place and year, its language, a name where its giver wants to be
named, and the hash of a code with which it can be taken back. Nothing tells who else gave it.
"""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path

from bot.desk.database import opened
from bot.following import withdraw
from bot.keys import DAY

WAITS = 90  # days that a contribution waits for an editor; then it is erased
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is taken for another
_CODE = 12  # of them: 59 bits
_CHANGED = "contribution {id} was changed by somebody else meanwhile; look at it again"


class NoContribution(Exception):
    """A contribution that is not there, or not in the state it must be in. The text says which."""


class State(StrEnum):
    """How far a contribution is. One that was declined is erased."""

    WAITING = "waiting"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"  # its words are erased; the code is known, and its source listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody agreed to give."""

    text: str  # redacted, at most sharing.LONGEST characters
    place: str  # "Kilifi"; "" where it was not told
    year: str  # of the practice, "2026"; "" where it was not told
    language: str  # of the text, ISO 639-1
    name: str  # only where its giver wants to be named; else ""
    speaks: str  # what its giver is spoken to in, ISO 639-1


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution(Told):
    """One that is kept."""

    id: str
    state: State
    given: float  # seconds since 1970
    reach: str  # a handle that can say thank you, nothing more; "" once it was used

    @property
    def source(self) -> str:
        """What its source in the library is called: known before there is one."""
        return f"P{self.id}"

    @property
    def dated(self) -> str:
        """The year of the practice, else the year in which it was given."""
        return self.year or time.strftime("%Y", time.gmtime(self.given))


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the giver gets: the code that takes the contribution back, and the handle of thanks."""

    code: str
    reach: str


class Contributions:
    """The contributions in the file of the desk. Any thread may call."""

    def __init__(self, data: Path, now: Callable[[], float] = time.time, *, dsn: str = "") -> None:
        """Open or make the file in the folder `data`."""
        self._data, self._dsn, self._now = data, dsn, now
        self._db = opened(data, dsn)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def add(self, told: Told) -> Receipt:
        """Keep what somebody consented to. The code itself is kept nowhere."""
        code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE))
        row = {field.name: getattr(told, field.name) for field in fields(Told)}
        row |= {"id": secrets.token_hex(4), "state": State.WAITING}
        reach = secrets.token_urlsafe(12)
        row |= {"given": self._now(), "reach": reach, "code": _digest(code)}
        self._db.insert("contributions", row)
        return Receipt(code="-".join(code[at : at + 4] for at in range(0, _CODE, 4)), reach=reach)

    def listed(self, *states: State) -> list[Contribution]:
        """Those in these states, or all; the oldest first."""
        rows = self._db.query("select * from contributions order by given, id")
        found = map(_contribution, rows)
        return [one for one in found if not states or one.state in states]

    def one(self, id: str, *states: State) -> Contribution:
        """The one of this id, in one of these states. Raises NoContribution."""
        rows = self._db.query("select * from contributions where id = ?", [id])
        if not rows:
            raise NoContribution(
                f"there is no contribution {id!r}; see: exchange desk contributions"
            )
        found = _contribution(rows[0])
        if states and found.state not in states:
            raise NoContribution(f"contribution {id} is {found.state}, not {states[0]}")
        return found

    def coded(self, code: str) -> Contribution | None:
        """The one that a code, however it is written, belongs to."""
        sql = "select * from contributions where code = ?"
        rows = self._db.query(sql, [_digest(code)])
        return _contribution(rows[0]) if rows else None

    def reword(self, id: str, text: str, seen: str = "") -> None:
        """Put an editor's wording in place of a waiting one. Raises NoContribution.

        `seen`: the mark of the text that the editor saw, where another editor may have changed it.
        """
        held = self.one(id, State.WAITING).text
        if seen and seen != mark(held):
            raise NoContribution(_CHANGED.format(id=id))
        sql = "update contributions set text = ? where (id, state, text) = (?, ?, ?)"
        with self._db.erasing():
            done = self._db.execute(sql, [text, id, State.WAITING, held]).rowcount
        if not done:
            raise NoContribution(_CHANGED.format(id=id))

    def approved(self, id: str, text: str) -> bool:
        """Note that this text of it stands there; False where it waits no more.

        It was withdrawn or declined meanwhile: then it must not answer.
        """
        sql = "update contributions set state = ?, text = ? where id = ? and state = ?"
        with self._db.erasing():
            done = self._db.execute(sql, [State.APPROVED, text, id, State.WAITING]).rowcount
        return bool(done)

    def thanked(self, id: str) -> None:
        """Erase the handle: it was used."""
        self._change(id, reach="")

    def withdraw(self, id: str) -> None:
        """Let it never answer again, then erase its words and the name. Raises NoContribution.

        What stays is that its code was used, and the id of its source.
        """
        withdraw(self.one(id).source, self._data, self._dsn)
        empty = {field.name: "" for field in fields(Told)}
        self._change(id, **empty, reach="", state=State.WITHDRAWN)

    def erase(self, id: str) -> None:
        """Erase it whole, with its code: one that was declined, and does not answer either.

        Raises NoContribution where it waits no more.
        """
        one = self.one(id, State.WAITING)
        sql = "delete from contributions where (id, state) = (?, ?)"
        with self._db.erasing():
            gone = self._db.execute(sql, [id, State.WAITING]).rowcount
        if not gone:
            raise NoContribution(f"contribution {id} is published meanwhile; withdraw it")
        # It may have been published before a crash.
        withdraw(one.source, self._data, self._dsn)

    def sweep(self) -> int:
        """Erase what no editor approved in WAITS days, and tell how many those were."""
        due = self._now() - WAITS * DAY
        old = [one.id for one in self.listed(State.WAITING) if one.given < due]
        for id in old:
            self.erase(id)
        return len(old)

    def _change(self, id: str, **values: str) -> None:
        sets = ", ".join(f"{name} = ?" for name in values)
        with self._db.erasing():
            sql = f"update contributions set {sets} where id = ?"
            self._db.execute(sql, [*values.values(), id])


def mark(text: str) -> str:
    """What tells whether a text is still the one that somebody saw."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _digest(code: str) -> str:
    """What is kept of a code; case, spaces and dashes do not count."""
    plain = "".join(filter(str.isalnum, code)).upper()
    return hashlib.sha256(plain.encode()).hexdigest()


def _contribution(row: dict[str, object]) -> Contribution:
    values = {field.name: row[field.name] for field in fields(Contribution)}
    return Contribution(**values | {"state": State(str(row["state"]))})  # type: ignore[arg-type]
