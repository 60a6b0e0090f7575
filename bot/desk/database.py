"""The file, or the database, that the desk's parts keep their tables in."""

from pathlib import Path

from bot.keeping import Room, open_tables
from bot.tables import Tables

FILE = Room.DESK.file
TABLES = (
    "passed", "contributions", "curated", "curated_vectors", "proposals", "workshops", "accounts",
    "audit", "sessions", "tries",
)  # fmt: skip


def opened(data: Path, dsn: str = "") -> Tables:
    """The desk's tables: in the folder `data`; with a `dsn`, in that database."""
    return open_tables(Room.DESK, data, dsn)


def exists(data: Path, dsn: str = "") -> bool:
    """Whether anything may be kept there: a look alone makes no file."""
    return bool(dsn) or (data / FILE).exists()
