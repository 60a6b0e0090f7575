"""SQLite files of people, counts and the desk, each with its tables in `bot/schemas`.

With a write-ahead log a commit waits for no disk: a power cut costs the last seconds, never the
file; only the desk waits, since a person was told that something is kept. What is erased is
overwritten in the file at once, and in the log by `leave_nothing`.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.tables import Result, Tables, Value

LOCKED = 30  # seconds that another process may hold the file
_SCHEMAS = Path(__file__).parent / "schemas"


class SqliteTables(Tables):
    """The tables of one file. Other processes may write to it: each write waits for theirs."""

    def __init__(self, path: Path, *, durable: bool) -> None:
        """Open or make the file. `durable`: a commit waits for the disk."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()  # one connection: one thread at a time
        self._db = sqlite3.connect(
            path, timeout=LOCKED, check_same_thread=False, isolation_level=None
        )
        for pragma in (
            "journal_mode = wal",
            f"synchronous = {'full' if durable else 'normal'}",
            "secure_delete = on",
        ):
            self._db.execute(f"pragma {pragma}").fetchall()
        self._db.executescript((_SCHEMAS / f"{path.stem}.sql").read_text(encoding="utf-8"))

    def execute(self, sql: str, values: Sequence[Value] = ()) -> Result:
        """Carry out one statement. Raises sqlite3.Error."""
        with self._lock:
            done = self._db.execute(sql, values)
            rows = done.fetchall()
            names = tuple(column[0] for column in done.description or ())
            return Result(names=names, rows=rows, rowcount=done.rowcount)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One transaction, the only writer of the file from its start."""
        with self._lock:
            if self._db.in_transaction:  # of this thread: the lock is its own
                yield
                return
            self._db.execute("begin immediate")
            try:
                yield
                self._db.execute("commit")
            except BaseException:
                self._db.rollback()
                raise

    def leave_nothing(self) -> None:
        """Write the log into the file, durably, and empty it."""
        with self._lock:
            self._db.execute("pragma wal_checkpoint(truncate)").fetchall()

    def vacuum(self, *tables: str) -> None:
        """Nothing is left in the file itself: each row is overwritten when it is erased."""
        self.leave_nothing()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
