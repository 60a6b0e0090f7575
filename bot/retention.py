"""Erases what is due: once at the start and then daily while serving, and when staff say so."""

import asyncio
import time
from contextlib import closing
from datetime import timedelta

from bot.counts import today
from bot.desk import database
from bot.desk.contributions import Contributions
from bot.desk.passed import Passed
from bot.desk.proposals import Proposals
from bot.desk.replying import discard
from bot.keys import DAY
from bot.limits import FILLS
from bot.logs import logger
from bot.moving import aside
from bot.opening import open_counts, open_part, open_people, open_store, queue_kept
from bot.settings import Settings

EVERY = 24 * 3600.0  # seconds

log = logger(__name__)


def sweep(settings: Settings) -> dict[str, int]:
    """Erase what is due now, and tell how many rows of what.

    Of several processes each may do so: what one has erased the next does not find. Raises BadKey,
    StoreFailed, TablesFailed.
    """
    with (
        closing(open_people(settings)) as people,
        closing(open_counts(settings)) as counts,
    ):
        done = people.sweep(refilled=time.time() - FILLS)
        day, reminded = today(), people.tokens()
        done |= counts.sweep(day, day - timedelta(days=settings.counts_days))
    done |= {
        "passed on": _passed(settings),
        "contributions": _unapproved(settings),
        "proposals": _proposals(settings),
        "ways to people": _unheld(settings, reminded),
        "queue": _tidied(settings),
        "moved files": aside.sweep(settings.exchange_data),
    }
    _vacuum_desk(settings)
    return done


def _unheld(settings: Settings, reminded: set[str]) -> int:
    """The ways to people erased that belong to nothing which waits: what was withdrawn, say.

    `reminded`: those of reminders that wait.
    """
    if not (_has_desk(settings) and queue_kept(settings)):
        return 0
    with (
        closing(open_store(settings, serving=False)) as store,
        closing(open_part(Passed, settings)) as passed,
        closing(open_part(Contributions, settings)) as given,
    ):
        old = store.unused(DAY)  # of today's, one may be kept a moment after its question was
        held = {one.token for one in passed.open()} | {one.reach for one in given.listed()}
        held |= reminded
        return store.discard([token for token in old if token not in held])


def _passed(settings: Settings) -> int:
    """The questions erased that nobody answered in time, with the handles to their people."""
    if not _has_desk(settings):
        return 0
    with closing(open_part(Passed, settings)) as passed:
        tokens = passed.sweep(settings.pass_days)
    if tokens:
        discard(settings, tokens)
    return len(tokens)


def _unapproved(settings: Settings) -> int:
    """The contributions erased that no editor approved in time."""
    if not _has_desk(settings):
        return 0
    with closing(open_part(Contributions, settings)) as held:
        return held.sweep()


def _proposals(settings: Settings) -> int:
    """The proposals erased that nobody took up in time."""
    with closing(open_part(Proposals, settings)) as held:
        return held.sweep()


def _tidied(settings: Settings) -> int:
    """The rows erased from the queue, where there is one; whoever serves from it goes on."""
    if not queue_kept(settings):
        return 0
    with closing(open_store(settings, serving=False)) as store:
        return store.tidy()


def _has_desk(settings: Settings) -> bool:
    return database.exists(settings.exchange_data, settings.dsn)


def _vacuum_desk(settings: Settings) -> None:
    """Leave nothing in the desk's files of what was erased, by whomever."""
    if _has_desk(settings):
        with closing(database.opened(settings.exchange_data, settings.dsn)) as desk:
            desk.vacuum(*database.TABLES)


async def sweep_daily(settings: Settings) -> None:
    """Erase now and every day, until cancelled. A sweep that fails is logged and tried again."""
    while True:
        try:
            done = await asyncio.to_thread(sweep, settings)
            log.info("retention", **{name.replace(" ", "_"): n for name, n in done.items()})
        except Exception as error:
            log.error("retention failed", error=type(error).__name__)
        await asyncio.sleep(EVERY)
