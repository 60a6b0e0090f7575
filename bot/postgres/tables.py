"""Tables of people, counts and the desk in PostgreSQL, for all processes and machines of a hub.

What is erased is out of every answer at once. Its bytes leave the tables' files at the daily
`vacuum`, which writes them anew; PostgreSQL's log (WAL) holds them until it is recycled, and
archives, replicas' logs and dumps until those are thrown away.
"""

import functools
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import Connection, Cursor

from bot.postgres import erasing
from bot.postgres.keys import lock
from bot.postgres.made import made, telling
from bot.tables import Result, Tables, Value
from index.postgres.connecting import borrowed

_PART = re.compile(r"'[^']*'|\?|[^'?]+")  # a text, a value's place, the rest
_BEGIN = "begin; {}select pg_advisory_xact_lock({})"  # at once: each wait for an answer counts
_NOT_AWAITED = "set local synchronous_commit = off; "
_WAIT = "2s"  # that a vacuum waits for a table


class PostgresTables(Tables):
    """The tables of one room. A transaction belongs to the thread that began it."""

    def __init__(self, dsn: str, room: str, *, durable: bool) -> None:
        """`durable`: a commit waits as the server has it, for disks or replicas; else for none."""
        self._dsn = dsn
        self._begin = _BEGIN.format(
            "" if durable else _NOT_AWAITED, lock(f"tables {room}")
        ).encode()
        self._turn = threading.Lock()  # who waits here holds no connection meanwhile
        self._mine = threading.local()
        with telling(dsn):
            made(dsn)

    def execute(self, sql: str, values: Sequence[Value] = ()) -> Result:
        """Carry out one statement."""
        given = [_without_nul(value) for value in values]
        with telling(self._dsn):
            if under_way := self._under_way():
                return _result(under_way.execute(translated(sql), given))
            with borrowed(self._dsn) as connection:
                return _result(connection.execute(translated(sql), given))

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One transaction, the only writer of the room from its start, in any process."""
        if self._under_way():
            yield
            return
        with telling(self._dsn), self._turn, borrowed(self._dsn) as connection:
            connection.execute(self._begin)
            self._mine.connection = connection
            try:
                yield
                connection.commit()
            except BaseException:
                with suppress(psycopg.Error):  # where it is lost, the server does so
                    connection.rollback()
                raise
            finally:
                self._mine.connection = None

    def leave_nothing(self) -> None:
        """Nothing can be done at each message; see `vacuum`."""

    def vacuum(self, *tables: str) -> None:
        """Write the tables' files anew, without what was erased; each is locked meanwhile.

        One that somebody reads for long is only cleared for reuse, and written anew another day.
        """
        with telling(self._dsn), borrowed(self._dsn) as db, erasing.waiting(db, _WAIT):
            for table in tables:
                erasing.anew(db, table)

    def close(self) -> None:
        """Nothing is held: the connections are the process's."""

    def _under_way(self) -> Connection[Any] | None:
        """The connection of this thread's transaction."""
        return getattr(self._mine, "connection", None)


@functools.lru_cache(maxsize=512)
def translated(sql: str) -> bytes:
    """The statement as psycopg takes it: `%s` for each `?` outside of texts, `%%` for `%`."""
    parts = ("%s" if part == "?" else part.replace("%", "%%") for part in _PART.findall(sql))
    return "".join(parts).encode()


def _without_nul(value: Value) -> Value:
    """A text without the one character that PostgreSQL's cannot hold; it equals no other text.

    Were it left out, a name with it would be tried as the name without, and counted as another.
    """
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def _result(done: Cursor[Any]) -> Result:
    names = tuple(column.name for column in done.description or ())
    return Result(names=names, rows=done.fetchall() if names else [], rowcount=done.rowcount)
