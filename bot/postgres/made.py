"""The tables of the state, brought up to this program's migrations; what is said of faults."""

from contextlib import AbstractContextManager
from pathlib import Path

from bot.tables import TablesFailed
from index.postgres import connecting
from index.postgres.migrating import ready

ROOM = "state"
MIGRATIONS = Path(__file__).parent / "migrations"


def made(dsn: str) -> None:
    """See to it that they are there. Raises DatabaseFailed."""
    ready(dsn, ROOM, MIGRATIONS)


def telling(dsn: str) -> AbstractContextManager[None]:
    """Raises TablesFailed for what the database says in there."""
    return connecting.telling(dsn, TablesFailed)
