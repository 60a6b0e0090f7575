"""What this process has taken, as it knows it, and as the database does.

The two differ where a connection broke: the database may have given what never came, or may not
know that something was let go. So what it thinks of us is set right before the next is taken. And
they differ where a standby took over that had not heard the last of what nobody waits for: which no
call of ours needs to notice. So it is set right after each sign of life as well.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.delivery.port import Job, Late, Parcel, StoreFailed
from bot.logs import fault, logger
from bot.postgres import order
from bot.postgres.life import Db, Life
from bot.postgres.writing import written

_TABLES: dict[type[Job | Parcel | Late], str] = {Job: "inbox", Parcel: "outbox", Late: "reach"}

log = logger(__name__)


class Taking:
    """Takes for one process that serves. Any thread may call."""

    def __init__(
        self,
        dsn: str,
        data: Path,
        clock: Callable[[], float | None],
        channels: Sequence[str] | None,
    ) -> None:
        """List the process, and free what the one before it had. Raises StoreFailed."""
        self._dsn, self._clock = dsn, clock
        self._channels = None if channels is None else list(channels)
        self._lock = threading.RLock()
        self._held: dict[str, dict[int, int]] = {name: {} for name in _TABLES.values()}
        self._doubt = threading.Event()
        self._life = Life(data)
        self.me = self._life.id
        try:
            with written(dsn) as db:
                self._life.begin(db, clock())
        except BaseException:
            self._life.leave()
            raise
        self._life.keep(self.beat)

    def job(self) -> tuple[Any, ...] | None:
        """The next message; one over which a process died only while nothing else is ours."""
        with self._lock:
            held = self._held["inbox"]
            row = self._next("inbox", order.JOB, busy=bool(held), alone=any(held.values()))
            if row is not None:
                held[row[0]] = row[6]
        return row

    def parcel(self) -> tuple[Any, ...] | None:
        """The next call."""
        return self._next("outbox", order.PARCEL)

    def late(self) -> tuple[Any, ...] | None:
        """The next reply that was left."""
        return self._next("reach", order.LATE)

    def pause(self, taken: Job | Parcel | Late, seconds: float, more: str = "") -> None:
        """Let nobody take it so long, or until this process ends; `more`: columns to set."""
        sql = order.PAUSED.format(table=_TABLES[type(taken)], more=more)
        given = {"id": taken.id, "me": self.me, "pause": seconds, "clock": self._clock()}
        with self._lock:  # or it is taken anew before we know that it was let go
            with written(self._dsn) as db:
                db.execute(sql, given)
            self.ended(taken)

    def ended(self, taken: Job | Parcel | Late) -> None:
        """Know no more that it is ours: the database knows it as well."""
        self._held[_TABLES[type(taken)]].pop(taken.id, None)

    def let_go(self, taken: Job | Parcel | Late) -> None:
        """Let it be taken again; the database is told with the next look."""
        self.ended(taken)
        self._doubt.set()

    def beat(self) -> None:
        """Tell the other processes that this one lives, and take over from those that do not."""
        with written(self._dsn) as db:
            self._life.beat(db, self._clock())
        self._doubt.set()

    def close(self) -> None:
        """Free all that is ours."""
        self._life.stop()
        try:
            with written(self._dsn) as db:
                self._life.end(db)
        except StoreFailed as error:  # it is free once our last sign of life is old
            log.warning("left without a word", **fault(error))
        self._life.leave()

    def _next(self, table: str, sql: str, **more: bool) -> tuple[Any, ...] | None:
        with self._lock:
            if self._life.late():
                self.beat()
            doubt = self._doubt.is_set()
            self._doubt.clear()  # before the look: what is told meanwhile is for the next one
            try:
                row = self._looked(sql, doubt, more)
            except BaseException:  # who knows what the database did
                self._doubt.set()
                raise
            if row is not None:
                self._held[table][row[0]] = 0
        return row

    def _looked(self, sql: str, doubt: bool, more: dict[str, bool]) -> tuple[Any, ...] | None:
        mine = {"me": self.me, "clock": self._clock(), "channels": self._channels}
        with written(self._dsn) as db:
            if doubt:
                self._set_right(db)
            return db.execute(sql, mine | more).fetchone()

    def _set_right(self, db: Db) -> None:
        for table, held in self._held.items():
            sql = f"""update {table} set owner = null, begun = false
                      where owner = %s and begun and not id = any(%s)"""
            db.execute(sql, [self.me, list(held)])
