"""Who is signed in: a random token in a cookie, of which only the hash is kept."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from bot.desk.database import opened

IDLE, LONGEST = 3600.0, 12 * 3600.0  # seconds without a page; seconds in all
_FRESH = 60.0  # seconds within which a use is not written down again


class Sessions:
    """The sessions in `desk.db`."""

    def __init__(self, data: Path, now: Callable[[], float] = time.time, *, dsn: str = "") -> None:
        """Open or make the table in the folder `data`."""
        self._db, self._now = opened(data, dsn), now

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def start(self, name: str) -> str:
        """A new session's token: 256 random bits. What has run out is erased."""
        token, now = secrets.token_urlsafe(32), self._now()
        with self._db.changing():
            sql = "delete from sessions where used < ? or made < ?"
            self._db.execute(sql, [now - IDLE, now - LONGEST])
            row = {"hash": _hash(token), "name": name, "made": now, "used": now}
            self._db.insert("sessions", row)
        return token

    def name(self, token: str) -> str | None:
        """Whose session it is; None where it has run out or never was. Counts as a use."""
        now, hashed = self._now(), _hash(token)
        sql = "select name, used from sessions where hash = ? and used >= ? and made >= ?"
        row = self._db.execute(sql, [hashed, now - IDLE, now - LONGEST]).fetchone()
        if row and now - row[1] > _FRESH:
            sql = "update sessions set used = ? where hash = ?"
            self._db.execute(sql, [now, hashed])
        return str(row[0]) if row else None

    def end(self, token: str) -> None:
        """Sign out."""
        self._db.execute("delete from sessions where hash = ?", [_hash(token)])

    def end_all(self, name: str) -> None:
        """Sign out everywhere."""
        self._db.execute("delete from sessions where name = ?", [name])


def form_token(token: str) -> str:
    """What each form of the session carries: nobody makes it without the cookie."""
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
