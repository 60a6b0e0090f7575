"""What we call of the tables of people, counts and the desk, nothing more: one SQL for both stores.

Statements are plain SQL that SQLite and PostgreSQL both take, with `?` for each value. The tables
themselves are made by each store in its own way (`bot.files`, `bot/postgres/migrations`).
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

Row = tuple["Value", ...]
Value = str | int | float | bytes | None
Columns = Mapping[str, type]


class Result(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """How many rows it changed."""

    def fetchone(self) -> Row | None:
        """The next row, a tuple, or None."""

    def fetchall(self) -> list[Row]:
        """The rows that are left, tuples."""


class Tables(Protocol):
    """Some tables of one store. Any thread may call."""

    def need(
        self, name: str, columns: Columns, key: Sequence[str], *, numbered: bool = False
    ) -> None:
        """Have this table, with this primary key; `numbered`: an id that no row gets twice."""

    def execute(self, sql: str, values: Sequence[Value] = ()) -> Result:
        """Carry out one statement: of the transaction under way in this thread, else by itself."""

    def upsert(self, table: str, row: Mapping[str, Value], key: Sequence[str]) -> None:
        """Put a row, or change those columns of it that are given."""

    def changing(self) -> AbstractContextManager[None]:
        """One transaction, the only writer of these tables from its start, in any process."""

    def erasing(self) -> AbstractContextManager[None]:
        """The same, after which nothing is left of what it erased."""

    def leave_nothing(self) -> None:
        """Leave nothing of what was erased in a log. Not within a transaction."""

    def close(self) -> None:
        """Let go of them."""
