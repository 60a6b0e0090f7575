"""The queue's file: opened for nobody's eyes but ours, and what is said where that fails."""

import os
import sqlite3
from pathlib import Path

LOCKED = 5.0  # seconds to wait for another program that writes: a webhook waits ten
_SCHEMA = Path(__file__).with_name("schema.sql")


def opened(path: Path) -> sqlite3.Connection:
    """The file, made if need be: it holds what people wrote. Raises sqlite3.Error, OSError."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    db = sqlite3.connect(path, timeout=LOCKED, check_same_thread=False, isolation_level=None)
    try:
        db.execute("pragma journal_mode = wal")
        db.execute("pragma secure_delete = on")
        db.execute("pragma temp_store = memory")  # a full disk must not keep us from letting go
        db.executescript(_SCHEMA.read_text(encoding="utf-8"))
        db.execute(
            "create temp table held"
            " (kind text, id integer, until real, alone integer, primary key (kind, id))"
        )
    except BaseException:
        db.close()
        raise
    return db


def unusable(path: Path, error: sqlite3.Error) -> str:
    """What is said where the file cannot be used, and what to do."""
    if isinstance(error, sqlite3.OperationalError):
        return (
            f"{path} cannot be used ({error}); free some space, mend its rights, or end the"
            " program that holds it"
        )
    return f"{path} is damaged ({error}); move it away: what waited in it is lost"
