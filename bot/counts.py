"""What people need: counts by week, without anybody in them.

While a week is open, its different people are told apart by hashes of that week and of one cell
alone, so that no two cells can be joined; when it closes the hashes are erased and their number
stays. Disclosures are counted by month, nothing else. What may be shown: bot.suppression.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

from bot.files import changing, erasing, leave_nothing, open_file

FEWEST = 5  # people in a cell that is shown
COUNTS_DAYS = 365
ACROSS = "|"  # between the two values of a table by two things
JOINED = "joined"  # by workshop, who joined it: such a message is counted in no other cell
NO_WORKSHOP = "none"  # in the table by workshop, who is in none
_FILE = "counts.db"

Names = Callable[[str], Sequence[str]]
"""All hashes that a person may have under a name such as "2026-W10 language sw", newest first."""


class Outcome(StrEnum):
    """What became of a message."""

    ANSWERED = "answered"
    NOT_FOUND = "not found"
    UNREAD = "not read"  # no words, too long, a picture
    COMMAND = "command or button"
    TOO_FAST = "too fast"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How many messages of how many people in one week, by one thing: language=sw."""

    week: str  # ISO 8601: "2026-W10"
    by: str  # "all", "channel", "language", "outcome", "topic", ...; see bot.suppression
    value: str
    messages: int
    people: int


def today() -> date:
    """The day in UTC."""
    return datetime.now(UTC).date()


def week(day: date) -> str:
    """The week that a day is in, Monday to Sunday; as text they sort by time."""
    return f"{day:%G-W%V}"


class Counts:
    """The counters, in one SQLite file."""

    def __init__(self, data: Path) -> None:
        """Open or make the file in the folder `data`."""
        data.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = open_file(data / _FILE)
        for old in ("cells", "seen"):  # by day: together with weeks they would tell too much
            self._db.execute(f"drop table if exists {old}")
        key = {"week": str, "by": str, "value": str}
        for name, columns, pk in (
            ("weekly", {**key, "messages": int, "people": int}, ("week", "by", "value")),
            ("marks", {**key, "hash": str}, ("week", "by", "value", "hash")),
            ("disclosures", {"month": str, "cards": int}, "month"),
        ):
            self._db.table(name).create(columns, pk=pk, if_not_exists=True)

    def close(self) -> None:
        """Let go of the file."""
        self._db.conn.close()

    def add(self, day: date, names: Names, **cells: str | Sequence[str]) -> None:
        """Count one message by each of the cells: all="all", source=("S001", "S002")."""
        with self._lock:
            with changing(self._db):
                over = self._close_weeks(now := week(day))
                for by, value in _pairs(cells):
                    self._db.execute(
                        "insert into weekly values (?, ?, ?, 1, 0)"
                        " on conflict do update set messages = messages + 1",
                        [now, by, value],
                    )
                    self._mark(now, by, value, names)
            if over:
                leave_nothing(self._db)

    def take_back(self, day: date, names: Names, **cells: str) -> None:
        """Count one message less of this week, and its person no longer: they chose otherwise."""
        with self._lock, erasing(self._db):
            for by, value in _pairs(cells):
                key = [week(day), by, value]
                where = "where week = ? and by = ? and value = ?"
                self._db.execute(f"update weekly set messages = messages - 1 {where}", key)
                self._db.execute(f"delete from weekly {where} and messages <= 0", key)
                for hash in names(" ".join(key)):
                    self._db.execute(f"delete from marks {where} and hash = ?", [*key, hash])

    def first(self, day: date, names: Names, what: str) -> bool:
        """Whether this person does this for the first time this week; from now on they did."""
        with self._lock, changing(self._db):
            self._close_weeks(week(day))
            return self._mark(week(day), "once", what, names)

    def did(self, day: date, names: Names, what: str) -> bool:
        """Whether this person did this before, this week."""
        with self._lock:
            return self._marked(week(day), "once", what, names)

    def disclosed(self, day: date) -> None:
        """Count one help card. No day, no language, no channel, nobody: only the month."""
        with self._lock, changing(self._db):
            self._db.execute(
                "insert into disclosures values (?, 1) on conflict do update set cards = cards + 1",
                [f"{day:%Y-%m}"],
            )

    def closed(self, before: date, since: str = "") -> list[Cell]:
        """Every cell of the weeks before that of `before`, latest first. For `shown`, not for eyes.

        `since`: the earliest week.
        """
        with self._lock, erasing(self._db):
            self._close_weeks(week(before))
            rows = self._db.execute(
                "select week, by, value, messages, people from weekly where week < ? and week >= ?"
                " order by week desc, by, value",
                [week(before), since],
            ).fetchall()
        return [Cell(week=w, by=by, value=v, messages=m, people=p) for w, by, v, m, p in rows]

    def cards(self, before: date) -> list[tuple[str, int | None]]:
        """(month, help cards) of the months that are over; None: fewer than FEWEST."""
        sql = "select month, cards from disclosures where month < ? order by month desc"
        with self._lock:
            rows = self._db.execute(sql, [f"{before:%Y-%m}"]).fetchall()
        return [(month, cards if cards >= FEWEST else None) for month, cards in rows]

    def forget(self, names: Names) -> None:
        """Erase a person's hashes.

        The messages stay counted. The person is then missing among that week's people, unless they
        write again: too few are told, never too many.
        """
        with self._lock, erasing(self._db):
            rows = self._db.execute("select distinct week, by, value from marks").fetchall()
            for key in rows:
                for hash in names(" ".join(key)):
                    self._db.execute(
                        "delete from marks where week = ? and by = ? and value = ? and hash = ?",
                        [*key, hash],
                    )

    def sweep(self, day: date, oldest: date) -> dict[str, int]:
        """Close the weeks before `day`; erase what is older than `oldest`. Tells how many rows."""
        with self._lock, erasing(self._db):
            hashes = self._close_weeks(week(day))
            sql = "delete from weekly where week < ?"
            cells = int(self._db.execute(sql, [week(oldest)]).rowcount)
            sql = "delete from disclosures where month < ?"
            cells += int(self._db.execute(sql, [f"{oldest:%Y-%m}"]).rowcount)
        return {"week hashes": hashes, "old counts": cells}

    def _mark(self, now: str, by: str, value: str, names: Names) -> bool:
        """Mark the person in this cell; whether they were not, also not under an earlier key."""
        if self._marked(now, by, value, names):
            return False
        self._db.execute(
            "insert into marks values (?, ?, ?, ?)",
            [now, by, value, names(f"{now} {by} {value}")[0]],
        )
        return True

    def _marked(self, now: str, by: str, value: str, names: Names) -> bool:
        hashes = names(f"{now} {by} {value}")
        sql = (
            "select 1 from marks where week = ? and by = ? and value = ?"
            f" and hash in ({', '.join('?' * len(hashes))})"
        )
        return self._db.execute(sql, [now, by, value, *hashes]).fetchone() is not None

    def _close_weeks(self, now: str) -> int:
        """Turn the hashes of the weeks before this one into numbers; how many were erased."""
        if self._db.execute("select 1 from marks where week < ? limit 1", [now]).fetchone() is None:
            return 0
        self._db.execute(
            "update weekly set people = (select count(*) from marks where marks.week = weekly.week"
            " and marks.by = weekly.by and marks.value = weekly.value) where week < ? and people=0",
            [now],
        )
        return int(self._db.execute("delete from marks where week < ?", [now]).rowcount)


def _pairs(cells: Mapping[str, str | Sequence[str]]) -> list[tuple[str, str]]:
    return [
        (by, value)
        for by, values in cells.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
