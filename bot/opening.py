"""Queue, people, counts and desk as the settings have them: files, or one database of several."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from bot.counts import Counts
from bot.delivery.port import Store, StoreFailed
from bot.delivery.sqlite import FILE, SqliteStore
from bot.people import People
from bot.settings import Settings
from index.postgres import library

Part = TypeVar("Part", covariant=True)


class Opens(Protocol[Part]):
    """What opens a part: its class."""

    def __call__(self, data: Path, *, dsn: str) -> Part:
        """The part in the folder `data`; with a `dsn`, in that database."""


def open_part(part: Opens[Part], settings: Settings) -> Part:
    """A part of the desk, such as Passed or Workshops; or Counts. Raises TablesFailed."""
    return part(settings.exchange_data, dsn=settings.dsn)


def open_people(settings: Settings) -> People:
    """What is kept by person. Raises BadKey, TablesFailed."""
    return People(settings.exchange_data, key_days=settings.key_days, dsn=settings.dsn)


def open_counts(settings: Settings) -> Counts:
    """The counts. Raises TablesFailed."""
    return open_part(Counts, settings)


def open_store(
    settings: Settings, *, serving: bool = True, channels: Sequence[str] | None = None
) -> Store:
    """The inbox and outbox. `serving`: take messages from it; else only look, or leave replies.

    `channels`: those that this process serves, where others may serve more. Raises StoreFailed.
    """
    if not settings.dsn:
        return SqliteStore(settings.exchange_data, serving=serving)
    with library(StoreFailed):
        from bot.postgres.store import PostgresStore
    return PostgresStore(settings.dsn, settings.exchange_data, serving=serving, channels=channels)


def queue_kept(settings: Settings) -> bool:
    """Whether there is a queue to look at: a file is made by the first who serves."""
    return bool(settings.dsn) or (settings.exchange_data / FILE).exists()
