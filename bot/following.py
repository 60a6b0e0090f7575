"""Following what other machines of the hub publish, roll back to or withdraw."""

import asyncio
from pathlib import Path

from bot.logs import logger
from bot.settings import Settings
from bot.tables import TablesFailed
from index import withdrawn
from index.postgres import library

EVERY = 2.0  # seconds

log = logger(__name__)


def follow(settings: Settings) -> None:
    """Bring the library that answers, where there is a database.

    Raises TablesFailed where its library is missing, DatabaseFailed.
    """
    if not settings.dsn:
        return
    with library(TablesFailed):
        from index.postgres.following import follow  # its library is for who has a database
    follow(settings.dsn, settings.exchange_data)


def withdraw(source: str, data: Path, dsn: str) -> None:
    """Let a source never answer again, here and, where there is a database, at all machines.

    They are told before this returns: what is only in this machine's folder would be lost with it.
    Raises OSError, TablesFailed.
    """
    withdrawn.withdraw(data, source)
    if dsn:
        with library(TablesFailed):
            from bot.postgres.made import telling
            from index.postgres import passing
        with telling(dsn):
            passing.ready(dsn)
            passing.withdraw(dsn, frozenset([source]))


async def follow_on(settings: Settings) -> None:
    """Follow every few seconds until cancelled; at once, done where there is no database.

    What fails is logged when it begins, and tried again.
    """
    failing = ""
    while settings.dsn:
        await asyncio.sleep(EVERY)
        try:
            await asyncio.to_thread(follow, settings)
            failing = ""
        except Exception as error:
            if failing != type(error).__name__:
                failing = type(error).__name__
                log.error("following failed", error=failing)
