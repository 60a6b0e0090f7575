"""The key that makes a person a hash: a new one every few weeks, the last one kept as long again.

With the key gone, nobody can tell any more whose a hash was.
"""

import fcntl
import hashlib
import hmac
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.tables import TablesFailed
from index.postgres import library

KEY_BYTES = 32
DAY = 86_400.0  # seconds


class BadKey(Exception):
    """A key that cannot be used. Its text says which file, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key and when it was made, in seconds since 1970."""

    made: float
    secret: bytes

    @property
    def name(self) -> str:
        """What tells which key made a hash, and nothing about the key."""
        return hashlib.sha256(b"name" + self.secret).hexdigest()[:8]

    def hash(self, person: str) -> str:
        """The person as this key knows them: the key's name, then a keyed hash."""
        digest = hmac.new(self.secret, person.encode("utf-8", "replace"), hashlib.sha256)
        return f"{self.name}:{digest.hexdigest()}"


class KeyRing(Protocol):
    """Where keys are kept."""

    def valid(self) -> tuple[Key, ...]:
        """The key in use, then the one before while its hashes may be carried over."""


def open_keys(
    path: Path, days: int, now: Callable[[], float] = time.time, dsn: str = ""
) -> KeyRing:
    """The keys in this file; with a `dsn` those of its name in that database, which machines share.

    Raises BadKey, and TablesFailed where there is a DSN.
    """
    if not dsn:
        path.parent.mkdir(parents=True, exist_ok=True)
        return Keys(path, days, now)
    with library(TablesFailed):
        from bot.postgres.keys import shared_keys
    return shared_keys(dsn, path.stem, days, now)


class Keys:
    """The keys in one file: the one in use and, for one more period, the one before."""

    def __init__(self, path: Path, days: int, now: Callable[[], float] = time.time) -> None:
        """`days`: how long a key is used. Raises BadKey."""
        self._path, self._period, self._now = path, days * DAY, now
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._held: tuple[Key, ...] = ()
        self.valid()

    def valid(self) -> tuple[Key, ...]:
        """The key in use, then the one before while its hashes may be carried over."""
        with self._lock:
            held = self._read()
            if not held or self._now() - held[0].made >= self._period:
                held = self._renewed()
            return tuple(key for key in held if self._now() - key.made < 2 * self._period)

    def _read(self) -> tuple[Key, ...]:
        """What the file holds, read again where another process has written it."""
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return ()
        if (stat.st_ino, stat.st_mtime_ns) != self._seen:
            self._held = read_keys(self._path)
            self._seen = (stat.st_ino, stat.st_mtime_ns)
        return self._held

    def _renewed(self) -> tuple[Key, ...]:
        """A new key before the last one; of two processes, one makes it and both use it."""
        with _one_process(self._path.parent):
            held = self._read()
            if held and self._now() - held[0].made < self._period:
                return held
            fresh = Key(made=self._now(), secret=secrets.token_bytes(KEY_BYTES))
            write_keys(self._path, (fresh, *held[:1]))
        return self._read()


def read_keys(path: Path) -> tuple[Key, ...]:
    """The keys in a file, the one in use first; none where there is no file. Raises BadKey."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ()
    if len(data) == KEY_BYTES:  # a key of the first version, without a date
        return (Key(made=path.stat().st_mtime, secret=data),)
    try:
        pairs = [line.split() for line in data.decode("ascii").splitlines()]
        keys = tuple(Key(made=float(made), secret=bytes.fromhex(key)) for made, key in pairs)
    except ValueError:
        keys = ()
    if not keys or any(len(key.secret) != KEY_BYTES for key in keys):
        raise BadKey(f"{path} is damaged; remove it: people then choose anew")
    return keys


def write_keys(path: Path, keys: Sequence[Key]) -> None:
    """Put keys in place whole: a crash leaves the old file or the new one."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write("".join(f"{key.made:.3f} {key.secret.hex()}\n" for key in keys).encode())
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


@contextmanager
def _one_process(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
