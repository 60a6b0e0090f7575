"""The processes that serve from one database: who lives, and what becomes of what the dead held.

A process leaves a sign of life every BEAT seconds; LEASE seconds after its last one it is dead, and
what it held is anybody's. One that comes back to the same data folder knows at once that the one
before it is: two that live cannot hold the same lock on a file there.

All by the database server's clock, so that it matters to nobody what the machines' clocks say.
"""

import fcntl
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from psycopg import Connection

from bot.delivery.port import StoreFailed
from bot.logs import fault, logger
from bot.postgres.order import NOW

BEAT = 10.0  # seconds between two signs of life
LEASE = 30.0  # seconds after the last one until others take over
TABLES = ("inbox", "outbox", "reach")
_SLOTS = 64  # processes on one data folder

_LIST = f"""insert into servers (id, slot, until) values (%(me)s, %(slot)s, {NOW} + {LEASE})
    on conflict (id) do update set until = excluded.until returning until - {LEASE}"""
# A time too far ahead was written before somebody set the server's clock back.
_LAPSED = f"""delete from servers where id <> %(me)s
    and (until < {NOW} or until > {NOW} + {2 * LEASE})"""
_FREE = """update {table} set owner = null, begun = false, due = 0{deaths} where id in (
    select id from {table} where owner is not null
    and not exists (select 1 from servers where servers.id = {table}.owner)
    for update skip locked)"""

log = logger(__name__)
Given = dict[str, Any]
Db = Connection[tuple[Any, ...]]


class Life:
    """That of this process. Any thread may call."""

    def __init__(self, data: Path) -> None:
        """`data`: the folder that it alone, or it beside others, serves from."""
        self.id = secrets.token_hex(8)
        self._lock, self._slot = _slot(data)
        self._last, self._steady = 0.0, 0.0  # signs of life, by the server's clock
        self._told = float("-inf")  # the last one, by a clock that nobody sets
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, db: Db, clock: float | None) -> None:
        """List this process; whoever was listed at its place before is dead."""
        given = self._given(clock)
        db.execute("delete from servers where slot = %(slot)s", given)
        self._list(db, given)
        self._steady = self._last
        free(db)

    def beat(self, db: Db, clock: float | None) -> None:
        """Leave a sign of life, and free what the dead held.

        Nobody is taken for dead until our own signs came through for as long as theirs are missing:
        else all would be when the database comes back after a while.
        """
        given, before = self._given(clock), self._last
        self._list(db, given)
        if not 0 <= self._last - before < LEASE / 2:
            self._steady = self._last
        if self._last - self._steady >= LEASE:
            db.execute(_LAPSED, given)
            free(db)

    def late(self) -> bool:
        """Whether the last sign of life is so old that others may soon take us for dead."""
        return time.monotonic() - self._told > 2 * BEAT

    def keep(self, beat: Callable[[], None]) -> None:
        """Call `beat` every BEAT seconds, in a thread of its own, until the end."""

        def go_on() -> None:
            while not self._ended.wait(BEAT):
                try:
                    beat()
                except Exception as error:  # the database is away: it comes back or others take on
                    log.warning("no sign of life", **fault(error))

        self._thread = threading.Thread(target=go_on, name="life", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Leave no more signs of life."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def end(self, db: Db) -> None:
        """Take this process from the list and free what it held, pauses too."""
        db.execute("delete from servers where id = %s", [self.id])
        free(db)

    def leave(self) -> None:
        """Let another process have this place."""
        with suppress(OSError):
            os.close(self._lock)

    def _list(self, db: Db, given: Given) -> None:
        row = db.execute(_LIST, given).fetchone()
        assert row is not None, "it was put there"
        self._last, self._told = float(row[0]), time.monotonic()

    def _given(self, clock: float | None) -> Given:
        return {"me": self.id, "slot": self._slot, "clock": clock}


def free(db: Db) -> None:
    """Let anybody take what belongs to no process that is listed; over what was begun it died."""
    for table in TABLES:
        deaths = ", deaths = deaths + begun::integer" if table == "inbox" else ""
        db.execute(_FREE.format(table=table, deaths=deaths))


def _slot(data: Path) -> tuple[int, str]:
    """A place in the folder that no living process has: its lock, and its name among all.

    The host's name is part of it: a folder that was copied to another machine is another place.
    """
    data.mkdir(parents=True, exist_ok=True)
    for number in range(_SLOTS):
        handle = os.open(data / f"serving-{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            name = os.read(handle, 100).decode("ascii", "replace")
            if not name:
                name = secrets.token_hex(8)
                os.write(handle, name.encode())
        except BlockingIOError:
            os.close(handle)
        except BaseException:
            os.close(handle)
            raise
        else:
            return handle, f"{name}@{socket.gethostname()}"
    raise StoreFailed(f"{_SLOTS} programs answer people from {data} already; stop some of them")
