"""Taking out what all vectors share, so that cosines tell subjects apart, not languages.

A model such as e5 puts every text into a narrow cone, and every language a little aside.
Subtracting a share of the library's mean passage, and of the mean question of each language,
lifts the ranking across languages most. Figures: index/README.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.ports import Embedder, Vectors

SHARE = 0.7  # of the mean that is taken out; chosen with fusion.WORD_WEIGHT
RULES = f"less {SHARE} of the means/1"
FILE = "means.npz"
_PASSAGES = "passages"


def unit(vectors: Vectors) -> Vectors:
    """Each vector at unit length; a zero vector stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    shortened: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return shortened


@dataclass(frozen=True, slots=True)
class Centre:
    """The means of one index."""

    passages: Vectors  # (dimension,)
    questions: dict[str, Vectors]  # by language, ISO 639-1

    def passage(self, vectors: Vectors) -> Vectors:
        """Passage vectors, (n, dimension), centred."""
        return unit(vectors - SHARE * self.passages)

    def question(self, vector: Vectors, language: str) -> Vectors:
        """A question's vector centred; as it is where its language has no mean."""
        mean = self.questions.get(language)
        return vector if mean is None else unit(vector - SHARE * mean)

    def write(self, folder: Path) -> None:
        """Keep the means beside the index."""
        np.savez(folder / FILE, **{_PASSAGES: self.passages}, **self.questions)  # type: ignore[arg-type]


def read(folder: Path) -> Centre:
    """The means of the index in `folder`."""
    with np.load(folder / FILE) as means:
        arrays = {name: means[name] for name in means.files}
    return Centre(arrays.pop(_PASSAGES), arrays)


class Centred:
    """An embedder whose vectors are centred. It is an Embedder itself, so engines know nothing."""

    def __init__(self, embedder: Embedder, centre: Centre) -> None:
        self._embedder, self._centre = embedder, centre
        self.name, self.dimension = embedder.name, embedder.dimension

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimension) float32, unit length."""
        return self._centre.passage(self._embedder.embed_passages(texts))

    def embed_question(self, text: str, language: str) -> Vectors:
        """(dimension,) float32, unit length."""
        return self._centre.question(self._embedder.embed_question(text, language), language)
