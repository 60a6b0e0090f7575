"""What we call of the tables of people, counts and the desk, nothing more: one SQL for both stores.

Statements are plain SQL that SQLite and PostgreSQL both take, with `?` for each value: `on conflict
(key) do update` names its key, a truth is 0 or 1. The tables themselves are made by each store in
its own way (`bot/schemas`, `bot/postgres/migrations`).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

Value = object  # a text, a number, bytes or None
Row = tuple[Any, ...]


class TablesFailed(Exception):
    """A database that cannot be used just now. The text says why; no password is in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a statement gave."""

    names: tuple[str, ...]  # of the columns; none where it gives no rows
    rows: list[Row]
    rowcount: int  # how many rows it changed

    def fetchone(self) -> Row | None:
        """The first row, or None."""
        return self.rows[0] if self.rows else None

    def fetchall(self) -> list[Row]:
        """All rows."""
        return self.rows


class Tables(ABC):
    """Some tables of one store. Any thread may call.

    Texts come back as they were given, but for the character NUL: PostgreSQL cannot hold it, and
    U+FFFD stands in its place.
    Where the store is a database, each call raises TablesFailed.
    """

    @abstractmethod
    def execute(self, sql: str, values: Sequence[Value] = ()) -> Result:
        """Carry out one statement: of the transaction under way in this thread, else by itself."""

    @abstractmethod
    def changing(self) -> AbstractContextManager[None]:
        """One transaction, the only writer of these tables from its start, in any process.

        What it reads holds until it ends; an error undoes it. Within another it is a part of that.
        """

    @abstractmethod
    def leave_nothing(self) -> None:
        """Leave nothing of what was erased, where that can be had at once. In no transaction."""

    @abstractmethod
    def vacuum(self, *tables: str) -> None:
        """Leave nothing of what was erased from these in the store's files; once a day."""

    @abstractmethod
    def close(self) -> None:
        """Let go of them."""

    @contextmanager
    def erasing(self) -> Iterator[None]:
        """A transaction, after which nothing is left of what it erased (`leave_nothing`)."""
        with self.changing():
            yield
        self.leave_nothing()

    def query(self, sql: str, values: Sequence[Value] = ()) -> list[dict[str, Any]]:
        """The rows of a statement, by the names of their columns."""
        found = self.execute(sql, values)
        return [dict(zip(found.names, row, strict=True)) for row in found.rows]

    def insert(self, table: str, row: Mapping[str, Value]) -> None:
        """Put a row."""
        self.execute(_insert(table, row), list(row.values()))

    def number(self, table: str, row: Mapping[str, Value]) -> int:
        """Put a row into a table that numbers its rows; the number, its `id`."""
        (given,) = self.execute(f"{_insert(table, row)} returning id", list(row.values())).rows
        return int(given[0])

    def upsert(self, table: str, row: Mapping[str, Value], *key: str) -> None:
        """Put a row, or change those columns of it that are given; `key`: its primary key."""
        sets = ", ".join(f"{name} = excluded.{name}" for name in row if name not in key)
        sql = f"{_insert(table, row)} on conflict ({', '.join(key)}) do update set {sets}"
        self.execute(sql, list(row.values()))


def _insert(table: str, row: Mapping[str, Value]) -> str:
    return f"insert into {table} ({', '.join(row)}) values ({', '.join('?' * len(row))})"
