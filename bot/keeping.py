"""Where people, counts and the desk are kept: a file each, or one database for several machines."""

from enum import StrEnum
from pathlib import Path

from bot.files import SqliteTables
from bot.tables import Tables, TablesFailed
from index.postgres import library


class Room(StrEnum):
    """Tables that are kept together."""

    PEOPLE = "people"
    COUNTS = "counts"
    DESK = "desk"

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self}.db"


def open_tables(room: Room, data: Path, dsn: str = "") -> Tables:
    """The tables of a room: in a file in the folder `data`; with a `dsn`, in that database.

    Raises TablesFailed where there is a DSN, else sqlite3.Error, OSError.
    """
    durable = room is Room.DESK  # a person was told that it is kept
    if dsn:
        with library(TablesFailed):
            from bot.postgres.tables import PostgresTables
        return PostgresTables(dsn, room, durable=durable)
    made = SqliteTables(data / room.file, durable=durable)
    if room is Room.DESK:
        (data / room.file).chmod(0o600)  # it holds the hashes of passwords
    return made
