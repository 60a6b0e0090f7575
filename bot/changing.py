"""The right to change the library of a hub: among all its machines, where it has several."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from bot.settings import Settings
from bot.tables import TablesFailed
from index.postgres import library


class Machines(Protocol):
    """All machines of the hub, while this process may change the library."""

    def put(self, folder: Path) -> None:
        """Hand them a finished snapshot: from now on it answers."""

    def choose(self, folder: Path) -> None:
        """Let a snapshot that they have answer."""


class Alone:
    """The one machine of a hub without a database: its own folder says it all."""

    def put(self, folder: Path) -> None:
        """There is nobody to hand it to."""

    def choose(self, folder: Path) -> None:
        """There is nobody to tell."""


@contextmanager
def changing(settings: Settings) -> Iterator[Machines]:
    """Hold the right until the end; what answers on the other machines is here then, too.

    Raises Busy where another machine has it, TablesFailed, DatabaseFailed.
    """
    if not settings.dsn:
        yield Alone()
        return
    with library(TablesFailed):
        from index.postgres.machines import several
    with several(settings.dsn, settings.exchange_data, settings.snapshots_kept) as machines:
        yield machines
