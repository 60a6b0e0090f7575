"""How often a password may be tried, by name: the pause grows, and unknown names have it, too."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from bot.desk.database import opened
from bot.keys import DAY, open_keys

TRIES = 5  # failures before the first pause
PAUSE, LONGEST = 60.0, 3600.0  # seconds: the first pause, which doubles with each failure; the most
_NO_END = 36_500  # days: browsers keep what the key proves
_FORGOTTEN = DAY  # seconds after the last failure


class Lockout:
    """Failures in `desk.db`, by a keyed hash: what was typed as a name may be a password."""

    def __init__(self, data: Path, now: Callable[[], float] = time.time, *, dsn: str = "") -> None:
        """Open or make the tables in the folder `data`."""
        self._db, self._now = opened(data, dsn), now
        self._key = open_keys(data / "console.key", _NO_END, dsn=dsn).valid()[0].secret

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def known(self, name: str) -> str:
        """What a browser keeps that signed in: from then on nobody else locks it out.

        OWASP, Slow Down Online Guessing Attacks with Device Cookies: whoever knows a name could
        keep its owner out otherwise.
        """
        nonce = secrets.token_urlsafe(12)
        return f"{nonce}.{self._hash(f'{nonce} {name}')}"

    def wait(self, name: str, kept: str = "") -> float:
        """Seconds until a password of this name may be tried; 0 where it may now.

        `kept`: what the browser has of `known`; it waits only where its own tries failed, too.
        """
        return min(map(self._wait, self._counted(name, kept)))

    def failed(self, name: str, kept: str = "") -> None:
        """Count a failure."""
        now = self._now()
        with self._db.changing():
            self._db.execute("delete from tries where at < ?", [now - _FORGOTTEN])
            sql = (
                "insert into tries (name, count, at) values (?, 1, ?) on conflict (name)"
                " do update set count = tries.count + 1, at = excluded.at"
            )
            for one in self._counted(name, kept):
                self._db.execute(sql, [self._hash(one), now])

    def clear(self, name: str, kept: str = "") -> None:
        """Forget the failures: the password was right, or is a new one."""
        with self._db.changing():
            for one in self._counted(name, kept):
                self._db.execute("delete from tries where name = ?", [self._hash(one)])

    def knows(self, name: str, kept: str) -> bool:
        """Whether the browser has signed in under this name before."""
        nonce, _, proof = kept.partition(".")
        right = self._hash(f"{nonce} {name}")
        return hmac.compare_digest(proof.encode("utf-8", "replace"), right.encode())

    def _counted(self, name: str, kept: str) -> list[str]:
        """Under what tries are counted: the name, and the browser's own where it is known."""
        own = f"{kept.partition('.')[0]} {name}"
        return [name, own] if self.knows(name, kept) else [name]

    def _wait(self, counted: str) -> float:
        sql = "select count, at from tries where name = ?"
        row = self._db.execute(sql, [self._hash(counted)]).fetchone()
        if row is None or row[0] < TRIES:
            return 0.0
        doubled: float = 2.0 ** min(row[0] - TRIES, 20)
        pause = min(PAUSE * doubled, LONGEST)
        return max(0.0, float(row[1]) + pause - self._now())

    def _hash(self, name: str) -> str:
        return hmac.new(self._key, name.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
