"""Making vectors of one meaning lie together, whatever their language and role.

A model such as e5 puts every text into a narrow cone, and every language, question and passage a
little aside. Two steps undo that, the same for questions and passages, so no language need be
known:

* a share of the library's mean passage is subtracted: what all its texts have in common;
* a linear map shortens the directions in which one meaning differs from language to language.
  It is the within-class covariance normalisation of speaker recognition (Hatch, Kajarekar and
  Stolcke, 2006), learned from a few sentences in ten languages (parallel.csv), our own and on
  subjects of no library. Languages that are not among them gain as much.

Figures: index/README.md.
"""

import csv
import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.ports import Embedder, Vectors
from index.wrapping import Wrapped

SENTENCES = Path(__file__).with_name("parallel.csv")
SHARE = 0.7  # of the library's mean that is taken out
RIDGE = 5.0  # times the mean variance, added to all directions: the larger, the milder the map
RULES = f"less {SHARE} of the mean, within-class covariance, ridge {RIDGE}/1"
FILE = "alignment.npz"


def unit(vectors: Vectors) -> Vectors:
    """Each vector at unit length; a zero vector stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    shortened: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return shortened


@dataclass(frozen=True, slots=True)
class Alignment:
    """What is done to the first dimensions of every vector of one index; the others are kept."""

    mean: Vectors  # (n,): the library's mean passage
    map: Vectors  # (n, n), symmetric

    def __call__(self, vectors: Vectors) -> Vectors:
        """Vectors, (…, dimension), aligned and of unit length."""
        first, rest = np.split(vectors, [len(self.mean)], axis=-1)
        lengths = np.linalg.norm(first, axis=-1, keepdims=True)
        moved = unit((unit(first) - SHARE * self.mean) @ self.map) * lengths
        return unit(np.concatenate([moved, rest], axis=-1))

    def write(self, folder: Path) -> None:
        """Keep it beside the index."""
        np.savez(folder / FILE, mean=self.mean, map=self.map)


def read(folder: Path) -> Alignment:
    """The alignment of the index in `folder`."""
    with np.load(folder / FILE) as arrays:
        return Alignment(arrays["mean"], arrays["map"])


def sentences() -> dict[str, list[str]]:
    """The same sentences in each language, ISO 639-1."""
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {language: [row[language] for row in rows] for language in rows[0]}


def learn(versions: Sequence[Vectors], passages: Vectors, aligned: int) -> Alignment:
    """The alignment for a library of these passages, (n, dimension): of their first `aligned`.

    Each of `versions`, (sentences, dimension), holds the same sentences in the same order, in one
    language and one role (question or passage).
    """
    meanings = unit(np.stack(versions)[..., :aligned]).astype(np.float64)
    apart = (meanings - meanings.mean(axis=0)).reshape(-1, aligned)
    variances, directions = np.linalg.eigh(apart.T @ apart / len(apart))
    lengths = 1 / np.sqrt(np.maximum(variances, 0) + RIDGE * max(variances.mean(), 1e-12))
    first = unit(passages[:, :aligned])
    mean = first.mean(axis=0) if len(first) else first.sum(axis=0)
    return Alignment(mean, ((directions * lengths) @ directions.T).astype(np.float32))


class Aligned(Wrapped):
    """An embedder whose vectors are aligned; engines know nothing of it."""

    def __init__(self, embedder: Embedder, alignment: Alignment) -> None:
        super().__init__(embedder)
        self._alignment = alignment
        self._last = threading.local()  # each thread's question: it is asked for once more at most

    @property
    def raw(self) -> Embedder:
        """The embedder without it: its vectors are the same for every library."""
        return self._embedder

    def align(self, vectors: Vectors) -> Vectors:
        """What the embedder alone gave, (…, dimension), as this one would have given it."""
        return self._alignment(vectors)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimension) float32, unit length."""
        return self._alignment(super().embed_passages(texts))

    def embed_question(self, text: str, language: str) -> Vectors:
        """(dimension,) float32, unit length. The same again costs nothing.

        A search and the kept answers ask for one question's vector; of the text stays a digest.
        """
        key = hashlib.sha256(f"{language}\0{text}".encode("utf-8", "replace")).digest()
        held: tuple[bytes, Vectors] | None = getattr(self._last, "held", None)
        if held is None or held[0] != key:
            held = key, self._alignment(super().embed_question(text, language))
            self._last.held = held
        return held[1]
