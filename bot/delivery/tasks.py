"""What is done with one message, and with one call."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from bot.channels.errors import Apology, Gone, Later, Refused, sorry
from bot.channels.port import Asked, Channel, Filed, Fleeting, Voiced
from bot.delivery.port import Job, Parcel, Reach, Store
from bot.keys import DAY
from bot.logs import fault, logger
from bot.messages import Kind, Question, Respond

FAULTS = 3  # tries of a message; then it is given up
STARTS = 5  # times that the process may die over one
SLOWEST = 300.0  # seconds between two tries of a call at most
PATIENCE = 1.0  # seconds that a call has its channel for itself
ANSWER = 60.0  # seconds that one answer may take: people have given up, and others wait
HEARING = 300.0  # the same where a model may have to hear a recording first
BROKEN = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
CALL = 120.0  # seconds that one call may take; a channel's own limit should come before

log = logger(__name__)
Kept = Callable[..., Awaitable[Any]]
"""Runs a method of the store in its thread."""
Language = Callable[[Question], str | None]
"""Whose question to the language (ISO 639-1) that an apology is in; None: unknown."""
Saw = Callable[[str, str, float], None]
"""Is told what happened: the channel, what (see bot.metrics), the seconds that it took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the work is done with."""

    kept: Kept
    store: Store
    channels: Mapping[str, Channel]
    respond: Respond
    apology: Apology
    language: Language
    saw: Saw
    pauses: Sequence[float]  # seconds before a message, or a call, is tried again
    listens: bool  # whether recordings are fetched, for the assistant to hear
    awaits: Callable[[Question], bool]  # whether this document is fetched, for it to read


class Answering:
    """One message: read, answered, its reply kept in place of its text."""

    def __init__(self, means: Means) -> None:
        self._by = means

    async def __call__(self, job: Job) -> None:
        """Answer it, or put it back, or give it up."""
        began, by = time.monotonic(), self._by
        channel = by.channels.get(job.channel)
        if channel is None:  # a channel that is switched off: its messages wait
            await by.kept(by.store.release, job, SLOWEST)
            return
        asked = None
        try:
            asked = channel.read(job.body)
            if job.starts > STARTS:
                raise RuntimeError("the process ended each time that this message was answered")
            async with asyncio.timeout(HEARING if by.listens else ANSWER):
                kept = await self._reply(channel, job, asked)
        except Exception as error:
            await self._failed(job, channel, asked, error)
            return
        except BaseException:  # the post stops: it is answered after the next start
            await by.kept(by.store.release, job)
            raise
        await by.kept(kept)
        took = time.monotonic() - began
        by.saw(job.channel, "answered", job.age + took)
        log.info("answered", channel=job.channel, message=job.id, milliseconds=round(1000 * took))

    async def _reply(self, channel: Channel, job: Job, asked: Asked | None) -> Callable[[], None]:
        """Answer it; what is to be kept of that."""
        if asked is None:
            return partial(self._by.store.answered, job, "", [])
        async with channel.busy(job.body):
            reply = await self._by.respond(await self._whole(channel, job, asked.question))
        return partial(
            self._by.store.answered,
            job,
            asked.question.person,
            channel.pack(reply, asked.to),
            reach=Reach(token=reply.reach, to=asked.again or asked.to) if reply.reach else None,
            forgets=reply.forgets,
        )

    async def _whole(self, channel: Channel, job: Job, question: Question) -> Question:
        """The question with what its channel can do, and with its recording, where it has one."""
        by, returns = self._by, isinstance(channel, Fleeting)
        later = returns or channel.keeps >= DAY
        files = isinstance(channel, Filed)
        question = replace(question, later=later, returns=returns, files=files)
        if question.kind is Kind.DOCUMENT and isinstance(channel, Filed) and by.awaits(question):
            return replace(question, file=await channel.document(job.body))
        if by.listens and question.kind is Kind.VOICE and isinstance(channel, Voiced):
            return replace(question, audio=await channel.audio(job.body))
        return question

    async def _failed(
        self, job: Job, channel: Channel, asked: Asked | None, error: Exception
    ) -> None:
        by = self._by
        log.error("failed", channel=job.channel, message=job.id, **fault(error))
        by.saw(job.channel, "failed", job.age)
        if job.faults + 1 < FAULTS and job.starts <= STARTS:
            pause = by.pauses[min(job.faults, len(by.pauses) - 1)]
            await by.kept(by.store.failed, job, pause)
            return
        person = asked.question.person if asked else ""
        calls = self._apology(channel, asked) if asked else []
        await by.kept(by.store.poisoned, job, _why(job, error), person, calls)
        by.saw(job.channel, "given up", job.age)

    def _apology(self, channel: Channel, asked: Asked) -> list[str]:
        """The calls that say sorry; none where even that fails: it must not be tried for ever."""
        try:
            language = self._by.language(asked.question)
            return channel.pack(sorry(self._by.apology, language), asked.to)
        except Exception as error:
            log.error("no apology", channel=channel.name, **fault(error))
            return []


def _why(job: Job, error: Exception) -> str:
    """For staff: the kind of the fault and the line of ours it came through, no text."""
    if job.starts > STARTS:
        return f"the process ended {STARTS} times over it"
    if isinstance(error, TimeoutError):
        return f"no answer within {ANSWER:.0f} seconds"
    seen = fault(error)
    return f"{seen['error']} {seen['where']}".strip()


class Sending:
    """One call: made, tried again, or given up.

    Calls of a channel are made one after the other, so that a kill repeats one reply at most; what
    takes longer than PATIENCE goes on beside the next, so that it holds nobody up.
    """

    def __init__(self, means: Means) -> None:
        self._by = means
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def __call__(self, parcel: Parcel) -> None:
        """Make it and erase it; or put it back; or give it up."""
        channel = self._by.channels.get(parcel.channel)
        if channel is None or not channel.repeats:
            await self._made(parcel)
            return
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
        by = self._by
        channel = by.channels.get(parcel.channel)
        if channel is None:  # switched off: it waits
            await by.kept(by.store.defer, parcel, SLOWEST)
            return
        try:
            await self._call(channel, parcel)
        except Refused as error:
            log.error("refused", channel=parcel.channel, why=str(error))
            await by.kept(by.store.give_up, parcel, str(error))
            by.saw(parcel.channel, "refused", parcel.age)
        except Exception as error:
            await self._later(parcel, channel, error)

    async def _call(self, channel: Channel, parcel: Parcel) -> None:
        by, began = self._by, time.monotonic()
        try:
            async with asyncio.timeout(CALL):
                await channel.send(parcel.call)
        except Gone:
            await self._gone(parcel)
            return
        await by.kept(by.store.sent, parcel)
        by.saw(parcel.channel, "sent", parcel.age + time.monotonic() - began)

    async def _later(self, parcel: Parcel, channel: Channel, error: Exception) -> None:
        by = self._by
        asked_for = error.seconds if isinstance(error, Later) else None
        why = str(error) if isinstance(error, Later) else type(error).__name__
        # A fault of ours that comes each time must not hold up all that follows for a day.
        broken = isinstance(error, BROKEN) and parcel.tries + 1 >= FAULTS
        own = error.keeps if isinstance(error, Later) else None
        if broken or parcel.age > (channel.keeps if own is None else own):
            await by.kept(by.store.give_up, parcel, why)
            by.saw(parcel.channel, "not sent", parcel.age)
            return
        first = by.pauses[min(parcel.tries, len(by.pauses) - 1)]
        ours = min(SLOWEST, first * 2 ** min(16, max(0, parcel.tries - len(by.pauses) + 1)))
        pause = ours if asked_for is None else asked_for
        log.warning("not sent, later", channel=parcel.channel, why=why, seconds=round(pause, 1))
        await by.kept(by.store.defer, parcel, pause)
        by.saw(parcel.channel, "sent later", parcel.age)

    async def _gone(self, parcel: Parcel) -> None:
        """Forget the person, then what waits for them: where the first fails, both come again."""
        by = self._by
        log.info("a person is gone; they are forgotten", channel=parcel.channel)
        if parcel.person:
            await by.respond(Question(text="", kind=Kind.LEFT, person=parcel.person))
        await by.kept(by.store.forget, parcel.channel, parcel.conversation)
        await by.kept(by.store.sent, parcel)
        by.saw(parcel.channel, "gone", parcel.age)
