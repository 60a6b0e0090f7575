"""How much the bot is used: counts by day, without anybody in them.

While a day is open, its different people are told apart by hashes of that day alone; when it
closes the hashes are erased and their number stays. Disclosures are counted by month, nothing else.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

from bot.files import changing, erasing, leave_nothing, open_file

FEWEST = 5  # people in a cell that is shown
COUNTS_DAYS = 365
_FILE = "counts.db"


class Outcome(StrEnum):
    """What became of a message."""

    ANSWERED = "answered"
    NOT_FOUND = "not found"
    UNREAD = "not read"  # no words, too long, a picture
    COMMAND = "command or button"
    TOO_FAST = "too fast"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How many messages of how many people on one day, by one thing: language=sw."""

    day: str  # ISO 8601
    by: str  # "all", "channel", "language", "outcome"
    value: str
    messages: int
    people: int


def today() -> date:
    """The day in UTC."""
    return datetime.now(UTC).date()


class Counts:
    """The counters, in one SQLite file."""

    def __init__(self, data: Path) -> None:
        """Open or make the file in the folder `data`."""
        data.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = open_file(data / _FILE)
        key = {"day": str, "by": str, "value": str}
        for name, columns, pk in (
            ("cells", {**key, "messages": int, "people": int}, ("day", "by", "value")),
            ("seen", {**key, "hash": str}, ("day", "by", "value", "hash")),
            ("disclosures", {"month": str, "cards": int}, "month"),
        ):
            self._db.table(name).create(columns, pk=pk, if_not_exists=True)

    def close(self) -> None:
        """Let go of the file."""
        self._db.conn.close()

    def add(self, day: date, pseudonym: str, **cells: str) -> None:
        """Count one message, by each of the cells (language="sw"). `pseudonym`: of this day."""
        with self._lock:
            with changing(self._db):
                over = self._close_days(day)
                for by, value in {"all": "all", **cells}.items():
                    where = [day.isoformat(), by, value]
                    self._db.execute(
                        "insert into cells values (?, ?, ?, 1, 0)"
                        " on conflict do update set messages = messages + 1",
                        where,
                    )
                    self._db.execute(
                        "insert or ignore into seen values (?, ?, ?, ?)", [*where, pseudonym]
                    )
            if over:
                leave_nothing(self._db)

    def disclosed(self, day: date) -> None:
        """Count one help card. No day, no language, no channel, nobody: only the month."""
        with self._lock, changing(self._db):
            self._db.execute(
                "insert into disclosures values (?, 1) on conflict do update set cards = cards + 1",
                [f"{day:%Y-%m}"],
            )

    def closed(self, before: date) -> list[Cell]:
        """Every cell of the days before this one, by day and kind. For `shown`, not for eyes."""
        with self._lock, erasing(self._db):
            self._close_days(before)
            rows = self._db.execute(
                "select day, by, value, messages, people from cells where day < ?"
                " order by day desc, by, value",
                [before.isoformat()],
            ).fetchall()
        return [Cell(day=d, by=by, value=v, messages=m, people=p) for d, by, v, m, p in rows]

    def cards(self, before: date) -> list[tuple[str, int | None]]:
        """(month, help cards) of the months that are over; None: fewer than FEWEST."""
        sql = "select month, cards from disclosures where month < ? order by month desc"
        with self._lock:
            rows = self._db.execute(sql, [f"{before:%Y-%m}"]).fetchall()
        return [(month, cards if cards >= FEWEST else None) for month, cards in rows]

    def forget(self, pseudonyms: Callable[[str], Sequence[str]]) -> None:
        """Erase a person's hashes; `pseudonyms` gives those of a day, ISO 8601.

        The messages stay counted. The person is then missing among that day's people, unless they
        write again: too few are told, never too many.
        """
        with self._lock, erasing(self._db):
            days = self._db.execute("select distinct day from seen").fetchall()
            for (day,) in days:
                for hash in pseudonyms(day):
                    self._db.execute("delete from seen where day = ? and hash = ?", [day, hash])

    def sweep(self, day: date, oldest: date) -> dict[str, int]:
        """Close the days before `day`; erase what is older than `oldest`. Tells how many rows."""
        with self._lock, erasing(self._db):
            hashes = self._close_days(day)
            sql = "delete from cells where day < ?"
            cells = int(self._db.execute(sql, [oldest.isoformat()]).rowcount)
            sql = "delete from disclosures where month < ?"
            cells += int(self._db.execute(sql, [f"{oldest:%Y-%m}"]).rowcount)
        return {"day hashes": hashes, "old counts": cells}

    def _close_days(self, day: date) -> int:
        """Turn the hashes of the days before this one into numbers; how many were erased."""
        before = [day.isoformat()]
        if self._db.execute("select 1 from seen where day < ? limit 1", before).fetchone() is None:
            return 0
        self._db.execute(
            "update cells set people = (select count(*) from seen where seen.day = cells.day"
            " and seen.by = cells.by and seen.value = cells.value) where day < ? and people = 0",
            before,
        )
        return int(self._db.execute("delete from seen where day < ?", before).rowcount)


def shown(cells: Sequence[Cell]) -> list[Cell]:
    """The cells of one or more closed days that may be shown, so that no other can be worked out.

    A cell of fewer than FEWEST people is hidden. Where one is, the smallest cell of the same day
    and kind that could be shown is hidden with it: what is left when the others are taken from
    the day's total then always holds FEWEST people or more (complementary suppression). A day with
    fewer than FEWEST people shows nothing at all, and tables by two things at once do not exist.
    """
    days = {cell.day for cell in cells if cell.by == "all" and cell.people >= FEWEST}
    kept: list[Cell] = []
    for day, by in dict.fromkeys((cell.day, cell.by) for cell in cells if cell.day in days):
        table = [cell for cell in cells if (cell.day, cell.by) == (day, by)]
        enough = [cell for cell in table if cell.people >= FEWEST]
        if len(enough) < len(table) and enough:
            enough.remove(min(enough, key=lambda cell: (cell.people, cell.messages)))
        kept += enough
    return kept
