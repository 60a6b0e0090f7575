"""What was erased leaves the tables' files as well.

PostgreSQL only marks a row that was deleted, and a plain VACUUM frees its place without writing
over it. So the tables that hold texts are written anew (VACUUM FULL), which takes milliseconds
while they are short, as a queue is; over LARGE bytes it would keep people waiting, and a plain
VACUUM must do until they are short again. What an older transaction may still look at stays until
that ends.

What this does not reach: the write-ahead log holds each text until the server recycles its
segments (minutes to days, by `max_wal_size` and the load), and so do archived segments, base
backups and a standby's log; blocks that were given back to the file system are its own affair.
A hub encrypts that disk and limits how long archives are kept.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from psycopg import errors

from bot.postgres.life import TABLES, Db
from index.postgres.connecting import pool

LARGE = 64 << 20  # bytes
_SIZES = """select relname, pg_relation_size(oid) + coalesce(pg_relation_size(
    nullif(reltoastrelid, 0)), 0) from pg_class where oid = any(%s::regclass[])"""
_OURS = 7_203_115_224_002  # the lock of whoever does it: one process at a time


def rewrite(dsn: str) -> None:
    """Write the tables anew, without what was erased; whoever is at it already, it is enough."""
    with pool(dsn).connection() as db:
        row = db.execute("select pg_try_advisory_lock(%s)", [_OURS]).fetchone()
        if row != (True,):
            return
        try:
            with waiting(db, "200ms"):  # who tidies puts no message for so long
                _rewritten(db)
        finally:
            db.execute("select pg_advisory_unlock(%s)", [_OURS])


@contextmanager
def waiting(db: Db, most: str) -> Iterator[None]:
    """Wait so long for a table: a dump may read it for hours, and others wait behind us."""
    db.execute(f"set lock_timeout = '{most}'".encode())
    try:
        yield
    finally:
        db.execute("reset lock_timeout")


def anew(db: Db, table: str) -> None:
    """Write a table's files anew; where somebody reads it for long, only clear them for reuse."""
    try:
        db.execute(f"vacuum (full) {table}".encode())
    except errors.LockNotAvailable:
        cleared(db, table)


def cleared(db: Db, table: str) -> None:
    """Free the places of what was erased, to be written over; another day where one is at it."""
    with suppress(errors.LockNotAvailable):
        db.execute(f"vacuum {table}".encode())


def _rewritten(db: Db) -> None:
    for name, size in db.execute(_SIZES, [list(TABLES)]).fetchall():
        if size:
            (anew if size <= LARGE else cleared)(db, name)
