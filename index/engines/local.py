"""FAISS for the vectors, SQLite FTS5 for the words, both in one folder of files.

Exact search by inner product under stable ids. What is near is judged by the whole passage and by
its best sentence; the words' BM25 is put on the vectors' scale (`index.fusion`) before both are
added. A folder is made once and only read afterwards.
"""

import base64
import json
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import faiss
import numpy as np
from sqlite_utils import Database

from corpus.document import Passage
from corpus.library import Library
from corpus.sentences import sentences
from corpus.source import Source
from index import facts, fusion, languages
from index.alignment import unit
from index.gloss import gloss
from index.ports import Embed, Embedder, Evidence, Hit, Index, Sentence, Vectors

ENGINE = "local/3"
LIBRARY, WORDS, VECTORS = "library.db", "words.db", "passages.faiss"
SENTENCES, DIRECTION = "sentences.npy", "direction.npy"
CANDIDATES = 100  # passages that each of vectors and words may propose


def number(passage: str) -> int:
    """The 63-bit id under which FAISS and FTS5 know a passage: the front of its own id."""
    return int.from_bytes(base64.urlsafe_b64decode(passage + "=")[:8], "big") >> 1


def passage_text(passage: Passage, source: Source) -> str:
    """What is embedded for a passage: its words, after what a reader would know of the place."""
    if passage.summary:
        place = f"{source.title} – {source.publisher}, {source.year}. {source.region}"
    else:
        place = " – ".join([source.title, *passage.headings])
    return f"{place}\n{passage.text}" if place else passage.text


def build(library: Library, folder: Path, embed: Embed) -> None:
    """Write all files of an index of `library` but its recipe into `folder`."""
    library.copy_to(folder / LIBRARY)
    passages = list(library.passages())
    sources = library.sources()
    texts = [passage_text(passage, sources[passage.source]) for passage in passages]
    vectors = embed(texts)
    ids = np.array([number(passage.id) for passage in passages], dtype=np.int64)
    store = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
    store.add_with_ids(vectors, ids)
    faiss.write_index(store, str(folder / VECTORS))
    np.save(folder / DIRECTION, unit(vectors.mean(axis=0) if len(vectors) else vectors.sum(axis=0)))
    pieces = [sentences(passage.text, passage.language) for passage in passages]
    rows = embed([sentence for piece in pieces for sentence in piece])
    np.save(folder / SENTENCES, rows.astype(np.float16))
    _write_words(folder / WORDS, zip(passages, texts, pieces, strict=True))


def _write_words(path: Path, parts: Iterable[tuple[Passage, str, list[str]]]) -> None:
    db = Database(sqlite3.connect(path))
    db.execute("create virtual table words using fts5(terms, tokenize = 'unicode61')")
    db.execute("create virtual table frequencies using fts5vocab(words, row)")
    columns = {"number": int, "passage": str, "first": int, "count": int, "texts": str}
    db.table("pieces").create(columns, pk="number")
    first = 0
    with db.atomic():
        for passage, text, piece in parts:
            key = number(passage.id)
            terms = " ".join(languages.words(text, passage.language))
            db.execute("insert into words(rowid, terms) values (?, ?)", [key, terms])
            row = {"number": key, "passage": passage.id, "first": first, "count": len(piece)}
            row["texts"] = json.dumps(piece, ensure_ascii=False)
            db.table("pieces").insert(row)
            first += len(piece)
    db.conn.close()


def open_index(folder: Path, embedder: Embedder) -> Index:
    """The index in `folder`. Whether its recipe is ours is checked before (index.opened)."""
    return LocalIndex(folder, embedder)


class LocalIndex:
    """A finished folder, opened for reading. Any thread may search."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors = faiss.read_index(str(folder / VECTORS))
        self._sentences = np.load(folder / SENTENCES, mmap_mode="r")
        self._direction = np.load(folder / DIRECTION)
        self._folder = folder
        self._local = threading.local()  # a connection a thread: SQLite would queue them all on one
        self._library = Library(folder / LIBRARY, read_only=True)
        self._documents = self._words_db().execute("select count(*) from words").fetchone()[0]

    def search(self, question: str, language: str, k: int) -> list[Hit]:
        """At most k hits, best first."""
        if not self._vectors.ntotal:
            return []
        vector = self._embedder.embed_question(question, language)
        nats = self._informations(question, language)
        domain = float(vector @ self._direction)
        scores = self._scores(vector, nats)
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

    def _scores(self, vector: Vectors, nats: dict[str, float]) -> dict[int, tuple[float, float]]:
        """Cosine and share of words of every candidate that either side proposes."""
        depth = min(CANDIDATES, self._vectors.ntotal)
        cosines, keys = self._vectors.search(vector[None, :], depth)
        dense = dict(zip(keys[0].tolist(), cosines[0].tolist(), strict=True))
        words = self._word_scores(nats, limit=CANDIDATES)
        words |= self._word_scores(nats, among=[key for key in dense if key not in words])
        missing = [key for key in words if key not in dense]
        if missing:
            rows = np.stack([self._vectors.reconstruct(key) for key in missing])
            dense |= dict(zip(missing, (rows @ vector).tolist(), strict=True))
        return {key: (cosine, words.get(key, 0.0)) for key, cosine in dense.items()}

    def _sentence_cosines(self, keys: Iterable[int], vector: Vectors) -> dict[int, list[float]]:
        """For each passage, the cosine of each of its sentences."""
        marks = ",".join(map(str, keys))
        sql = f"select number, first, count from pieces where number in ({marks})"
        places = self._words_db().execute(sql).fetchall()
        rows = np.concatenate([np.arange(first, first + count) for _, first, count in places])
        cosines = (np.asarray(self._sentences[rows], dtype=np.float32) @ vector).tolist()
        ends = np.cumsum([count for *_, count in places]).tolist()
        return {
            key: cosines[end - count : end]
            for (key, _, count), end in zip(places, ends, strict=True)
        }

    def _informations(self, question: str, language: str) -> dict[str, float]:
        """Nats of each term of the question and of its gloss; one that is never used tells most."""
        own = languages.words(question, language)
        meanings = gloss(question, languages.heard(question, language))
        glossed = [term for meaning in meanings for term in languages.words(meaning, "en")]
        terms = list(dict.fromkeys([*own, *glossed]))[:200]
        marks = ",".join("?" * len(terms))
        sql = f"select term, doc from frequencies where term in ({marks})"
        counts = dict(self._words_db().execute(sql, terms).fetchall())
        unknown = fusion.information(0, self._documents) * (fusion.GLOSSED if glossed else 1.0)
        return {
            term: fusion.information(counts[term], self._documents) if term in counts else unknown
            for term in terms
        }

    def _word_scores(
        self, nats: dict[str, float], limit: int = -1, among: Sequence[int] | None = None
    ) -> dict[int, float]:
        """BM25 over the question's whole information: about 0 to 1, and one scale for all."""
        if not nats or among == []:
            return {}
        query = " OR ".join(f'"{term}"' for term in nats)
        narrowed = f" and rowid in ({','.join(map(str, among))})" if among is not None else ""
        sql = f"""
            select rowid, -bm25(words) from words where words match ?{narrowed}
            order by 2 desc limit ?
        """
        total = sum(nats.values())
        rows = self._words_db().execute(sql, [query, limit]).fetchall()
        return {key: score / total for key, score in rows}

    def _hit(
        self,
        key: int,
        score: float,
        evidence: Evidence,
        cosines: Sequence[float],
        nats: dict[str, float],
    ) -> Hit:
        sql = "select passage, texts from pieces where number = ?"
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
