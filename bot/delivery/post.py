"""The post office: takes messages from channels, has them answered, sends the replies.

A message is kept before its network is told so; its text is erased in the step that keeps the
reply; a call is erased once it was made. So a kill at any moment loses nothing, and what was just
being sent may come twice.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from bot.channels.errors import Apology
from bot.channels.port import Channel, Incoming, Receive
from bot.delivery.port import Job, Parcel, Store
from bot.delivery.rounds import Round
from bot.delivery.tasks import Answering, Sending
from bot.logs import fault, logger
from bot.messages import Respond

PAUSES = (1.0, 5.0)  # seconds before a message, or a call, is tried again
DRAIN = 10.0  # seconds that what is under way may take after the post is told to stop
TIDY = 60.0  # seconds between two rounds of tidying

log = logger(__name__)
T = TypeVar("T")


class Post:
    """Between the channels and the assistant."""

    def __init__(
        self,
        store: Store,
        channels: Iterable[Channel],
        respond: Respond,
        apology: Apology,
        *,
        pauses: Sequence[float] = PAUSES,
        drain: float = DRAIN,
        listens: bool = False,
    ) -> None:
        """`apology`: what a person reads whose message could not be answered in three tries.

        `listens`: whether voice notes are fetched for the assistant to hear.
        """
        self._channels = {channel.name: channel for channel in channels}
        self._store, self._drain = store, drain
        self._thread = ThreadPoolExecutor(1, "post")  # SQLite has one writer anyway
        answering = Answering(
            self._kept, store, self._channels, respond, apology, pauses, listens=listens
        )
        sending = Sending(self._kept, store, self._channels, respond, pauses)

        async def let_go(taken: Job | Parcel) -> None:
            await self._kept(store.let_go, taken)

        self._sending = Round(lambda: self._kept(store.take_parcel), sending, let_go)
        self._answering = Round(
            lambda: self._kept(store.take), answering, let_go, then=self._sending.wake
        )

    def receive(self, channel: Channel) -> Receive:
        """What a channel hands its messages to."""

        async def receive(messages: Sequence[Incoming]) -> None:
            await self._kept(self._store.put, channel.name, messages)
            self._answering.wake()

        return receive

    async def run(self) -> None:
        """Carry until cancelled, then finish what is under way. Raises ChannelFailed."""
        listening = [
            asyncio.ensure_future(channel.listen(self.receive(channel)))
            for channel in self._channels.values()
        ]
        working = [
            asyncio.ensure_future(one)
            for one in (self._answering.run(), self._sending.run(), self._tidying())
        ]
        try:
            await _first_fault([*listening, *working])
        finally:
            await _end(listening)
            until = time.monotonic() + self._drain
            await self._answering.drain(until)
            await self._sending.drain(until)
            await _end(working)
            await self._tidy()
            self._thread.shutdown()

    async def _kept(self, do: Callable[..., T], *given: Any) -> T:  # noqa: ANN401 - passed on
        return await asyncio.get_running_loop().run_in_executor(self._thread, do, *given)

    async def _tidying(self) -> None:
        while True:
            await asyncio.sleep(TIDY)
            await self._tidy()

    async def _tidy(self) -> None:
        try:
            await self._kept(self._store.tidy)
        except Exception as error:  # the next round will do it
            log.error("not tidied", **fault(error))


async def _first_fault(tasks: Iterable[Awaitable[None]]) -> None:
    """Wait for ever, or until one of them fails, with its error."""
    running = {asyncio.ensure_future(task) for task in tasks}
    while running:
        done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    await asyncio.Event().wait()


async def _end(tasks: Sequence[asyncio.Future[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError, Exception):
            await task
