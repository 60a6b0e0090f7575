"""What is done with one message, and with one call."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.channels.errors import Apology, Gone, Later, Refused, sorry
from bot.channels.port import Asked, Channel, Voiced
from bot.delivery.port import Job, Parcel, Store
from bot.logs import fault, logger
from bot.messages import Kind, Question, Respond

FAULTS = 3  # tries of a message; then it is given up
STARTS = 5  # times that the process may die over one
SLOWEST = 300.0  # seconds between two tries of a call at most
PATIENCE = 1.0  # seconds that a call has its channel for itself

log = logger(__name__)
Kept = Callable[..., Awaitable[Any]]
"""Runs a method of the store in its thread."""


class Answering:
    """One message: read, answered, its reply kept in place of its text."""

    def __init__(
        self,
        kept: Kept,
        store: Store,
        channels: Mapping[str, Channel],
        respond: Respond,
        apology: Apology,
        pauses: Sequence[float],
        *,
        listens: bool = False,
    ) -> None:
        self._kept, self._store, self._channels = kept, store, channels
        self._respond, self._apology, self._pauses = respond, apology, pauses
        self._listens = listens

    async def __call__(self, job: Job) -> None:
        """Answer it, or put it back, or give it up."""
        began = time.monotonic()
        channel = self._channels.get(job.channel)
        if channel is None:  # a channel that is switched off: its messages wait
            await self._kept(self._store.failed, job, SLOWEST)
            return
        asked = None
        try:
            asked = channel.read(job.body)
            if job.starts > STARTS:
                raise RuntimeError("the process ended each time that this message was answered")
            person, calls = await self._reply(channel, job, asked)
        except Exception as error:
            await self._failed(job, channel, asked, error)
            return
        except BaseException:  # the post stops: somebody else will answer it
            await self._kept(self._store.release, job)
            raise
        await self._kept(self._store.answered, job, person, calls)
        taken = round(1000 * (time.monotonic() - began))
        log.info("answered", channel=job.channel, message=job.id, milliseconds=taken)

    async def _reply(
        self, channel: Channel, job: Job, asked: Asked | None
    ) -> tuple[str, list[str]]:
        if asked is None:
            return "", []
        async with channel.busy(job.body):
            reply = await self._respond(await self._heard(channel, job, asked.question))
        return asked.question.person, channel.pack(reply, asked.to)

    async def _heard(self, channel: Channel, job: Job, question: Question) -> Question:
        """The question with its recording, where it has one and recordings are listened to."""
        if self._listens and question.kind is Kind.VOICE and isinstance(channel, Voiced):
            return replace(question, audio=await channel.audio(job.body))
        return question

    async def _failed(
        self, job: Job, channel: Channel, asked: Asked | None, error: Exception
    ) -> None:
        log.error("failed", channel=job.channel, message=job.id, **fault(error))
        if job.faults + 1 < FAULTS and job.starts <= STARTS:
            pause = self._pauses[min(job.faults, len(self._pauses) - 1)]
            await self._kept(self._store.failed, job, pause)
            return
        person, calls = "", []
        if asked is not None:
            person = asked.question.person
            calls = channel.pack(sorry(self._apology, asked.question.language), asked.to)
        await self._kept(self._store.poisoned, job, type(error).__name__, person, calls)


class Sending:
    """One call: made, tried again, or given up.

    Calls of a channel are made one after the other, so that a kill repeats one reply at most; what
    takes longer than PATIENCE goes on beside the next, so that it holds nobody up.
    """

    def __init__(
        self,
        kept: Kept,
        store: Store,
        channels: Mapping[str, Channel],
        respond: Respond,
        pauses: Sequence[float],
    ) -> None:
        self._kept, self._store, self._channels = kept, store, channels
        self._respond, self._pauses = respond, pauses
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def __call__(self, parcel: Parcel) -> None:
        """Make it and erase it; or put it back; or give it up."""
        async with self._turns[parcel.channel]:
            made = asyncio.ensure_future(self._made(parcel))
            try:
                await asyncio.wait({made}, timeout=PATIENCE)
            except BaseException:  # the post stops
                made.cancel()
                await asyncio.wait({made})
                raise
        await made

    async def _made(self, parcel: Parcel) -> None:
        channel = self._channels.get(parcel.channel)
        try:
            if channel is None:
                raise Later("the channel is switched off", SLOWEST)
            await channel.send(parcel.call)
        except Gone:
            await self._gone(parcel)
        except Refused as error:
            log.error("refused", channel=parcel.channel, why=str(error))
            await self._kept(self._store.give_up, parcel, str(error))
        except Exception as error:
            await self._later(parcel, channel, error)
        else:
            await self._kept(self._store.sent, parcel)

    async def _later(self, parcel: Parcel, channel: Channel | None, error: Exception) -> None:
        asked_for = error.seconds if isinstance(error, Later) else None
        why = str(error) if isinstance(error, Later) else type(error).__name__
        if channel is not None and parcel.age > channel.keeps:
            await self._kept(self._store.give_up, parcel, why)
            return
        first = self._pauses[min(parcel.tries, len(self._pauses) - 1)]
        own = min(SLOWEST, first * 2 ** max(0, parcel.tries - len(self._pauses) + 1))
        pause = own if asked_for is None else asked_for
        log.warning("not sent, later", channel=parcel.channel, why=why, seconds=round(pause, 1))
        await self._kept(self._store.defer, parcel, pause)

    async def _gone(self, parcel: Parcel) -> None:
        log.info("a person is gone; they are forgotten", channel=parcel.channel)
        await self._kept(self._store.forget, parcel.channel, parcel.conversation)
        if parcel.person:
            await self._respond(Question(text="", kind=Kind.LEFT, person=parcel.person))
        await self._kept(self._store.sent, parcel)
