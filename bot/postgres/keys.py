"""Keys that several machines share: the same as `bot.keys.Keys`, in a table instead of a file.

Whoever holds the database holds hashes and keys together; the table `keys` is to be left out of
dumps. What is read from it is held for HELD seconds, so that not every hash is a query: that long
another process may go on with a key that was renewed, and what it wrote is then carried over.
"""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from psycopg import Connection

from bot.keys import DAY, KEY_BYTES, BadKey, Key
from bot.postgres.made import made, telling
from index.postgres.connecting import connected, told

HELD = 1.0  # seconds


def shared_keys(
    dsn: str, name: str, days: int, now: Callable[[], float] = time.time
) -> "SharedKeys":
    """The keys of this name, made if need be. `days` as in Keys. Raises BadKey, TablesFailed."""
    with telling(dsn):
        made(dsn)
    return SharedKeys(dsn, name, days, now)


class SharedKeys:
    """The keys of one name: the one in use and, for one more period, the one before."""

    def __init__(
        self, dsn: str, name: str, days: int, now: Callable[[], float] = time.time
    ) -> None:
        self._dsn, self._name, self._period, self._now = dsn, name, days * DAY, now
        self._lock = threading.Lock()
        self._held: tuple[Key, ...] = ()
        self._until = 0.0  # of the clock that nobody sets: how long they are held
        self.valid()

    def valid(self) -> tuple[Key, ...]:
        """The key in use, then the one before while its hashes may be carried over.

        Raises BadKey, TablesFailed.
        """
        with self._lock, telling(self._dsn):
            if self._due(self._held) or time.monotonic() >= self._until:
                self._held = self._current()
                self._until = time.monotonic() + HELD
            return tuple(key for key in self._held if self._now() - key.made < 2 * self._period)

    def _due(self, keys: tuple[Key, ...]) -> bool:
        return not keys or self._now() - keys[0].made >= self._period

    def _current(self) -> tuple[Key, ...]:
        """What the table holds; renewed where it is due, by one process at a time."""
        with connected(self._dsn) as connection:
            held = self._read(connection)
        if not self._due(held):
            return held
        with connected(self._dsn) as connection:
            connection.execute("select pg_advisory_xact_lock(%s)", [lock(f"keys {self._name}")])
            held = self._read(connection)
            if self._due(held):
                fresh = Key(made=self._now(), secret=secrets.token_bytes(KEY_BYTES))
                self._write(connection, fresh, held[:1])
                held = (fresh, *held[:1])
        return held

    def _read(self, connection: Connection[Any]) -> tuple[Key, ...]:
        sql = "select made, secret from keys where name = %s order by made desc limit 2"
        rows = connection.execute(sql, [self._name]).fetchall()
        if any(len(secret) != KEY_BYTES for _, secret in rows):
            raise BadKey(
                f"{told(self._dsn)}: a key of {self._name} is damaged; delete its rows of the table"
                " keys: people then choose anew"
            )
        return tuple(Key(made=made, secret=bytes(secret)) for made, secret in rows)

    def _write(self, connection: Connection[Any], fresh: Key, before: tuple[Key, ...]) -> None:
        """Put the fresh one there, and erase all but the one before."""
        kept = [key.made for key in before]
        connection.execute(
            "delete from keys where name = %s and made <> all(%s::double precision[])",
            [self._name, kept],
        )
        row = [self._name, fresh.made, fresh.secret]
        connection.execute("insert into keys (name, made, secret) values (%s, %s, %s)", row)


def lock(name: str) -> int:
    """The number of the advisory lock of this name, a signed 64-bit integer."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
