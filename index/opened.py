"""The current index with its library and its judge, opened together and replaced together."""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import DatabaseError
from zipfile import BadZipFile

from corpus.library import Library
from index import alignment, judge, recipe, snapshots
from index.alignment import Aligned
from index.editing import LIBRARY
from index.engines import Engine, open_engine
from index.judge import Judge
from index.ports import Embedder, Index, StaleIndex
from index.withdrawn import Gone, Withdrawn, Without

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """An index, the very library that it was made of, and what it takes for an answer."""

    folder: Path
    index: Index
    library: Library
    judge: Judge
    embedder: Aligned  # what the index's vectors were made with


class Current:
    """Gives the index that is current at each call, reopened when another was published.

    One that this program cannot open is told of once in the log, and the last one answers on.
    """

    def __init__(self, data: Path, engine: str, embedder: Embedder, dsn: str = "") -> None:
        """`dsn` of the database, where there is one. Raises UnknownPart."""
        self._data, self._embedder, self._gone = data, embedder, Withdrawn(data)
        self._engine = open_engine(engine, dsn)
        self._lock = threading.Lock()
        self._opened: Opened | None = None
        self._unfit: Path | None = None  # published, but not for this program

    def __call__(self) -> Opened:
        """Raises StaleIndex where none was opened yet and the current one cannot be."""
        folder = snapshots.current(self._data)
        opened = self._opened
        if opened is None or folder not in (opened.folder, self._unfit):
            with self._lock:
                opened = self._opened
                if opened is None or folder not in (opened.folder, self._unfit):
                    opened = self._opened = self._change(folder)
        return opened

    def _change(self, folder: Path) -> Opened:
        """What is in `folder`, else what is open already."""
        try:
            return open_folder(folder, self._engine, self._embedder, self._gone)
        except StaleIndex as error:
            if self._opened is None:
                raise
            self._unfit = folder
            _log.warning("%s answers on: %s", self._opened.folder.name, error)
            return self._opened


def open_folder(folder: Path, engine: Engine, embedder: Embedder, gone: Gone = frozenset) -> Opened:
    """All of the index in `folder` but for sources that are `gone`. Raises StaleIndex."""
    recipe.check(recipe.read(folder), engine.ENGINE, embedder)
    try:
        aligned = Aligned(embedder, alignment.read(folder))
        index = engine.open_index(folder, aligned)
        library = Library(folder / LIBRARY, read_only=True, gone=gone)
    except (OSError, ValueError, KeyError, RuntimeError, DatabaseError, BadZipFile) as error:
        # FAISS raises RuntimeError, NumPy the others, each for a file that is cut or gone.
        raise StaleIndex(
            f"the index in {folder} is damaged ({type(error).__name__}); run: exchange rollback,"
            " or: exchange refresh"
        ) from error
    return Opened(folder, Without(index, gone), library, judge.read(folder), aligned)
