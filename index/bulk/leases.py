"""Texts that wait to be embedded, leased by whoever embeds them, in the file of the vectors.

A text is there until its vector is kept, and both happen in one transaction: what a worker held
when it was killed is neither lost nor kept twice. This is all that workers ask of a store, so
the one for many machines (`index.postgres.leases`) has these few methods as well.
"""

import json
import os
import socket
import sqlite3
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from index.ports import Vectors
from index.vectors import key_of

LEASE = 300.0  # seconds until a batch is given to another worker; its parent is sooner
_TABLES = (
    "pragma secure_delete = on",  # texts are here for a while only
    "create table if not exists vectors (key text primary key, vector blob not null)",
    "create table if not exists jobs (key text primary key, space text not null,"
    " text text not null, worker text not null default '', until real not null default 0)",
    "create index if not exists jobs_until on jobs (until)",  # counts and gives out in one look
)
_PUT = """insert or ignore into jobs (key, space, text) select :key, :space, :text
    where not exists (select 1 from vectors where key = :key)"""
_LEASE = """update jobs set worker = :worker, until = :until where rowid in (
    select rowid from jobs where until < :now and space = :space order by until, rowid limit :most
) returning key, text"""


class Leases:
    """The waiting texts of one file. Of one thread; any number of processes."""

    def __init__(self, path: Path | str) -> None:
        """Open or make them at `path`."""
        self._db = sqlite3.connect(path, timeout=60)
        for statement in _TABLES:
            self._db.execute(statement)

    def known(self, keys: Sequence[str]) -> set[str]:
        """Those of `keys` that have a vector."""
        sql = "select key from vectors where key in (select value from json_each(?))"
        return {str(row[0]) for row in self._db.execute(sql, (json.dumps(list(keys)),))}

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def put(self, texts: Sequence[str], space: str) -> int:
        """Let those of `texts` wait that have no vector in `space`, and tell how many wait.

        What an earlier run left is taken away, but for what its workers are still at. The longest
        come first: models that pad waste least, and what is embedded last is soon done.
        """
        self._release_dead()
        longest = sorted(dict.fromkeys(texts), key=len, reverse=True)
        rows = ({"key": key_of(space, text), "space": space, "text": text} for text in longest)
        with self._db:
            self._db.execute("delete from jobs where until < ?", (time.time(),))
            self._db.executemany(_PUT, rows)
        return self.left()

    def lease(self, worker: str, space: str, most: int) -> dict[str, str]:
        """Up to `most` texts by key, which are `worker`'s for LEASE seconds."""
        now = time.time()
        given = {"worker": worker, "space": space, "most": most, "now": now, "until": now + LEASE}
        with self._db:
            return dict(self._db.execute(_LEASE, given).fetchall())

    def store(self, vectors: Mapping[str, Vectors]) -> None:
        """Keep what was embedded, by key, and have it wait no more."""
        with self._db:
            self._db.executemany(
                "insert or ignore into vectors (key, vector) values (?, ?)",
                [(key, row.tobytes()) for key, row in vectors.items()],
            )
            self._db.executemany("delete from jobs where key = ?", [(key,) for key in vectors])

    def release(self, worker: str) -> None:
        """Give what `worker` holds to others at once: it is known to be dead."""
        with self._db:
            self._db.execute("update jobs set worker = '', until = 0 where worker = ?", (worker,))

    def left(self) -> int:
        """How many texts are not embedded yet, leased ones too."""
        return int(self._db.execute("select count(*) from jobs").fetchone()[0])

    def free(self) -> bool:
        """Whether there is a text that nobody holds."""
        free = "select exists (select 1 from jobs where until < ?)"
        return bool(self._db.execute(free, (time.time(),)).fetchone()[0])

    def workers(self) -> set[str]:
        """Who holds texts now."""
        held = "select distinct worker from jobs where until >= ?"
        return {row[0] for row in self._db.execute(held, (time.time(),))}

    def clear(self) -> None:
        """Let nothing wait any more."""
        with self._db:
            self._db.execute("delete from jobs")

    def _release_dead(self) -> None:
        """Those of a run on this machine that was killed as a whole: nobody saw them die."""
        for worker in self.workers():
            if dead(worker):
                self.release(worker)


def named(pid: int) -> str:
    """The name under which a process of this machine leases."""
    return f"{socket.gethostname()} {pid}"


def forget(path: Path) -> None:
    """Take away the texts that a killed run left waiting in `path`."""
    leases = Leases(path)
    leases.clear()
    leases.close()


def dead(worker: str) -> bool:
    """Whether it is a process of this machine that has ended; of others nobody here knows."""
    host, _, pid = worker.rpartition(" ")
    return host == socket.gethostname() and not _runs(int(pid))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True
