"""Our own engine, with the two models of its embedded default."""

import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.app import keep_models, open_embedder
from bot.evaluation.beir import Text, shelve
from bot.settings import Settings
from corpus.library import Library
from index.engines import local
from index.languages import detect
from index.opened import Current
from index.ports import Vectors
from index.vectors import VectorStore
from scripts.benching.peers.peer import run

SETTINGS = "ENGINE=local, EMBEDDER=e5_use: vectors, best sentence and words, fused"
CORPUS, VECTORS = "corpus.db", "vectors.db"  # made before, in the folder


def VERSION() -> str:
    """Its name and version."""
    return f"Ask the Exchange {local.ENGINE}"


def build(ids: list[str], texts: list[str], vectors: Any, folder: Path) -> Any:  # noqa: ANN401
    """The index of the library that was published here; its vectors are looked up."""
    keep_models(Settings(exchange_data=folder))  # as `exchange refresh` does
    made = _empty(folder / "timed")
    aligned = Current(folder, "local", open_embedder(Settings(exchange_data=folder)))().embedder
    store, raw = VectorStore(folder / VECTORS), aligned.raw

    def embed(texts: Sequence[str]) -> Vectors:
        vectors, _ = store.embed(texts, raw.name, raw.embed_passages, lambda _: None)
        return aligned.align(vectors)

    index = Library(folder / CORPUS), made, embed
    local.build(index[0], made, embed)
    return index


def add(index: Any, id: str, text: str, vector: Any, folder: Path) -> None:  # noqa: ANN401
    """One document more, and the index built anew: that is how every change is published."""
    library, made, embed = index
    with library.changing():
        shelve([Text(id="one more", title="", text=text, language="en")], library)
    local.build(library, _empty(made), embed)


def _empty(folder: Path) -> Path:
    """The folder, of which nothing is left that an earlier build wrote."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def opened(folder: Path) -> Callable[[str], list[str]]:
    """Ten passages' ids for a question."""
    index = Current(folder, "local", open_embedder(Settings(exchange_data=folder)))().index
    return lambda asked: [hit.passage.id for hit in index.search(asked, detect(asked), 10)]


if __name__ == "__main__":
    run(sys.modules[__name__])
