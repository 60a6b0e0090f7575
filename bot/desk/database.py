"""The file that the desk's parts keep their tables in, each its own."""

from pathlib import Path

from sqlite_utils import Database

from bot.files import open_file

FILE = "desk.db"


def opened(data: Path) -> Database:
    """The database in the folder `data`; any thread may use it, one at a time.

    Other processes (a command in a terminal) write to it as well: each write waits for theirs.
    """
    data.mkdir(parents=True, exist_ok=True)
    database = open_file(data / FILE)
    database.execute("pragma synchronous = full")  # a person was told that it is kept
    (data / FILE).chmod(0o600)  # it holds the hashes of passwords
    return database
