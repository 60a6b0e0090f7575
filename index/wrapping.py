"""The base of embedders that stand around another one."""

from collections.abc import Sequence

from index.ports import Embedder, Vectors


class Wrapped:
    """The embedder inside, but for what a subclass changes. Itself an Embedder: none can tell."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.name = embedder.name
        self.dimension = embedder.dimension
        self.aligned = embedder.aligned

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimension) float32, unit length."""
        return self._embedder.embed_passages(texts)

    def embed_question(self, text: str, language: str) -> Vectors:
        """(dimension,) float32, unit length."""
        return self._embedder.embed_question(text, language)
