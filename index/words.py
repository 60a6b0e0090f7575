"""Which passages hold a question's words: BM25 over postings in files, as SQLite's FTS5 scores.

FTS5 reads every row of every word at each question, whose time so grows with the library. Here the
weight of a word in a passage is computed once, when the index is built. In a large library a word
that many passages hold proposes none of them; it still counts in each that another one proposes.
"""

import math
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from index import fusion

ROWS, WEIGHTS, TERMS = "postings.npy", "weights.npy", "terms"
K1, B = 1.2, 0.75  # FTS5's own, see "The bm25() function" in SQLite's documentation
COMMON = 0.05  # share of the passages: a word that stands in more is no reason to look at one
FEW = 2_000  # passages: where a word stands in no more than these, all of them are looked at

Postings = tuple[NDArray[np.int32], NDArray[np.float32]]  # rows, rising, and the weight in each


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Which documents hold which terms: the postings of a term lie together, rows rising."""

    terms: tuple[str, ...]  # each once
    firsts: NDArray[np.int64]  # of a term, where its postings begin
    counts: NDArray[np.int64]  # and how many they are: in so many documents it stands
    rows: NDArray[np.int32]  # of a posting, the document
    weights: NDArray[np.float32]  # and the term's BM25 in it


def posted(documents: Iterable[Sequence[str]]) -> Posted:
    """The postings of `documents`, each its terms.

    A document is known by its row: the how-manieth it is, from 0.
    """
    numbers: dict[str, int] = {}
    terms, rows, times, lengths = array("i"), array("i"), array("i"), array("i")
    for row, document in enumerate(documents):
        lengths.append(len(document))
        for term, count in Counter(document).items():
            terms.append(numbers.setdefault(term, len(numbers)))
            rows.append(row)
            times.append(count)
    named = np.frombuffer(terms, dtype=np.int32)
    counts = np.bincount(named, minlength=len(numbers))
    order = np.argsort(named, kind="stable")  # rows stay in order within a term
    weights = _weights(*(np.frombuffer(column, np.int32) for column in (rows, times, lengths)))
    informations = np.array([fusion.information(int(n), len(lengths)) for n in counts], np.float32)
    return Posted(
        terms=tuple(numbers),
        firsts=np.cumsum(counts) - counts,
        counts=counts,
        rows=np.frombuffer(rows, dtype=np.int32)[order],
        weights=(weights * informations[named])[order],
    )


def write(folder: Path, db: Database, documents: Iterable[Sequence[str]]) -> None:
    """Write the postings of `documents` into `folder`, and where they lie in `db`."""
    held = posted(documents)
    np.save(folder / ROWS, held.rows)
    np.save(folder / WEIGHTS, held.weights)
    db.table(TERMS).create({"term": str, "first": int, "count": int}, pk="term")
    places = zip(held.terms, held.firsts.tolist(), held.counts.tolist(), strict=True)
    db.table(TERMS).insert_all(
        {"term": term, "first": first, "count": count} for term, first, count in sorted(places)
    )


def common(documents: int) -> int:
    """In how many of so many documents a word may stand that proposes them."""
    return max(FEW, math.ceil(COMMON * documents))


def _weights(
    rows: NDArray[np.int32], times: NDArray[np.int32], lengths: NDArray[np.int32]
) -> NDArray[np.float32]:
    """BM25 of each posting but for what its term tells."""
    mean = lengths.mean() if len(lengths) else 1.0
    damped = K1 * (1 - B + B * lengths[rows] / mean)
    weights: NDArray[np.float32] = (times * (K1 + 1) / (times + damped)).astype(np.float32)
    return weights


class Words:
    """The postings in a folder. Any thread may ask; each brings its own connection."""

    def __init__(self, folder: Path, documents: int) -> None:
        """`documents`: how many there are in all."""
        self._rows = np.load(folder / ROWS, mmap_mode="r")
        self._weights = np.load(folder / WEIGHTS, mmap_mode="r")
        self._documents = documents

    def found(
        self, connection: sqlite3.Connection, terms: Iterable[str]
    ) -> tuple[dict[str, Postings], dict[str, float]]:
        """Of each term its postings, where it has any, and how much it tells, in nats."""
        asked = list(terms)
        marks = ",".join("?" * len(asked))
        sql = f"select term, first, count from {TERMS} where term in ({marks})"
        places = {term: (first, count) for term, first, count in connection.execute(sql, asked)}
        postings = {
            term: (self._rows[first : first + count], self._weights[first : first + count])
            for term, (first, count) in places.items()
        }
        nats = {
            term: fusion.information(places.get(term, (0, 0))[1], self._documents) for term in asked
        }
        return postings, nats

    def proposed(self, postings: Mapping[str, Postings], most: int) -> list[int]:
        """The rows of the `most` best documents by their words, common words aside.

        Of those that are even, the first.
        """
        if not postings:
            return []
        limit = common(self._documents)
        rare = [held for held in postings.values() if len(held[0]) <= limit]
        rare = rare or [min(sorted(postings.items()), key=lambda item: len(item[1][0]))[1]]
        rows = np.unique(np.concatenate([held for held, _ in rare]))
        scores = self.scores(postings, rows)
        if len(rows) <= most:
            return [int(row) for row in rows]
        least = np.partition(scores, -most)[-most]
        above, even = rows[scores > least], rows[scores == least]
        return [int(row) for row in (*above, *even[: most - len(above)])]

    def scores(
        self, postings: Mapping[str, Postings], rows: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        """BM25 of each of `rows`, which rise, (len(rows),)."""
        scores = np.zeros(len(rows))  # in 64 bits a sum is the same in any order
        for held, weights in postings.values():
            if len(held) <= len(rows):
                places = np.searchsorted(rows, held)
                places[places == len(rows)] = 0
                here = rows[places] == held
                scores[places[here]] += weights[here]
            else:
                places = np.searchsorted(held, rows)
                places[places == len(held)] = 0
                here = held[places] == rows
                scores[here] += weights[places[here]]
        return scores
