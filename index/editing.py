"""Changing the library: on a private copy, by one process at a time, published whole.

The library that answers is the one inside the current snapshot; there is no second truth beside
it. So a rollback takes the library back, too, and a crash in the middle of a change leaves only a
copy that the next change throws away.
"""

import fcntl
import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from corpus.library import Library
from index import snapshots
from index.ports import StaleIndex
from index.withdrawn import Withdrawn

LOCK, COPY, LIBRARY = "editing.lock", "editing.db", "library.db"


class Busy(Exception):
    """Another process is changing the library. Its text says who, and since when."""


@contextmanager
def editing(data: Path) -> Iterator[Library]:
    """A copy of the current library to change and to hand to `publish`.

    What is withdrawn is taken out of it: a rollback may have brought it back.

    Raises Busy, and StaleIndex where the current library is damaged.
    """
    with locked(data):
        copy = data / COPY
        _discard(copy)
        held = held_library(data)
        if held is not None:
            shutil.copyfile(held, copy)
        library = _opened(copy, held)
        try:
            for source in Withdrawn(data)():
                library.remove_source(source)
            yield library
        finally:
            library.close()
            _discard(copy)


def held_library(data: Path) -> Path | None:
    """The file of the library that answers now; None where nothing was published yet."""
    try:
        return snapshots.current(data) / LIBRARY
    except StaleIndex:
        return None


def still_held(data: Path) -> set[str]:
    """The sources that are withdrawn and whose text still stands in the library's file."""
    path, gone = held_library(data), Withdrawn(data)()
    if path is None or not gone:
        return set()
    with closing(Library(path, read_only=True)) as library:
        return set(library.sources()) & gone


def _opened(copy: Path, held: Path | None) -> Library:
    try:
        return Library(copy)
    except sqlite3.OperationalError:  # a full disk, say: the library itself may be whole
        raise
    except sqlite3.DatabaseError as error:
        raise StaleIndex(f"{held} is damaged ({error}); run: exchange rollback") from error


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the lock of `data`; the system lets go of it however the process ends. Raises Busy."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / LOCK).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise Busy(
                f"the library is being changed by {file.read().strip() or 'another process'};"
                " wait until it is done"
            ) from error
        file.truncate(0)
        now = datetime.now(UTC)
        file.write(
            f"process {os.getpid()} on {socket.gethostname()} since {now:%Y-%m-%d %H:%M} UTC"
        )
        file.flush()
        yield
        file.truncate(0)


def _discard(copy: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        copy.with_name(copy.name + suffix).unlink(missing_ok=True)
