"""One file a search engine. Each has open_engine(dsn) -> Engine."""

from pathlib import Path
from typing import Protocol

from corpus.library import Library
from index.plugins import load
from index.ports import Embed, Embedder, Index


class Engine(Protocol):
    """What makes an index of a library and opens it again."""

    @property
    def ENGINE(self) -> str:
        """Its name and the number of its form: an index of another is not opened."""

    def build(self, library: Library, folder: Path, embed: Embed) -> None:
        """Make an index of `library` in `folder`; an engine may keep most of it elsewhere."""

    def open_index(self, folder: Path, embedder: Embedder) -> Index:
        """The index of `folder`. Whether its recipe is ours is checked before (index.opened)."""

    def discard(self, folder: Path) -> None:
        """Take away what is kept of this index outside of its folder."""


def open_engine(name: str, dsn: str = "") -> Engine:
    """The engine of this name, over the database at `dsn` if it needs one. Raises UnknownPart."""
    engine: Engine = load("index.engines", name).open_engine(dsn)
    return engine
