"""Leaves the steps that are due for the post, beside it in the process that serves."""

import asyncio

from bot.delivery.late import written
from bot.delivery.port import Store
from bot.learning.guiding import Learning
from bot.logs import fault, logger
from bot.messages import Reply

EVERY = 30.0  # seconds between two looks

log = logger(__name__)


async def remind(learning: Learning | None, store: Store, every: float = EVERY) -> None:
    """Do so until cancelled; nothing where there are no paths. What fails is tried again."""

    def leave(token: str, reply: Reply) -> bool:
        return store.leave(token, written(reply))

    while learning is not None:
        try:
            if left := await asyncio.to_thread(learning.remind, leave):
                log.info("steps of learning paths go out", steps=left)
        except Exception as error:
            log.error("no steps sent", **fault(error))
        await asyncio.sleep(every)
