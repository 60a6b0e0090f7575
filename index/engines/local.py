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
from dataclasses import replace
from pathlib import Path

import numpy as np
from sqlite_utils import Database

from corpus.document import Passage
from corpus.library import Library
from corpus.sentences import sentences
from corpus.source import Source
from index import facts, fusion, languages, nearest, words
from index.alignment import unit
from index.gloss import gloss
from index.ports import Embed, Embedder, Evidence, Hit, Index, Sentence, Vectors
from index.words import Postings

ENGINE = "local/4"
LIBRARY, WORDS = "library.db", "words.db"
SENTENCES, DIRECTION = "sentences.npy", "direction.npy"
AT_ONCE = 100_000  # sentences that are embedded together
CANDIDATES = 100  # passages that each of vectors and words may propose


def passage_text(passage: Passage, source: Source) -> str:
    """What is embedded for a passage: its words, after what a reader would know of the place."""
    if passage.summary:
        place = f"{source.title} – {source.publisher}, {source.year}. {source.region}"
    else:
        place = " – ".join([source.title, *passage.headings])
    return f"{place}\n{passage.text}" if place else passage.text


def build(library: Library, folder: Path, embed: Embed) -> None:
    """Write all files of an index of `library` but its recipe into `folder`.

    A passage is known by its row in them: the how-manieth it is in the library.
    """
    library.copy_to(folder / LIBRARY)
    passages = list(library.passages())
    sources = library.sources()
    texts = [passage_text(passage, sources[passage.source]) for passage in passages]
    vectors = embed(texts)
    nearest.write(vectors, folder)
    np.save(folder / DIRECTION, unit(vectors.mean(axis=0) if len(vectors) else vectors.sum(axis=0)))
    pieces = [sentences(passage.text, passage.language) for passage in passages]
    _write_sentences([sentence for piece in pieces for sentence in piece], folder, embed)
    db = Database(sqlite3.connect(folder / WORDS))
    terms = (languages.words(text, one.language) for one, text in zip(passages, texts, strict=True))
    words.write(folder, db, terms)
    _write_pieces(db, passages, pieces)
    db.conn.close()


def _write_sentences(texts: Sequence[str], folder: Path, embed: Embed) -> None:
    """In 16 bits, and never all of a large library in 32 at once."""
    first = embed(texts[:AT_ONCE])
    shape = (len(texts), first.shape[1])
    if not texts:
        np.save(folder / SENTENCES, first.astype(np.float16))
        return
    rows = np.lib.format.open_memmap(folder / SENTENCES, "w+", np.float16, shape)
    rows[:AT_ONCE] = first
    for start in range(AT_ONCE, len(texts), AT_ONCE):
        rows[start : start + AT_ONCE] = embed(texts[start : start + AT_ONCE])
    rows.flush()


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
        postings, nats = self._asked(question, language)
        domain = float(vector @ self._direction)
        scores = self._scores(vector, postings, nats)
        cosines = self._sentence_cosines(scores, vector)
        evidence = {
            key: Evidence(dense=fusion.nearness(cosine, cosines[key]), words=words, domain=domain)
            for key, (cosine, words) in scores.items()
        }
        fused = {key: fusion.fuse(seen.dense, seen.words) for key, seen in evidence.items()}
        best = sorted(fused, key=lambda key: (-fused[key], key))[:k]
        hits = [self._hit(key, fused[key], evidence[key], cosines[key], nats) for key in best]
        wanted = facts.wanted_of(question, language)
        return [self._placed(hit, wanted) for hit in hits] if wanted else hits

    def _placed(self, hit: Hit, wanted: frozenset[str]) -> Hit:
        """With whether the facts that are wanted are of other countries than the passage."""
        source = self._library.source(hit.passage.source)
        text = f"{source.region}. {passage_text(hit.passage, source)}"
        away = facts.elsewhere(wanted, text, hit.passage.language)
        return replace(hit, evidence=replace(hit.evidence, elsewhere=away))

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

    def _asked(self, question: str, language: str) -> tuple[dict[str, Postings], dict[str, float]]:
        """Postings and nats of each term of the question and of its gloss.

        A term that the library never uses tells most.
        """
        own = languages.words(question, language)
        meanings = gloss(question, languages.heard(question, language))
        glossed = [term for meaning in meanings for term in languages.words(meaning, "en")]
        terms = list(dict.fromkeys([*own, *glossed]))[:200]
        postings, nats = self._words.found(self._words_db(), terms)
        unknown = fusion.GLOSSED if glossed else 1.0
        return postings, {
            term: told if term in postings else told * unknown for term, told in nats.items()
        }

    def _hit(
        self,
        key: int,
        score: float,
        evidence: Evidence,
        cosines: Sequence[float],
        nats: dict[str, float],
    ) -> Hit:
        sql = "select passage, texts from pieces where row = ?"
        id, texts = self._words_db().execute(sql, [key]).fetchone()
        passage = self._library.passage(id)
        scored = tuple(
            Sentence(
                text=text,
                score=fusion.fuse(
                    cosine, fusion.share(languages.words(text, passage.language), nats)
                ),
            )
            for text, cosine in zip(json.loads(texts), cosines, strict=True)
        )
        return Hit(passage=passage, score=score, evidence=evidence, sentences=scored)

    def _words_db(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            uri = f"{(self._folder / WORDS).resolve().as_uri()}?mode=ro"
            connection = sqlite3.connect(uri, uri=True)
            self._local.connection = connection
        return connection
