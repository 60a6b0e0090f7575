"""Questions that the hub asks itself, each embedded once: at every publishing they are the same."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from index.ports import Embedder, Vectors
from index.vectors import VectorStore
from index.wrapping import Wrapped


class Remembering(Wrapped):
    """An embedder that keeps its questions' vectors, so that a second run embeds none.

    For calibration and golden questions, never for people's. The store holds hashes and vectors,
    no text.
    """

    def __init__(self, embedder: Embedder, store: VectorStore) -> None:
        super().__init__(embedder)
        self._store = store

    def embed_question(self, text: str, language: str) -> Vectors:
        """(dimension,) float32, unit length."""
        vectors, _ = self.embed_questions([text], language, lambda _: None)
        row: Vectors = vectors[0]
        return row

    def embed_questions(
        self, texts: Sequence[str], language: str, progress: Callable[[int], None]
    ) -> tuple[Vectors, int]:
        """Vectors of `texts`, (len(texts), dimension), and how many had to be embedded.

        They share the cores. `progress` as in VectorStore.embed. A text in another language is
        another question.
        """

        def compute(batch: Sequence[str]) -> Vectors:
            with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
                rows = list(
                    pool.map(lambda text: self._embedder.embed_question(text, language), batch)
                )
            return np.stack(rows) if rows else self._embedder.embed_passages([])

        return self._store.embed(texts, f"{self.name}, questions in {language}", compute, progress)
