"""The post office: takes messages from channels, has them answered, sends the replies.

A message is kept before its network is told so; its text is erased in the step that keeps the
reply; a call is erased once it was made. So a kill at any moment loses nothing, and what was just
being sent may come twice.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from bot.channels.errors import Apology, ChannelFailed
from bot.channels.port import Channel, Incoming, Receive
from bot.delivery.late import Delivering
from bot.delivery.port import Job, Late, Parcel, Store
from bot.delivery.rounds import Round
from bot.delivery.tasks import Answering, Language, Means, Saw, Sending
from bot.logs import fault, logger
from bot.messages import Question, Respond

PAUSES = (1.0, 5.0)  # seconds before a message, or a call, is tried again
DRAIN = 10.0  # seconds that what is under way may take after the post is told to stop
SENDING = 2.0  # of these, seconds left for the replies of what was answered last
TIDY = 60.0  # seconds between two rounds of tidying
AGAIN = 60.0  # seconds before a channel that failed is tried again, beside others that work

log = logger(__name__)
T = TypeVar("T")


def never(question: Question) -> bool:
    """No question does: none goes before others, and no document is waited for."""
    return False


def of_the_phone(question: Question) -> str | None:
    """The language that the network tells: for wiring that remembers nobody's choice."""
    return question.language


def nobody_watches(channel: str, what: str, seconds: float) -> None:
    """For wiring that counts nothing."""


class Post:
    """Between the channels and the assistant."""

    def __init__(
        self,
        store: Store,
        channels: Iterable[Channel],
        respond: Respond,
        apology: Apology,
        *,
        urgent: Callable[[Question], bool] = never,
        language: Language = of_the_phone,
        saw: Saw = nobody_watches,
        pauses: Sequence[float] = PAUSES,
        drain: float = DRAIN,
        listens: bool = False,
        awaits: Callable[[Question], bool] = never,
        again: float = AGAIN,
    ) -> None:
        """`apology`: what a person reads whose message could not be answered in three tries.

        `listens`: whether voice notes are fetched for the assistant to hear. `awaits`: which
        documents are fetched for it to read. `urgent`: which questions wait for nothing else, not
        even for their own person's backlog.
        """
        self._channels = {channel.name: channel for channel in channels}
        self._store, self._urgent, self._saw = store, urgent, saw
        self._drain, self._again = drain, again
        self._thread = ThreadPoolExecutor(1, "post")  # SQLite has one writer anyway
        self._silent: dict[str, str] = {}
        means = Means(
            kept=self.kept, store=store, channels=self._channels, respond=respond,
            apology=apology, language=language, saw=saw, pauses=pauses,
            listens=listens, awaits=awaits,
        )  # fmt: skip

        async def let_go(taken: Job | Parcel | Late) -> None:
            await self.kept(store.let_go, taken)

        self._sending = Round(lambda: self.kept(store.take_parcel), Sending(means), let_go)
        self._answering = Round(
            lambda: self.kept(store.take), Answering(means), let_go, then=self._sending.wake
        )
        self._delivering = Round(
            lambda: self.kept(store.take_late), Delivering(means), let_go, then=self._sending.wake
        )

    @property
    def silent(self) -> Mapping[str, str]:
        """The channels that cannot be served just now, each with why."""
        return self._silent

    def receive(self, channel: Channel) -> Receive:
        """What a channel hands its messages to."""

        async def receive(messages: Sequence[Incoming]) -> None:
            marked = [replace(one, first=self._goes_first(channel, one)) for one in messages]
            for _ in range(await self.kept(self._store.put, channel.name, marked)):
                self._saw(channel.name, "came", 0.0)
            self._answering.wake()

        return receive

    async def kept(self, do: Callable[..., T], *given: Any) -> T:  # noqa: ANN401 - passed on
        """Call a method of the store in the one thread that does."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, do, *given)

    async def run(self) -> None:
        """Carry until cancelled, then finish what is under way. Raises ChannelFailed."""
        listening = [asyncio.ensure_future(self._listen(one)) for one in self._channels.values()]
        tidying = asyncio.ensure_future(self._tidying())
        works = (self._answering, self._delivering, self._sending)
        rounds = [asyncio.ensure_future(one.run()) for one in works]
        try:
            await _first_fault([*listening, *rounds, tidying])
        finally:
            until = time.monotonic() + self._drain
            await _end([*listening, tidying], until)
            await self._answering.finish(until - min(SENDING, self._drain / 2))
            await self._delivering.finish(until)
            await self._sending.emptied(until)
            await self._sending.finish(until)
            await _end(rounds, until)
            await self._tidy()
            self._thread.shutdown()

    async def _listen(self, channel: Channel) -> None:
        """Serve one channel. Where it is the only one its failure is ours; else others go on."""
        while True:
            try:
                await channel.listen(self.receive(channel))
                return
            except Exception as error:
                if len(self._channels) == 1:
                    raise
                why = str(error) if isinstance(error, ChannelFailed) else type(error).__name__
                log.error("a channel fails, others go on", channel=channel.name, why=why)
                self._silent[channel.name] = why
            await asyncio.sleep(self._again)
            self._silent.pop(channel.name)

    def _goes_first(self, channel: Channel, message: Incoming) -> bool:
        try:
            asked = channel.read(message.body)
            return asked is not None and self._urgent(asked.question)
        except Exception:  # it will fail again when it is answered, and be seen there
            return False

    async def _tidying(self) -> None:
        while True:
            await asyncio.sleep(TIDY)
            await self._tidy()

    async def _tidy(self) -> None:
        try:
            await self.kept(self._store.tidy)
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


async def _end(tasks: Sequence[asyncio.Future[None]], until: float) -> None:
    """Cancel them, and wait for their end until `until` (time.monotonic)."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=max(0.1, until - time.monotonic()))
    for task in tasks:
        if task.done():
            with suppress(asyncio.CancelledError, Exception):
                task.result()  # seen
