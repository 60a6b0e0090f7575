"""Accounts of the hub's staff: a name, a role, a password's hash. Made on the command line only."""

import functools
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

from bot.desk.database import opened
from bot.tables import Value

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 200  # characters of a password
_NEW = """insert into accounts (name, role, hash, language, made) values (?, ?, ?, ?, ?)
          on conflict (name) do nothing"""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


class BadAccount(Exception):
    """An account that cannot be made or changed so. Its text says why, and what to do."""


class Role(IntEnum):
    """What somebody may do; who may do more may do all that others may."""

    VIEWER = 1
    EDITOR = 2
    ADMINISTRATOR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One of the hub's staff."""

    name: str
    role: Role
    language: str  # ISO 639-1; "" until they choose
    made: float  # seconds since 1970


class Accounts:
    """The accounts in `desk.db`."""

    def __init__(self, data: Path, now: Callable[[], float] = time.time, *, dsn: str = "") -> None:
        """Open or make the table in the folder `data`."""
        self._db, self._now = opened(data, dsn), now

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def add(self, name: str, role: Role, password: str) -> None:
        """Make an account. Raises BadAccount."""
        if not _NAME.fullmatch(name):
            raise BadAccount(
                f"{name!r}: a name is 2 to 40 small letters, digits, dots and hyphens; choose such"
            )
        row = [name, int(role), _hashed(password), "", self._now()]
        if not self._db.execute(_NEW, row).rowcount:
            raise BadAccount(f"{name}: there is such an account; choose another name")

    def listed(self) -> list[Account]:
        """All accounts, by name."""
        rows = self._db.query("select * from accounts order by name")
        return [_account(row) for row in rows]

    def get(self, name: str) -> Account | None:
        """The account of that name, if there is one."""
        rows = self._db.query("select * from accounts where name = ?", [name])
        return _account(rows[0]) if rows else None

    def right(self, name: str, password: str) -> Account | None:
        """The account, where the password is its own. An unknown name takes as long."""
        rows = self._db.query("select * from accounts where name = ?", [name])
        from argon2.exceptions import InvalidHashError, VerificationError

        nobody = _nobody()  # made first, so that not even one unknown name takes longer
        try:
            _hasher().verify(rows[0]["hash"] if rows else nobody, password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return None
        return _account(rows[0]) if rows else None

    def change(self, name: str, **cells: Value) -> None:
        """Set `role` or `language`. Raises BadAccount where there is no such account."""
        self._update(name, cells)

    def renew(self, name: str, password: str) -> None:
        """Set another password. Raises BadAccount."""
        self._update(name, {"hash": _hashed(password)})

    def remove(self, name: str) -> None:
        """Take the account away. Raises BadAccount where there is no such account."""
        gone = self._db.execute("delete from accounts where name = ?", [name]).rowcount
        if not gone:
            raise _unknown(name)

    def _update(self, name: str, cells: dict[str, Value]) -> None:
        sets = ", ".join(f"{column} = ?" for column in cells)
        sql = f"update accounts set {sets} where name = ?"
        changed = self._db.execute(sql, [*cells.values(), name]).rowcount
        if not changed:
            raise _unknown(name)


def _unknown(name: str) -> BadAccount:
    return BadAccount(f"{name}: there is no such account; see: exchange console account list")


def _hashed(password: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadAccount(f"the password is not {SHORTEST} to {LONGEST} characters; choose another")
    return _hasher().hash(password)


@functools.cache
def _hasher() -> "PasswordHasher":
    """OWASP's second choice for argon2id: 19 MiB, so that a small server bears it.

    Loaded when a password is hashed or tried: it takes a tenth of a second.
    """
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@functools.cache
def _nobody() -> str:
    """The hash that an unknown name's password is compared with."""
    return _hasher().hash(secrets.token_urlsafe(32))


def _account(row: dict[str, object]) -> Account:
    return Account(
        name=str(row["name"]), role=Role(int(str(row["role"]))), language=str(row["language"]),
        made=float(str(row["made"])),
    )  # fmt: skip
