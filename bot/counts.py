"""What people need: counts by week, without anybody in them.

While a week is open, its different people are told apart by hashes of that week and of one cell
alone, so that no two cells can be joined; when it closes the hashes are erased and their number
stays. Disclosures are counted by month, nothing else. What may be shown: bot.suppression.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

from bot.keeping import Room, open_tables

FEWEST = 5  # people in a cell that is shown
COUNTS_DAYS = 365
ACROSS = "|"  # between the two values of a table by two things
JOINED = "joined"  # by workshop, who joined it: such a message is counted in no other cell
NO_WORKSHOP = "none"  # in the table by workshop, who is in none

_By = tuple[str, str]  # a cell of a week: by what, and which
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
    """The counters. Any thread, and any process, may call."""

    def __init__(self, data: Path, *, dsn: str = "") -> None:
        """Open or make the file in the folder `data`; with a `dsn`, they are in that database."""
        self._db = open_tables(Room.COUNTS, data, dsn)
        self._week = ""  # that of the last message: the weeks before it are closed

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def add(self, day: date, names: Names, **cells: str | Sequence[str]) -> None:
        """Count one message by each of the cells: all="all", source=("S001", "S002")."""
        now, counted = week(day), Counter(_pairs(cells))
        if not counted:
            return
        with self._db.changing():
            over = self._close_weeks(now) if now != self._week else 0
            self._db.execute(
                "insert into weekly (week, by, value, messages, people) values "
                + ", ".join(["(?, ?, ?, ?, 0)"] * len(counted))
                + " on conflict (week, by, value)"
                " do update set messages = weekly.messages + excluded.messages",
                [part for (by, value), n in counted.items() for part in (now, by, value, n)],
            )
            self._mark(now, list(counted), names)
        self._week = now
        if over:
            self._db.leave_nothing()

    def take_back(self, day: date, names: Names, **cells: str) -> None:
        """Count one message less of this week, and its person no longer: they chose otherwise."""
        with self._db.erasing():
            for by, value in _pairs(cells):
                key = [week(day), by, value]
                where = "where week = ? and by = ? and value = ?"
                self._db.execute(f"update weekly set messages = messages - 1 {where}", key)
                self._db.execute(f"delete from weekly {where} and messages <= 0", key)
                for hash in names(" ".join(key)):
                    self._db.execute(f"delete from marks {where} and hash = ?", [*key, hash])

    def first(self, day: date, names: Names, what: str) -> bool:
        """Whether this person does this for the first time this week; from now on they did."""
        with self._db.changing():
            self._close_weeks(week(day))
            return self._mark(week(day), [("once", what)], names) == 1

    def did(self, day: date, names: Names, what: str) -> bool:
        """Whether this person did this before, this week."""
        return bool(self._marked(week(day), [("once", what)], names))

    def disclosed(self, day: date) -> None:
        """Count one help card. No day, no language, no channel, nobody: only the month."""
        with self._db.changing():
            self._db.execute(
                "insert into disclosures (month, cards) values (?, 1)"
                " on conflict (month) do update set cards = disclosures.cards + 1",
                [f"{day:%Y-%m}"],
            )

    def closed(self, before: date, since: str = "") -> list[Cell]:
        """Every cell of the weeks before that of `before`, latest first. For `shown`, not for eyes.

        `since`: the earliest week.
        """
        with self._db.erasing():
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
        rows = self._db.execute(sql, [f"{before:%Y-%m}"]).fetchall()
        return [(month, cards if cards >= FEWEST else None) for month, cards in rows]

    def forget(self, names: Names) -> None:
        """Erase a person's hashes.

        The messages stay counted. The person is then missing among that week's people, unless they
        write again: too few are told, never too many.
        """
        with self._db.erasing():
            rows = self._db.execute("select distinct week, by, value from marks").fetchall()
            for key in rows:
                for hash in names(" ".join(key)):
                    self._db.execute(
                        "delete from marks where week = ? and by = ? and value = ? and hash = ?",
                        [*key, hash],
                    )

    def sweep(self, day: date, oldest: date) -> dict[str, int]:
        """Close the weeks before `day`; erase what is older than `oldest`. Tells how many rows."""
        with self._db.erasing():
            hashes = self._close_weeks(week(day))
            sql = "delete from weekly where week < ?"
            cells = int(self._db.execute(sql, [week(oldest)]).rowcount)
            sql = "delete from disclosures where month < ?"
            cells += int(self._db.execute(sql, [f"{oldest:%Y-%m}"]).rowcount)
        self._db.vacuum("weekly", "marks", "disclosures")
        return {"week hashes": hashes, "old counts": cells}

    def _mark(self, now: str, cells: Sequence[_By], names: Names) -> int:
        """Mark the person in these cells; in how many they were not, also under no earlier key."""
        marked = self._marked(now, cells, names)
        new = [cell for cell in cells if cell not in marked]
        if new:
            self._db.execute(
                "insert into marks (week, by, value, hash) values "
                + ", ".join(["(?, ?, ?, ?)"] * len(new)),
                [part for cell in new for part in (now, *cell, _named(now, cell, names)[0])],
            )
        return len(new)

    def _marked(self, now: str, cells: Sequence[_By], names: Names) -> set[_By]:
        """Those of the cells in which the person is marked.

        Joined so that each is looked up by its whole key: SQLite answers `in (values …)` by reading
        all marks of the week, 45 ms where there are 200,000.
        """
        keys = [(*cell, hash) for cell in cells for hash in _named(now, cell, names)]
        rows = self._db.execute(
            f"select by, value from (values {', '.join(['(?, ?, ?)'] * len(keys))}) as asked"
            " cross join marks where week = ? and by = asked.column1 and value = asked.column2"
            " and hash = asked.column3",
            [*(part for key in keys for part in key), now],
        ).fetchall()
        return {(by, value) for by, value in rows}

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


def _named(now: str, cell: _By, names: Names) -> Sequence[str]:
    """The person's hashes of this cell, newest first."""
    return names(f"{now} {' '.join(cell)}")


def _pairs(cells: Mapping[str, str | Sequence[str]]) -> list[_By]:
    return [
        (by, value)
        for by, values in cells.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
