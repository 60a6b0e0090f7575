"""Sources that never answer again: a list beside the snapshots, so that no rollback undoes it.

It is looked at when a question is asked, when a button asks for a passage, and when the library is
changed: whatever snapshot answers, what stands in the list is not in it.
"""

import os
from collections.abc import Callable, Collection
from pathlib import Path

from index.ports import Hit, Index

FILE = "withdrawn.txt"  # one source's id a line
Gone = Callable[[], Collection[str]]
"""The ids of the sources that are withdrawn, as they are now."""


def withdraw(data: Path, source: str) -> None:
    """Add a source to the list in the folder `data`; on the disk once it returns."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / FILE).open("a", encoding="utf-8") as file:
        file.write(f"{source}\n")
        file.flush()
        os.fsync(file.fileno())


class Withdrawn:
    """The list in a folder, read again where another process has written it."""

    def __init__(self, data: Path) -> None:
        self._path = data / FILE
        self._seen: tuple[int, int, int] | None = None
        self._held: frozenset[str] = frozenset()

    def __call__(self) -> frozenset[str]:
        """The ids. Raises OSError where there is a list that cannot be read."""
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return frozenset()
        seen = stat.st_ino, stat.st_mtime_ns, stat.st_size
        if seen != self._seen:
            self._held = frozenset(self._path.read_text(encoding="utf-8").split())
            self._seen = seen
        return self._held


class Without:
    """The index inside, but for passages of sources that are withdrawn. Itself an Index."""

    def __init__(self, index: Index, gone: Gone) -> None:
        self._index, self._gone = index, gone

    def search(self, question: str, language: str, k: int) -> list[Hit]:
        """At most k hits, best first; the next best take the place of those left out."""
        gone, asked = self._gone(), k
        while True:
            hits = self._index.search(question, language, asked)
            left = [hit for hit in hits if hit.passage.source not in gone]
            if len(left) >= k or len(hits) < asked:
                return left[:k]
            asked *= 2
