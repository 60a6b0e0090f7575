"""The machines that share a database, while one process may change their library."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from psycopg import Connection

from index.postgres import following, passing
from index.postgres.holding import holding


class Several:
    """All of them, as the process sees them that has the right to change the library."""

    def __init__(self, connection: Connection[Any], dsn: str, kept: int) -> None:
        self._connection, self._dsn, self._kept = connection, dsn, kept

    def put(self, folder: Path) -> None:
        """Hand them a finished snapshot: from now on it answers; those beyond `kept` are pruned."""
        passing.put(self._connection, self._dsn, folder, self._kept)

    def choose(self, folder: Path) -> None:
        """Let a snapshot that they have answer. Raises NoSnapshot."""
        passing.choose(self._connection, folder.name)


@contextmanager
def several(dsn: str, data: Path, kept: int) -> Iterator[Several]:
    """Hold the right until the end; what answers elsewhere is in `data` then.

    Raises Busy, DatabaseFailed.
    """
    with holding(dsn) as connection:
        following.follow(dsn, data, everything=True)
        yield Several(connection, dsn, kept)
