"""The tables of the state, brought up to this program's migrations; what is said of faults."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bot.tables import TablesFailed
from index.postgres.connecting import DatabaseFailed, told
from index.postgres.migrating import ready

ROOM = "state"
MIGRATIONS = Path(__file__).parent / "migrations"


def made(dsn: str) -> None:
    """See to it that they are there. Raises DatabaseFailed."""
    ready(dsn, ROOM, MIGRATIONS)


@contextmanager
def telling(dsn: str) -> Iterator[None]:
    """Errors of the database as TablesFailed, one line without a password."""
    try:
        yield
    except DatabaseFailed as error:
        raise TablesFailed(str(error)) from error
    except psycopg.Error as error:
        kind = type(error).__name__
        raise TablesFailed(f"{told(dsn)} failed ({kind}); try again") from error
