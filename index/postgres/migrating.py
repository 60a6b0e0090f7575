"""Numbered migrations: SQL files that are carried out once each, in their order, all or nothing."""

import functools
import hashlib
from pathlib import Path

import psycopg

from index.postgres.connecting import DatabaseFailed, connected, told

_LOCK = 7_203_115_224_001  # of all our migrations: one process at a time
_TABLE = """create table if not exists migrations (
  room text not null,                 -- whose folder of SQL files
  number integer not null,
  name text not null,
  sha256 text not null,
  at timestamptz not null default now(),
  primary key (room, number)
)"""


def migrate(dsn: str, room: str, folder: Path) -> list[str]:
    """Bring the tables of `room` up to the files `NNN_name.sql` in `folder`; which were run.

    Raises DatabaseFailed where a file that was run has changed since, where the database is newer
    than this program, and where the account lacks a right.
    """
    files = sorted(folder.glob("[0-9][0-9][0-9]_*.sql"))
    with connected(dsn) as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        try:
            connection.execute(_TABLE)
            done = _done(connection, room)
            _check(dsn, room, files, done)
            new = [file for file in files if int(file.name[:3]) not in done]
            for file in new:
                connection.execute(file.read_text(encoding="utf-8"))
                row = [room, int(file.name[:3]), file.name, _digest(file)]
                sql = "insert into migrations (room, number, name, sha256) values (%s, %s, %s, %s)"
                connection.execute(sql, row)
        except psycopg.errors.InsufficientPrivilege as error:
            raise DatabaseFailed(
                f"{told(dsn)}: its account may not make what is needed"
                f" ({error.diag.message_primary}); docs/postgres.md lists the rights"
            ) from error
    return [file.name for file in new]


@functools.cache
def ready(dsn: str, room: str, folder: Path) -> None:
    """See to it, once in a process, that the tables of `room` are there. Raises DatabaseFailed."""
    migrate(dsn, room, folder)


def _done(connection: "psycopg.Connection[tuple[object, ...]]", room: str) -> dict[int, str]:
    sql = "select number, sha256 from migrations where room = %s"
    return {int(str(n)): str(sha) for n, sha in connection.execute(sql, [room]).fetchall()}


def _check(dsn: str, room: str, files: list[Path], done: dict[int, str]) -> None:
    ours = {int(file.name[:3]): _digest(file) for file in files}
    newer = sorted(set(done) - set(ours))
    if newer:
        raise DatabaseFailed(
            f"{told(dsn)} was made by a newer program (migration {room} {newer[-1]:03});"
            " update this one"
        )
    changed = [number for number, sha in done.items() if ours[number] != sha]
    if changed:
        raise DatabaseFailed(
            f"{told(dsn)}: migration {room} {changed[0]:03} was another when it was run; restore"
            " the file, and write a new one for what shall change"
        )


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
