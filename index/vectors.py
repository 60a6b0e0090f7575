"""The vectors of every text that was ever embedded, so that nothing is embedded twice."""

import hashlib
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from sqlite_utils import Database

from index.ports import Embed, Vectors

T = TypeVar("T")
BATCH = 32  # texts between two commits: what a crash can cost


class VectorStore:
    """A SQLite file of vectors by vector space and text. Threads that call it take turns."""

    def __init__(self, path: Path | str) -> None:
        """Open or make the store at `path`."""
        self._db = Database(sqlite3.connect(path, timeout=30, check_same_thread=False))
        self._turn = threading.Lock()
        self._db.table("vectors").create(
            {"key": str, "vector": bytes}, pk="key", if_not_exists=True, not_null={"vector"}
        )

    def close(self) -> None:
        """Let go of the file."""
        self._db.conn.close()

    def embed(
        self, texts: Sequence[str], space: str, compute: Embed, progress: Callable[[int], None]
    ) -> tuple[Vectors, int]:
        """Vectors of `texts`, (len(texts), dimension) float32, and how many had to be embedded.

        `space` names what `compute` does; `progress` is called with the number of texts done since
        its last call. What is embedded is kept at once, so a run that is stopped goes on where
        it was.
        """
        with self._turn:
            return self._embed(texts, space, compute, progress)

    def _embed(
        self, texts: Sequence[str], space: str, compute: Embed, progress: Callable[[int], None]
    ) -> tuple[Vectors, int]:
        keys = [key_of(space, text) for text in texts]
        known, times = self._known(set(keys)), Counter(keys)
        progress(sum(key in known for key in keys))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        for batch in _batches(list(missing.items())):
            vectors = compute([text for _, text in batch])
            rows = dict(zip([key for key, _ in batch], vectors, strict=True))
            with self._db.atomic():
                self._db.table("vectors").insert_all(
                    ({"key": key, "vector": row.tobytes()} for key, row in rows.items()),
                    ignore=True,
                )
            known |= rows
            progress(sum(times[key] for key in rows))
        if not texts:
            return compute([]), 0
        return np.stack([known[key] for key in keys]), len(missing)

    def _known(self, keys: set[str]) -> dict[str, Vectors]:
        found: dict[str, Vectors] = {}
        for batch in _batches(sorted(keys), size=500):
            marks = ",".join("?" * len(batch))
            for row in self._db.query(f"select * from vectors where key in ({marks})", batch):
                found[row["key"]] = np.frombuffer(row["vector"], dtype=np.float32)
        return found


def key_of(space: str, text: str) -> str:
    """What a text's vector in `space` is kept under."""
    return hashlib.sha256(f"{space}\0{text}".encode("utf-8", "replace")).hexdigest()


def _batches(items: Sequence[T], size: int = BATCH) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
