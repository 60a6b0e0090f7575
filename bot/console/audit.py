"""Who did what, and when; shown to administrators."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.desk.database import opened
from bot.keys import DAY

KEPT = 400 * DAY  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was done."""

    at: float  # seconds since 1970
    name: str  # the account; "" where there is none of the name that was typed
    what: str  # the address below /console, or what happened
    detail: str  # of what, such as a source's id


class Audit:
    """The log in `desk.db`. No text of a person who asks is ever written to it."""

    def __init__(self, data: Path, now: Callable[[], float] = time.time, *, dsn: str = "") -> None:
        """Open or make the table in the folder `data`."""
        self._db, self._now = opened(data, dsn), now

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def note(self, name: str, what: str, detail: str = "") -> None:
        """Write down that it was done. What is older than `KEPT` is erased."""
        now = self._now()
        with self._db.changing():
            self._db.execute("delete from audit where at < ?", [now - KEPT])
            row = {"at": now, "name": name, "what": what, "detail": detail[:200]}
            self._db.insert("audit", row)

    def latest(self, count: int, before: int = 0) -> list[tuple[int, Entry]]:
        """(id, entry), the newest first; `before` an id, or all."""
        sql = "select * from audit where id < ? order by id desc limit ?"
        rows = self._db.query(sql, [before or 2**62, count])
        return [
            (row["id"], Entry(at=row["at"], name=row["name"], what=row["what"],
                              detail=row["detail"]))
            for row in rows
        ]  # fmt: skip
