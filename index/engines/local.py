"""FAISS for the vectors, postings for the words, all in one folder of files.

What is near is judged by the whole passage and by its best sentence; the words' BM25 is put on the
vectors' scale (`index.fusion`) before both are added. A folder is made once and only read
afterwards.
"""

import itertools
import json
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from sqlite_utils import Database

from corpus.document import Passage
from corpus.library import Library
from index import finding, fusion, nearest, words, writing
from index.editing import LIBRARY
from index.engines import Engine
from index.finding import CANDIDATES, Asked, Found
from index.ports import Embed, Embedder, Evidence, Hit, Index, Vectors
from index.words import Postings
from index.writing import DIRECTION, SENTENCES

ENGINE = "local/4"
WORDS = "words.db"


def open_engine(dsn: str) -> Engine:
    """Files need no database: the module itself is the engine."""
    from index.engines import local

    return local


def build(library: Library, folder: Path, embed: Embed) -> None:
    """Write all files of an index of `library` but its recipe into `folder`.

    A passage is known by its row in them: the how-manieth it is in the library.
    """
    read = writing.write(library, folder, embed)
    nearest.write(read.vectors, folder)
    db = Database(sqlite3.connect(folder / WORDS))
    words.write(folder, db, read.terms())
    _write_pieces(db, read.passages, read.pieces)
    db.conn.close()


def discard(folder: Path) -> None:
    """Nothing is kept outside of the folder."""


def _write_pieces(db: Database, passages: Sequence[Passage], pieces: Sequence[list[str]]) -> None:
    columns = {"row": int, "passage": str, "first": int, "count": int, "texts": str}
    db.table("pieces").create(columns, pk="row")
    firsts = itertools.accumulate((len(piece) for piece in pieces), initial=0)
    with db.atomic():
        db.table("pieces").insert_all(
            {
                "row": row, "passage": passage.id, "first": first, "count": len(piece),
                "texts": json.dumps(piece, ensure_ascii=False),
            }
            for row, (passage, first, piece) in enumerate(
                zip(passages, firsts, pieces, strict=False)
            )
        )  # fmt: skip


def open_index(folder: Path, embedder: Embedder) -> Index:
    """The index in `folder`. Whether its recipe is ours is checked before (index.opened)."""
    return LocalIndex(folder, embedder)


class LocalIndex:
    """A finished folder, opened for reading. Any thread may search."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors = nearest.read(folder)
        self._sentences = np.load(folder / SENTENCES, mmap_mode="r")
        self._direction = np.load(folder / DIRECTION)
        self._folder = folder
        self._local = threading.local()  # a connection a thread: SQLite would queue them all on one
        self._library = Library(folder / LIBRARY, read_only=True)
        self._words = words.Words(folder, self._vectors.ntotal)

    def search(self, question: str, language: str, k: int) -> list[Hit]:
        """At most k hits, best first."""
        if not self._vectors.ntotal:
            return []
        vector = self._embedder.embed_question(question, language)
        postings, nats = self._told(finding.asked(question, language))
        domain = float(vector @ self._direction)
        scores = self._scores(vector, postings, nats)
        cosines = self._sentence_cosines(scores, vector)
        evidence = {
            key: Evidence(dense=fusion.nearness(cosine, cosines[key]), words=words, domain=domain)
            for key, (cosine, words) in scores.items()
        }
        fused = {key: fusion.fuse(seen.dense, seen.words) for key, seen in evidence.items()}
        best = sorted(fused, key=lambda key: (-fused[key], key))[:k]
        found = [self._found(key, fused[key], evidence[key], cosines[key]) for key in best]
        return finding.hits(found, nats, question, language, self._library)

    def _scores(
        self, vector: Vectors, postings: Mapping[str, Postings], nats: dict[str, float]
    ) -> dict[int, tuple[float, float]]:
        """Cosine and share of words of every candidate that either side proposes, by row."""
        depth = min(CANDIDATES, self._vectors.ntotal)
        cosines, near = self._vectors.search(vector[None, :], depth)
        dense = {
            row: cosine
            for row, cosine in zip(near[0].tolist(), cosines[0].tolist(), strict=True)
            if row >= 0  # FAISS's word for none
        }
        missing = [row for row in self._words.proposed(postings, CANDIDATES) if row not in dense]
        if missing:
            held = np.stack([self._vectors.reconstruct(row) for row in missing])
            dense |= dict(zip(missing, (held @ vector).tolist(), strict=True))
        rows = np.array(sorted(dense), dtype=np.int32)
        total = sum(nats.values()) or 1.0
        shares = (self._words.scores(postings, rows) / total).tolist()
        return {row: (dense[row], share) for row, share in zip(rows.tolist(), shares, strict=True)}

    def _sentence_cosines(self, keys: Iterable[int], vector: Vectors) -> dict[int, list[float]]:
        """For each passage, the cosine of each of its sentences."""
        marks = ",".join(map(str, keys))
        sql = f"select row, first, count from pieces where row in ({marks})"
        places = self._words_db().execute(sql).fetchall()
        rows = np.concatenate([np.arange(first, first + count) for _, first, count in places])
        cosines = (np.asarray(self._sentences[rows], dtype=np.float32) @ vector).tolist()
        ends = np.cumsum([count for *_, count in places]).tolist()
        return {
            key: cosines[end - count : end]
            for (key, _, count), end in zip(places, ends, strict=True)
        }

    def _told(self, asked: Asked) -> tuple[dict[str, Postings], dict[str, float]]:
        """Postings and nats of each term."""
        postings, nats = self._words.found(self._words_db(), asked.terms)
        return postings, {
            term: told if term in postings else told * asked.unknown for term, told in nats.items()
        }

    def _found(self, key: int, score: float, seen: Evidence, cosines: Sequence[float]) -> Found:
        sql = "select passage, texts from pieces where row = ?"
        id, texts = self._words_db().execute(sql, [key]).fetchone()
        return Found(id, score, seen, json.loads(texts), cosines)

    def _words_db(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            uri = f"{(self._folder / WORDS).resolve().as_uri()}?mode=ro"
            connection = sqlite3.connect(uri, uri=True)
            self._local.connection = connection
        return connection
