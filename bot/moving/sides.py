"""The two sides of a move: the files of a data folder, and a database. Each holds all kinds."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

from psycopg import Connection

from bot.delivery import opening
from bot.keeping import Room, open_tables
from bot.keys import Key, read_keys, write_keys
from bot.moving.kinds import Kind, Row, canonical
from bot.postgres.made import made, telling
from bot.postgres.rows import mark_heads
from index.postgres.connecting import connected
from index.postgres.texts import line, raw, text

_ORDER = {"inbox": ("line", "head"), "outbox": ("line",)}  # what only the database has
_TAKEN = "select count(*) from servers where until > extract(epoch from clock_timestamp())"


class Side(Protocol):
    """One of them. Nobody serves from it meanwhile."""

    def read(self, kind: Kind) -> list[Row]:
        """All rows of a table, canonical."""

    def write(self, kind: Kind, rows: Sequence[Row]) -> None:
        """Put these rows in place of all that are there: all or nothing."""

    def keys(self, name: str) -> tuple[Key, ...]:
        """The keys of this name, the one in use first; none where it was never made."""

    def put_keys(self, name: str, keys: Sequence[Key]) -> None:
        """Put these in place of what is there."""


class Files:
    """The files of a data folder."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def read(self, kind: Kind) -> list[Row]:
        """All rows of a table; none where there is no file."""
        path = self._data / kind.file
        if not path.exists():
            return []
        columns = ", ".join(kind.columns)
        if kind.name == "inbox":  # what was begun when its process ended has died once more
            columns = columns.replace("deaths", "deaths + begun")
        with closing(_opened(path)) as db:
            rows = db.execute(f"select {columns} from {kind.name}").fetchall()
        return canonical(kind, rows)

    def write(self, kind: Kind, rows: Sequence[Row]) -> None:
        """Put these rows in place of all that are there."""
        marks = ", ".join("?" * len(kind.columns))
        sql = f"insert into {kind.name} ({', '.join(kind.columns)}) values ({marks})"
        self._data.mkdir(parents=True, exist_ok=True)
        with closing(_opened(self._data / kind.file)) as db:
            db.execute("begin immediate")
            db.execute(f"delete from {kind.name}")
            db.executemany(sql, rows)
            db.execute("commit")

    def keys(self, name: str) -> tuple[Key, ...]:
        """The keys in this file."""
        return read_keys(self._data / f"{name}.key")

    def put_keys(self, name: str, keys: Sequence[Key]) -> None:
        """Put these into the file; none: there is none."""
        path = self._data / f"{name}.key"
        if keys:
            write_keys(path, keys)
        else:
            path.unlink(missing_ok=True)


class InDatabase:
    """The tables of a database, made if need be."""

    def __init__(self, dsn: str) -> None:
        """Raises TablesFailed."""
        self._dsn = dsn
        with telling(dsn):
            made(dsn)

    def served(self) -> int:
        """How many processes serve from it."""
        with telling(self._dsn), connected(self._dsn) as db:
            row = db.execute(_TAKEN).fetchone()
        return int(row[0]) if row else 0

    def read(self, kind: Kind) -> list[Row]:
        """All rows of a table."""
        columns = ", ".join(kind.columns)
        if kind.name == "inbox":
            columns = columns.replace("deaths", "deaths + begun::integer")
        with telling(self._dsn), connected(self._dsn) as db:
            rows = db.execute(f"select {columns} from {kind.name}".encode()).fetchall()
        return canonical(kind, [_from_bytes(kind, row) for row in rows])

    def write(self, kind: Kind, rows: Sequence[Row]) -> None:
        """Put these rows in place of all that are there."""
        names = [*kind.columns, *_ORDER.get(kind.name, ())]
        marks = ", ".join(["%s"] * len(names))
        given = f"insert into {kind.name} ({', '.join(names)}) overriding system value"
        with telling(self._dsn), connected(self._dsn) as db, db.cursor() as cursor:
            cursor.execute(f"delete from {kind.name}".encode())
            cursor.executemany(
                f"{given} values ({marks})".encode(), [_to_bytes(kind, row) for row in rows]
            )
            if kind.name == "inbox":
                mark_heads(db, [line(*row[1:3]) for row in rows])
            if kind.numbered or "rowid" in kind.columns:
                _go_on_numbering(db, kind)

    def keys(self, name: str) -> tuple[Key, ...]:
        """The keys of this name."""
        sql = "select made, secret from keys where name = %s order by made desc"
        with telling(self._dsn), connected(self._dsn) as db:
            rows = db.execute(sql, [name]).fetchall()
        return tuple(Key(made=made, secret=bytes(secret)) for made, secret in rows)

    def put_keys(self, name: str, keys: Sequence[Key]) -> None:
        """Put these in place of what is there."""
        with telling(self._dsn), connected(self._dsn) as db, db.cursor() as cursor:
            cursor.execute("delete from keys where name = %s", [name])
            sql = "insert into keys (name, made, secret) values (%s, %s, %s)"
            cursor.executemany(sql, [[name, key.made, key.secret] for key in keys])


def _opened(path: Path) -> sqlite3.Connection:
    """The file with its tables, made if need be."""
    if path.name == "queue.db":
        return opening.opened(path)
    open_tables(Room(path.stem), path.parent).close()  # with the mode that it has
    db = sqlite3.connect(path, timeout=opening.LOCKED, isolation_level=None)
    db.execute("pragma secure_delete = on").fetchall()
    return db


def _from_bytes(kind: Kind, row: Row) -> Row:
    return tuple(
        text(bytes(value)) if name in kind.raw and value is not None else value
        for name, value in zip(kind.columns, row, strict=True)
    )


def _to_bytes(kind: Kind, row: Row) -> list[Any]:
    cells = dict(zip(kind.columns, row, strict=True))
    values: list[Any] = []
    for name, value in cells.items():
        if name in kind.truths:
            values.append(bool(value))
        else:
            values.append(raw(value) if name in kind.raw and value is not None else value)
    if order := _ORDER.get(kind.name):
        values += [line(cells["channel"], cells["conversation"]), False][: len(order)]
    return values


def _go_on_numbering(db: Connection[Any], kind: Kind) -> None:
    """Give no number again that a row has."""
    column = "rowid" if "rowid" in kind.columns else "id"
    sql = f"""select setval(pg_get_serial_sequence('{kind.name}', '{column}'),
        coalesce(max({column}), 0) + 1, false) from {kind.name}"""
    db.execute(sql.encode())
