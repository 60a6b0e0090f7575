"""SQLite files of people and counts: each message writes to them, and erased means gone.

With a write-ahead log a commit waits for no disk: a power cut costs the last seconds, never the
file. What is erased is overwritten in the file at once, and in the log by `leave_nothing`.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

LOCKED = 30  # seconds that another process may hold the file


def open_file(path: Path) -> Database:
    """The file, made if need be. Any thread may use it, one at a time."""
    db = Database(sqlite3.connect(path, timeout=LOCKED, check_same_thread=False))
    db.execute("pragma journal_mode = wal").fetchall()
    db.execute("pragma synchronous = normal")
    db.execute("pragma secure_delete = on").fetchall()
    return db


@contextmanager
def changing(db: Database) -> Iterator[None]:
    """One transaction, the only writer from its start: what it reads holds until it writes."""
    db.conn.execute("begin immediate")
    try:
        yield
        db.conn.execute("commit")
    except BaseException:
        db.conn.rollback()
        raise


@contextmanager
def erasing(db: Database) -> Iterator[None]:
    """The same, after which nothing is left of what it erased."""
    with changing(db):
        yield
    leave_nothing(db)


def leave_nothing(db: Database) -> None:
    """Write the log into the file, durably, and empty it. Not within a transaction."""
    db.execute("pragma wal_checkpoint(truncate)").fetchall()
