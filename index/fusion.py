"""One ranking out of two: what the vectors say and what the words say."""

import math
from collections.abc import Iterable, Mapping, Sequence

# How much a full match of words adds to an aligned cosine. Chosen with the constants of
# alignment.py on the tuning halves (even CRC-32) of TICO-19 and XQuAD; figures: index/README.md.
WORD_WEIGHT = 0.3


# What a word that the library never uses tells, as a share, where the question has a gloss: the
# gloss tells the rest. Chosen with WORD_WEIGHT.
GLOSSED = 0.5


def nearness(passage: float, sentences: Sequence[float]) -> float:
    """How near a passage is: half its own cosine with the question, half its best sentence's.

    A question is answered by a sentence, understood by what stands around it.
    """
    return (passage + max(sentences, default=passage)) / 2


def fuse(dense: float, words: float) -> float:
    """The score of a passage: its cosine with the question, lifted by the words they share.

    `words` is a share of the question's whole information (see `share`), so a question in
    another language than the passage, whose words are not in the library at all, is hardly
    moved: its ranking stays that of the vectors.
    """
    return dense + WORD_WEIGHT * words


def information(document_frequency: int, documents: int) -> float:
    """How much a term tells, in nats: BM25's idf as SQLite's FTS5 computes it."""
    idf = math.log((documents - document_frequency + 0.5) / (document_frequency + 0.5))
    return max(idf, 1e-6)


def share(found: Iterable[str], informations: Mapping[str, float]) -> float:
    """0 to 1: the share of a question's information whose terms are in `found`."""
    total = sum(informations.values())
    here = set(found)
    return sum(nats for term, nats in informations.items() if term in here) / total if total else 0
