"""The right to change the libraries of all machines: one process has it at a time.

It is the database's own lock, on a connection that is kept: whoever loses the connection has lost
the right with it, and cannot publish any more, since publishing goes over that very connection.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import Connection

from index.editing import Busy
from index.postgres import DatabaseFailed
from index.postgres.connecting import single, telling, told

LOCK = 1_165_517_384  # any number that no other lock of ours has
_LONGEST = 63  # bytes of a connection's name
# A machine that is gone without a word is given up after a minute.
_ALIVE = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
_HOLDER = """select a.application_name
  from pg_locks l join pg_stat_activity a using (pid)
  where l.locktype = 'advisory' and l.classid = 0 and l.objid = %s and l.granted
    and l.database = (select oid from pg_database where datname = current_database())"""


@contextmanager
def holding(dsn: str) -> Iterator[Connection[Any]]:
    """The connection that has the right, until the end. Raises Busy, who has it, DatabaseFailed."""
    with closing(single(dsn, _name(), _ALIVE)) as connection, telling(dsn):
        try:
            _take(connection, dsn)
            yield connection
        except psycopg.Error as error:
            if connection.broken:
                raise _lost(dsn) from error
            raise


def _lost(dsn: str) -> DatabaseFailed:
    return DatabaseFailed(
        f"the connection to {told(dsn)} was lost while the library was being changed; another"
        " machine may change it since. Nothing was published; run the command again"
    )


def _take(connection: Connection[Any], dsn: str) -> None:
    if connection.execute("select pg_try_advisory_lock(%s)", [LOCK]).fetchone() == (True,):
        return
    row = connection.execute(_HOLDER, [LOCK]).fetchone()
    holder = row[0] if row and row[0] else "another machine"
    raise Busy(f"the library in {told(dsn)} is being changed by {holder}; wait until it is done")


def _name() -> str:
    """Who this is, as others are told."""
    since = f"since {datetime.now(UTC):%m-%d %H:%M} UTC"
    host = socket.gethostname()
    name = f"process {os.getpid()} on {host} {since}"
    return name if len(name.encode()) <= _LONGEST else f"process {os.getpid()} {since}"
