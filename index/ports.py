"""What we call of an embedder and of an engine, nothing more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.document import Passage

Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]  # passages' texts to rows of unit length


class StaleIndex(Exception):
    """The index was made with another recipe. Its text says which, and what to run."""


class Embedder(Protocol):
    """A model that turns text into vectors of one space."""

    @property
    def name(self) -> str:
        """Model and revision: one name is one vector space, whatever computes it."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    @property
    def aligned(self) -> int:
        """How many of the dimensions, from the first on, are aligned (index.alignment)."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimension) float32, each row of unit length."""

    def embed_question(self, text: str, language: str) -> Vectors:
        """(dimension,) float32, unit length. `language` is ISO 639-1. Any thread may call it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of a passage and how near it is to the question."""

    text: str
    score: float  # on the scale of Hit.score


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for a passage. Each is on one scale for all questions of an index."""

    dense: float  # nearness of question and passage (fusion.nearness), -1 to 1
    words: float  # about 0 to 1: BM25 over the whole information of the question's words
    domain: float  # cosine of the question and the library's mean passage: is this our subject?
    elsewhere: bool = False  # a fact of a country is asked for that the passage does not name


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that was found."""

    passage: Passage
    score: float  # fused: what hits are ranked by
    evidence: Evidence
    sentences: tuple[Sentence, ...]  # of the passage, in reading order


class Index(Protocol):
    """A library that can be asked. Any thread may call search."""

    def search(self, question: str, language: str, k: int) -> list[Hit]:
        """At most k hits, best first. `language` of the question, ISO 639-1."""
