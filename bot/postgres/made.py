"""The tables of the state, brought up to this program's migrations once in a process."""

import functools
from pathlib import Path

from index.postgres.migrating import migrate

ROOM = "state"
MIGRATIONS = Path(__file__).parent / "migrations"


@functools.cache
def made(dsn: str) -> None:
    """See to it that they are there. Raises DatabaseFailed."""
    migrate(dsn, ROOM, MIGRATIONS)
