"""bm25s: words alone, no model."""

import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import bm25s

from scripts.benching.peers.peer import run

SETTINGS = "default (Lucene's BM25), English stop words, no stemmer; words only"


def VERSION() -> str:
    """Its name and version."""
    return f"bm25s {version('bm25s')}"


def build(ids: list[str], texts: list[str], vectors: Any, folder: Path) -> Any:  # noqa: ANN401
    """Index and save."""
    index = bm25s.BM25(corpus=ids)
    index.index(bm25s.tokenize(texts, stopwords="en", show_progress=False), show_progress=False)
    index.save(str(folder), corpus=ids)
    return texts


def add(index: Any, id: str, text: str, vector: Any, folder: Path) -> None:  # noqa: ANN401
    """It cannot add one: all is indexed again."""
    import json

    held = json.loads((folder.parent / "texts.json").read_text(encoding="utf-8"))
    build([*held["ids"][1:], id], [*index, text], None, folder)


def opened(folder: Path) -> Callable[[str], list[str]]:
    """Ten ids for a question."""
    index = bm25s.BM25.load(str(folder), load_corpus=True)

    def search(question: str) -> list[str]:
        asked = bm25s.tokenize([question], stopwords="en", show_progress=False)
        found, _ = index.retrieve(asked, k=10, show_progress=False)
        return [one["text"] if isinstance(one, dict) else str(one) for one in found[0]]

    return search


if __name__ == "__main__":
    run(sys.modules[__name__])
