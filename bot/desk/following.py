"""What was taken back at one machine of a hub answers at no other: each lists it for itself."""

import asyncio
from contextlib import closing

from bot.desk.contributions import Contributions, State
from bot.logs import fault, logger
from bot.opening_state import dsn_of, open_part
from bot.settings import Settings
from index.withdrawn import Withdrawn, withdraw

EVERY = 2.0  # seconds

log = logger(__name__)


def follow(settings: Settings) -> None:
    """List here what was taken back anywhere. Raises TablesFailed, OSError."""
    with closing(open_part(Contributions, settings)) as held:
        taken = {one.source for one in held.listed(State.WITHDRAWN)}
    for source in sorted(taken - Withdrawn(settings.exchange_data)()):
        withdraw(settings.exchange_data, source)


async def follow_always(settings: Settings) -> None:
    """Do so until cancelled, where several machines share a database. A fault is tried again."""
    while dsn_of(settings):
        try:
            await asyncio.to_thread(follow, settings)
        except Exception as error:
            log.error("not followed", **fault(error))
        await asyncio.sleep(EVERY)
