"""Texts that wait to be embedded, leased by workers on any machine: as `index.bulk.leases`.

Two who lease in the same instant get different texts: each passes by what the other has locked.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from index.bulk.leases import LEASE, dead
from index.ports import Vectors
from index.postgres.connecting import connected
from index.postgres.migrating import ready
from index.postgres.texts import raw, text
from index.vectors import key_of

MIGRATIONS = Path(__file__).parents[1] / "bulk" / "migrations"
_NOW = "extract(epoch from clock_timestamp())::float8"
_PUT = """insert into embedding_jobs (key, space, body)
    select given.key, %s, given.body from unnest(%s::text[], %s::bytea[])
        with ordinality as given (key, body, n)
    where not exists (select 1 from embedding_vectors as had where had.key = given.key)
    order by given.n on conflict do nothing"""
_LEASE = f"""update embedding_jobs set worker = %s, until = {_NOW} + {LEASE} where key in (
    select key from embedding_jobs where until < {_NOW} and space = %s
    order by until, place limit %s for update skip locked
) returning key, body"""
_TOGETHER = 10_000  # texts of one statement: it may hold a gigabyte, a large library more
_STORE = """insert into embedding_vectors (key, vector)
    select * from unnest(%s::text[], %s::bytea[]) on conflict do nothing"""


class PostgresLeases:
    """The waiting texts of one database. Any thread and any process may call."""

    def __init__(self, dsn: str) -> None:
        """Open or make them. Raises DatabaseFailed."""
        self._dsn = dsn
        ready(dsn, "bulk", MIGRATIONS)

    def close(self) -> None:
        """Nothing to let go of: the connections are the process's."""

    def put(self, texts: Sequence[str], space: str) -> int:
        """Let those of `texts` wait that have no vector in `space`, and tell how many wait.

        What an earlier run left is taken away, but for what its workers are still at.
        """
        for worker in self.workers():
            if dead(worker):
                self.release(worker)
        longest = sorted(dict.fromkeys(texts), key=len, reverse=True)
        keys = [key_of(space, one) for one in longest]
        bodies = [raw(one) for one in longest]
        with connected(self._dsn) as db:
            db.execute(f"delete from embedding_jobs where until < {_NOW}")
            for start in range(0, len(keys), _TOGETHER):
                these = slice(start, start + _TOGETHER)
                db.execute(_PUT, [space, keys[these], bodies[these]])
        return self.left()

    def lease(self, worker: str, space: str, most: int) -> dict[str, str]:
        """Up to `most` texts by key, which are `worker`'s for LEASE seconds."""
        with connected(self._dsn) as db:
            rows = db.execute(_LEASE, [worker, space, most]).fetchall()
        return {key: text(body) for key, body in rows}

    def store(self, vectors: Mapping[str, Vectors]) -> None:
        """Keep what was embedded, by key, and have it wait no more."""
        keys, kept = list(vectors), [row.tobytes() for row in vectors.values()]
        with connected(self._dsn) as db:
            db.execute(_STORE, [keys, kept])
            db.execute("delete from embedding_jobs where key = any(%s)", [keys])

    def release(self, worker: str) -> None:
        """Give what `worker` holds to others at once: it is known to be dead."""
        with connected(self._dsn) as db:
            sql = "update embedding_jobs set worker = '', until = 0 where worker = %s"
            db.execute(sql, [worker])

    def left(self) -> int:
        """How many texts are not embedded yet, leased ones too."""
        return int(self._one("select count(*) from embedding_jobs"))

    def free(self) -> bool:
        """Whether there is a text that nobody holds."""
        return bool(
            self._one(f"select exists (select 1 from embedding_jobs where until < {_NOW})::integer")
        )

    def workers(self) -> set[str]:
        """Who holds texts now."""
        with connected(self._dsn) as db:
            sql = f"select distinct worker from embedding_jobs where until >= {_NOW}"
            return {str(row[0]) for row in db.execute(sql).fetchall()}

    def clear(self) -> None:
        """Let nothing wait any more."""
        with connected(self._dsn) as db:
            db.execute("delete from embedding_jobs")

    def kept(self, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """The vectors of these texts as bytes of float32, for who keeps them in a file."""
        with connected(self._dsn) as db:
            sql = "select key, vector from embedding_vectors where key = any(%s)"
            yield from db.execute(sql, [list(keys)]).fetchall()

    def _one(self, sql: str) -> int:
        with connected(self._dsn) as db:
            row = db.execute(sql).fetchone()
        assert row is not None, "it is always told"
        return int(row[0])
