"""What is remembered of a person: the language they chose, under a keyed hash, nothing else."""

import hashlib
import hmac
import os
import secrets
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path

from sqlite_utils import Database

_KEY, _FILE, _KEY_BYTES = "people.key", "people.db", 32


class People:
    """Choices by person. Without the key beside it, the file names nobody."""

    def __init__(self, data: Path) -> None:
        """Open or make the two files in the folder `data`."""
        data.mkdir(parents=True, exist_ok=True)
        self._key = _secret(data / _KEY)
        self._lock = threading.Lock()
        connection = sqlite3.connect(data / _FILE, timeout=30, check_same_thread=False)
        self._db = Database(connection)
        self._db.table("languages").create(
            {"person": str, "language": str}, pk="person", if_not_exists=True
        )

    def close(self) -> None:
        """Let go of the file."""
        self._db.conn.close()

    def language(self, person: str) -> str | None:
        """What this person chose, ISO 639-1; None where they never did."""
        with self._lock:
            sql = "select language from languages where person = ?"
            row = self._db.execute(sql, [self._hash(person)]).fetchone()
        return str(row[0]) if row else None

    def choose(self, person: str, language: str) -> None:
        """Remember a choice. A person without a handle is not remembered."""
        if person:
            with self._lock:
                row = {"person": self._hash(person), "language": language}
                self._db.table("languages").upsert(row, pk="person")

    def forget(self, person: str) -> None:
        """Erase what is remembered."""
        with self._lock, self._db.atomic():
            self._db.table("languages").delete_where("person = ?", [self._hash(person)])

    def _hash(self, person: str) -> str:
        return hmac.new(self._key, person.encode(), hashlib.sha256).hexdigest()


class BadKey(Exception):
    """A key that cannot be used. Its text says which file, and what to do."""


def _secret(path: Path) -> bytes:
    """The key in `path`, made on the first call, readable by its owner only. Raises BadKey."""
    if not path.exists():
        # Linked into place whole: a crash or a second process never leaves half a key.
        fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise BadKey(f"{path} is damaged; remove it with {_FILE} beside it: people choose anew")
    return key
