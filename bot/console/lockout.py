"""How often a password may be tried, by name: the pause grows, and unknown names have it, too."""

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bot.desk.database import opened

TRIES = 5  # failures before the first pause
PAUSE, LONGEST = 60.0, 3600.0  # seconds: the first pause, which doubles with each failure; the most
_FORGOTTEN = 86_400.0  # seconds after the last failure


class Lockout:
    """Failures in `desk.db`, by a keyed hash: what was typed as a name may be a password."""

    def __init__(self, data: Path, now: Callable[[], float] = time.time) -> None:
        """Open or make the tables in the folder `data`."""
        self._db, self._now, self._lock = opened(data), now, threading.Lock()
        self._db.execute(
            "create table if not exists failures (name text primary key, count int, at real)"
        )
        with self._db.atomic():
            self._db.execute("create table if not exists failures_key (key text)")
            sql = "insert into failures_key select ? where not exists (select 1 from failures_key)"
            self._db.execute(sql, [secrets.token_hex(32)])
        self._key = bytes.fromhex(self._db.execute("select key from failures_key").fetchone()[0])

    def close(self) -> None:
        """Let go of the file."""
        self._db.conn.close()

    def wait(self, name: str) -> float:
        """Seconds until a password of this name may be tried; 0 where it may now."""
        with self._lock:
            sql = "select count, at from failures where name = ?"
            row = self._db.execute(sql, [self._hash(name)]).fetchone()
        if row is None or row[0] < TRIES:
            return 0.0
        doubled: float = 2.0 ** min(row[0] - TRIES, 20)
        pause = min(PAUSE * doubled, LONGEST)
        return max(0.0, float(row[1]) + pause - self._now())

    def failed(self, name: str) -> None:
        """Count a failure."""
        now = self._now()
        with self._lock, self._db.atomic():
            self._db.execute("delete from failures where at < ?", [now - _FORGOTTEN])
            sql = (
                "insert into failures values (?, 1, ?) on conflict (name)"
                " do update set count = count + 1, at = excluded.at"
            )
            self._db.execute(sql, [self._hash(name), now])

    def clear(self, name: str) -> None:
        """Forget the failures: the password was right, or is a new one."""
        with self._lock, self._db.atomic():
            self._db.execute("delete from failures where name = ?", [self._hash(name)])

    def _hash(self, name: str) -> str:
        return hmac.new(self._key, name.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
