"""A small real embedder: it counts words into a few hundred places, so a test can say who wins."""

import zlib
from collections.abc import Sequence

import numpy as np

from index.languages import words
from index.ports import Vectors


class WordCounts:
    """Texts that share words are near; nothing else is."""

    name = "word counts"
    dimension = 256
    aligned = 256

    def __init__(self) -> None:
        self.embedded: list[str] = []  # every passage text that was asked for

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.stack([self._vector(text) for text in texts])

    def embed_question(self, text: str, language: str) -> Vectors:
        return self._vector(text)

    def _vector(self, text: str) -> Vectors:
        vector = np.full(self.dimension, 1e-3, dtype=np.float32)
        for word in words(text, "en"):
            vector[zlib.crc32(word.encode()) % self.dimension] += 1
        unit: Vectors = vector / np.linalg.norm(vector)
        return unit
