"""Vectors and words of a library in PostgreSQL, asked by one statement (index/postgres/sql).

The folder of an index holds the library itself, so passages are read as the local engine reads
them; its vectors and postings are rows of the database, for as many machines as ask.
"""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus.library import Library
from index import finding, fusion, words, writing
from index.editing import LIBRARY
from index.engines import Engine
from index.finding import CANDIDATES, Found
from index.plugins import UnknownPart
from index.ports import Embed, Embedder, Evidence, Hit, Index, Vectors
from index.postgres import DatabaseFailed, library
from index.writing import DIRECTION, SENTENCES

with library(UnknownPart):
    import pgvector  # noqa: F401
    import psycopg
    import psycopg.sql

    from index.postgres import rows
    from index.postgres.connecting import connected, telling, told

# In a large library, how many passages have their common words counted before the best are chosen.
HOPEFUL = 10 * CANDIDATES
# Four times as many passages of the graph are looked at as are asked for, and on from there until
# so many are found that filters let through.
_SETTINGS = (
    "select set_config('jit', 'off', true), set_config('hnsw.ef_search', '400', true),"
    " set_config('hnsw.iterative_scan', 'strict_order', true)"
)
_PLAIN = "select set_config('jit', 'off', true)"  # compiling takes longer than one question does


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Where to look for passages; None: everywhere."""

    languages: tuple[str, ...] | None = None
    sources: tuple[str, ...] | None = None
    without: tuple[str, ...] | None = None  # sources


EVERYWHERE = Within()


def open_engine(dsn: str) -> Engine:
    """The engine over the database at `dsn`. Raises UnknownPart, DatabaseFailed."""
    if not dsn:
        raise UnknownPart("ENGINE=postgres: needs a database; set DATABASE_URL")
    rows.ready(dsn)
    return Postgres(dsn)


class Postgres:
    """Makes and opens indexes in one database."""

    ENGINE = "postgres/1"

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    def build(self, library: Library, folder: Path, embed: Embed) -> None:
        """Write the library into `folder` and its rows into the database. Raises DatabaseFailed."""
        read = writing.write(library, folder, embed)
        with telling(self._dsn):
            rows.make(self._dsn, read, folder)
        (folder / SENTENCES).unlink()

    def open_index(self, folder: Path, embedder: Embedder) -> Index:
        """The index of `folder`. Raises DatabaseFailed; ValueError where its rows are gone."""
        return PostgresIndex(self._dsn, folder, embedder)

    def discard(self, folder: Path) -> None:
        """Take its rows away; those that cannot be taken now are swept later."""
        with contextlib.suppress(OSError, ValueError, KeyError, DatabaseFailed, psycopg.Error):
            held = rows.read(folder)
            with connected(self._dsn) as connection:
                rows.drop(connection, [held.id])


class PostgresIndex:
    """A finished folder and its rows, opened for reading. Any thread may search."""

    def __init__(self, dsn: str, folder: Path, embedder: Embedder) -> None:
        self._dsn, self._embedder, self._rows = dsn, embedder, rows.read(folder)
        self._direction = np.load(folder / DIRECTION)
        self._library = Library(folder / LIBRARY, read_only=True)
        self._sql = self._rows.sql("search")
        with telling(dsn), connected(dsn) as connection:
            known = "select from library_rows where id = %s"
            if connection.execute(known, [self._rows.id]).fetchone() is None:
                raise ValueError(f"{told(dsn)} does not hold the rows of {folder.name}")

    def search(
        self, question: str, language: str, k: int, within: Within = EVERYWHERE
    ) -> list[Hit]:
        """At most k hits, best first. Raises DatabaseFailed."""
        if not self._rows.documents:
            return []
        vector = self._embedder.embed_question(question, language)
        values = self._values(vector, finding.asked(question, language), k, within)
        domain = float(vector @ self._direction)
        answered = self._answered(values)
        found = [
            Found(id, score, Evidence(dense=dense, words=words, domain=domain), texts, cosines)
            for id, score, dense, words, cosines, texts, *_ in answered
        ]
        nats = dict(zip(*answered[0][-2:], strict=True)) if answered else {}
        return finding.hits(found, nats, question, language, self._library)

    def explained(self, question: str, language: str, k: int) -> str:
        """How the database finds the hits: its plan, for who looks after it."""
        vector = self._embedder.embed_question(question, language)
        values = self._values(vector, finding.asked(question, language), k, EVERYWHERE)
        sql = psycopg.sql.SQL("explain (verbose, costs off) ") + self._sql
        return "\n".join(line for (line,) in self._asked(values, sql))

    def _values(
        self, vector: Vectors, asked: finding.Asked, k: int, within: Within
    ) -> dict[str, Any]:
        """What the statement is given."""
        return {
            "vector": f"[{','.join(map(str, vector.tolist()))}]",
            "terms": list(asked.terms),
            "unknown": asked.unknown,
            "documents": self._rows.documents,
            "common": words.common(self._rows.documents),
            "candidates": CANDIDATES,
            "hopeful": HOPEFUL if self._rows.kind == "halfvec" else None,
            "weight": fusion.WORD_WEIGHT,
            "k": k,
            "languages": _listed(within.languages),
            "sources": _listed(within.sources),
            "without": _listed(within.without),
        }

    def _answered(self, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        """The statement's rows; a connection that is lost meanwhile is replaced once."""
        with telling(self._dsn):
            try:
                return self._asked(values, self._sql)
            except psycopg.OperationalError:
                return self._asked(values, self._sql)

    def _asked(self, values: dict[str, Any], sql: psycopg.sql.Composed) -> list[tuple[Any, ...]]:
        with connected(self._dsn) as connection:
            connection.execute(_SETTINGS if self._rows.kind == "halfvec" else _PLAIN)
            return connection.execute(sql, values).fetchall()


def _listed(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)
