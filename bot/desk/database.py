"""The file that the desk's parts keep their tables in, each its own."""

import sqlite3
from pathlib import Path

from sqlite_utils import Database

FILE = "desk.db"


def opened(data: Path) -> Database:
    """The database in the folder `data`; any thread may use it, one at a time.

    Other processes (a command in a terminal) write to it as well: each write waits for theirs.
    """
    data.mkdir(parents=True, exist_ok=True)
    path = data / FILE
    if not path.exists():
        path.touch(mode=0o600)  # it holds the hashes of passwords
    database = Database(sqlite3.connect(path, timeout=30, check_same_thread=False))
    database.execute("pragma journal_mode = wal")
    database.execute("pragma secure_delete = on")  # what is erased is overwritten
    return database
