"""Published libraries in the database: the files of each, which one answers, what is withdrawn."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection

from index import snapshots
from index.postgres import migrating, originals, rows
from index.postgres.connecting import connected
from index.snapshots import NoSnapshot

ROOM = "libraries"
_MIGRATIONS = Path(__file__).parent / "migrations" / ROOM
_SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the database says of all libraries."""

    current: str | None  # the name of the snapshot that answers
    kept: tuple[str, ...]  # names, newest first
    gone: frozenset[str]  # names of those that were pruned
    withdrawn: frozenset[str]  # sources


def ready(dsn: str) -> None:
    """Have the tables. Raises DatabaseFailed."""
    migrating.ready(dsn, ROOM, _MIGRATIONS)


def look(dsn: str) -> Seen:
    """One small query. Raises DatabaseFailed."""
    with connected(dsn) as connection:
        return look_on(connection)


def look_on(connection: Connection[Any]) -> Seen:
    """The same on a connection that is open."""
    row = connection.execute(_text("look")).fetchone()
    assert row is not None
    current, kept, gone, withdrawn = row
    return Seen(
        current=current, kept=tuple(kept), gone=frozenset(gone), withdrawn=frozenset(withdrawn)
    )


def withdraw(dsn: str, sources: frozenset[str]) -> None:
    """List sources that never answer again."""
    sql = "insert into library_withdrawn select unnest(%s::text[]) on conflict do nothing"
    with connected(dsn) as connection:
        connection.execute(sql, [list(sources)])


def put(connection: Connection[Any], dsn: str, folder: Path, kept: int) -> None:
    """Keep a snapshot for all, make it the one that answers, and prune: all of it or nothing.

    `connection` has the right to. Raises psycopg's errors; then nothing of it is there.
    """
    try:
        with connection.transaction():
            insert(connection, folder)
            choose(connection, folder.name)
            connection.execute(_text("prune"), {"kept": kept})
            _clear(connection)
    except psycopg.OperationalError:
        if look(dsn).current != folder.name:  # else it was done, and only the word of it was lost
            raise


def insert(connection: Connection[Any], folder: Path) -> None:
    """Keep the files of a snapshot, and those it was read from."""
    digests = originals.wanted(folder)
    sql = "insert into library_snapshots (name, rows, originals) values (%s, %s, %s)"
    connection.execute(sql, [folder.name, _rows(folder), digests])
    originals.insert(connection, digests, folder.parents[1])
    sql = "insert into library_files (snapshot, file, part, content) values (%s, %s, %s, %b)"
    for file in sorted(folder.iterdir()):
        for number, part in enumerate(originals.parts(file)):
            connection.execute(sql, [folder.name, file.name, number, part])


def choose(connection: Connection[Any], name: str) -> None:
    """Make a snapshot that is kept the one that answers. Raises NoSnapshot."""
    sql = (
        "insert into library_current (snapshot)"
        " select name from library_snapshots where name = %s and not gone"
        " on conflict (only_row) do update set snapshot = excluded.snapshot"
    )
    if connection.execute(sql, [name]).rowcount != 1:
        raise NoSnapshot(f"the database does not keep {name}; choose another")


def bring(dsn: str, data: Path, name: str) -> Path:
    """The files of a snapshot in this machine's folder, verified; not current yet.

    Raises NoSnapshot where they do not arrive whole, and then nothing of them is left.
    """

    def fill(folder: Path) -> None:
        for file, number in _held(dsn, name):
            with (folder / Path(file).name).open("ab" if number else "wb") as opened:
                opened.write(_part(dsn, name, file, number))

    return snapshots.receive(data, name, fill)


def _held(dsn: str, name: str) -> list[tuple[str, int]]:
    sql = "select file, part from library_files where snapshot = %s order by file, part"
    with connected(dsn) as connection:
        return [(str(file), int(part)) for file, part in connection.execute(sql, [name]).fetchall()]


def _part(dsn: str, name: str, file: str, number: int) -> bytes:
    """Each in a transaction of its own: none rests while a slow disk writes."""
    sql = "select content from library_files where (snapshot, file, part) = (%s, %s, %s)"
    with connected(dsn) as connection:
        row = connection.execute(sql, [name, file, number], binary=True).fetchone()
    if row is None:
        raise NoSnapshot(f"{name} was pruned while it was brought")
    return bytes(row[0])


def _clear(connection: Connection[Any]) -> None:
    """Take away what belongs to no snapshot that is kept."""
    gone = "select name from library_snapshots where gone"
    connection.execute(f"delete from library_files where snapshot in ({gone})")
    kept = "select from library_snapshots where not gone and sha256 = any (originals)"
    connection.execute(f"delete from library_originals where not exists ({kept})")
    has_rows = connection.execute("select to_regclass('library_rows')").fetchone()
    if has_rows != (None,):
        left = connection.execute(_text("left"), {"unnamed": rows.UNNAMED}).fetchall()
        rows.drop(connection, [str(id) for (id,) in left])


def _rows(folder: Path) -> str | None:
    return rows.read(folder).id if (folder / rows.FILE).exists() else None


def _text(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")
