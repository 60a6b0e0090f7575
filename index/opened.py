"""The current index with its library and its judge, opened together and replaced together."""

import threading
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import DatabaseError
from types import ModuleType
from zipfile import BadZipFile

from corpus.library import Library
from index import alignment, judge, recipe, snapshots
from index.alignment import Aligned
from index.editing import LIBRARY
from index.judge import Judge
from index.plugins import load
from index.ports import Embedder, Index, StaleIndex


@dataclass(frozen=True, slots=True)
class Opened:
    """An index, the very library that it was made of, and what it takes for an answer."""

    folder: Path
    index: Index
    library: Library
    judge: Judge


class Current:
    """Gives the index that is current at each call, reopened when another was published."""

    def __init__(self, data: Path, engine: str, embedder: Embedder) -> None:
        self._data, self._embedder = data, embedder
        self._engine = load("index.engines", engine)
        self._lock = threading.Lock()
        self._opened: Opened | None = None

    def __call__(self) -> Opened:
        """Raises StaleIndex where there is none, or one made with another recipe."""
        folder = snapshots.current(self._data)
        opened = self._opened
        if opened is None or opened.folder != folder:
            with self._lock:
                opened = self._opened
                if opened is None or opened.folder != folder:
                    opened = self._opened = open_folder(folder, self._engine, self._embedder)
        return opened


def open_folder(folder: Path, engine: ModuleType, embedder: Embedder) -> Opened:
    """All of the index in `folder`. Raises StaleIndex."""
    recipe.check(recipe.read(folder), engine.ENGINE, embedder)
    try:
        index = engine.open_index(folder, Aligned(embedder, alignment.read(folder)))
        library = Library(folder / LIBRARY, read_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, DatabaseError, BadZipFile) as error:
        # FAISS raises RuntimeError, NumPy the others, each for a file that is cut or gone.
        raise StaleIndex(
            f"the index in {folder} is damaged ({type(error).__name__}); run: exchange rollback,"
            " or: exchange refresh"
        ) from error
    return Opened(folder, index, library, judge.read(folder))
