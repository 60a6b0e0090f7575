"""A refresh in a process of its own that can be killed at its n-th write.

    python -m tests.doubles.crashing DATA CATALOGUE TRIALS MOMENT

Every opening for writing, renaming, linking, removing and every changing SQL statement is a
moment. 0 kills at none. Printed as JSON: the number of moments, those of the shelf among them, how
many documents were read and how many texts embedded.
"""

import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from bot import app, storing, upkeep
from bot.settings import Settings
from corpus import keeping
from corpus.document import Document
from corpus.sandbox import read_document
from tests.doubles.embedder import WordCounts

Connect = Callable[..., sqlite3.Connection]
_FILES = {"os.rename", "os.symlink", "os.remove", "os.mkdir", "os.rmdir"}
_SQL = ("insert", "update", "delete", "create", "commit", "vacuum", "release", "savepoint")


class Moments:
    """Counts writes below a folder and kills this very process at the one that was named."""

    def __init__(self, data: Path, fatal: int) -> None:
        self.count, self._fatal, self._data = 0, fatal, str(data)
        self.shelved: list[int] = []  # the moments that write to the shelf

    def hook(self, event: str, args: tuple[object, ...]) -> None:
        """An audit hook (PEP 578)."""
        if event == "open":
            writes = bool(int(str(args[2])) & os.O_ACCMODE)
            if writes and self._data in str(args[0]):
                self._tick()
        elif event in _FILES and any(self._data in str(arg) for arg in args):
            self._tick()

    def watch(
        self, connect: Callable[..., sqlite3.Connection]
    ) -> Callable[..., sqlite3.Connection]:
        """`sqlite3.connect`, with every statement told to us."""

        def watched(*args: object, **more: object) -> sqlite3.Connection:
            connection = connect(*args, **more)
            shelf = Path(str(args[0])).name == storing.SHELF
            connection.set_trace_callback(lambda sql: self._statement(sql, shelf))
            return connection

        return watched

    def _statement(self, sql: str, shelf: bool) -> None:
        if sql.lstrip().lower().startswith(_SQL):
            if shelf:
                self.shelved.append(self.count + 1)
            self._tick()

    def _tick(self) -> None:
        self.count += 1
        if self.count == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)


def refresh(data: Path, catalogue: Path, trials: Path) -> dict[str, int]:
    """A refresh in this process: how many documents were read and how many texts embedded."""
    settings = Settings(exchange_data=data, catalogue=catalogue, calibration=trials, gate=1.0)
    read: list[str] = []

    def counted(data: bytes, name: str, media_type: str) -> Document:
        read.append(name)
        return read_document(data, name, media_type)

    def embedder(settings: Settings) -> WordCounts:
        return WordCounts()

    with (
        patch.object(app, "open_embedder", embedder),
        patch.object(upkeep, "open_embedder", embedder),
        patch.object(keeping, "read_document", counted),
    ):
        done = upkeep.refresh(settings, lambda *_: None).published
    return {"read": len(read), "embedded": done.embedded if done else 0}


def main() -> None:
    *places, moment = sys.argv[1:]
    data, catalogue, trials = map(Path, places)
    moments = Moments(data, int(moment))
    sqlite3.connect = moments.watch(sqlite3.connect)  # type: ignore[assignment]
    sys.addaudithook(moments.hook)
    told = refresh(data, catalogue, trials)
    print(json.dumps(told | {"moments": moments.count, "shelf": moments.shelved}))


if __name__ == "__main__":
    main()
