"""How messages are carried: tries, orders, ends. A scripted channel, the real store."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import BaseRoute

from bot.app import apologise
from bot.channels.errors import ChannelFailed, Gone, Later, Refused
from bot.channels.port import Asked, Incoming, Receive
from bot.delivery import tasks
from bot.delivery.port import Failure, Parcel
from bot.delivery.post import Post, of_the_phone
from bot.delivery.sqlite import SqliteStore
from bot.messages import Kind, Line, Question, Reply, Respond, Span
from bot.safeguarding import first as safeguarding

PATIENCE = 20.0  # seconds: the machine is shared


class Scripted:
    """A channel whose every call does what the script says next; then it succeeds."""

    name = "scripted"
    keeps = 600.0
    repeats = True

    def __init__(self, *script: Exception, fails: Exception | None = None) -> None:
        self.script, self.fails = list(script), fails
        self.sent: list[str] = []
        self.tried: list[float] = []
        self.receive: Receive | None = None
        self.open = asyncio.Event()
        self.hold: Callable[[str], Awaitable[None]] | None = None

    def routes(self, receive: Receive) -> Sequence[BaseRoute]:
        return ()

    async def listen(self, receive: Receive) -> None:
        if self.fails:
            raise self.fails
        self.receive = receive
        self.open.set()
        await asyncio.Event().wait()

    def read(self, body: str) -> Asked | None:
        if body == "unreadable":
            raise ValueError(body)
        person, _, text = body.partition(" ")
        if not text:
            return None
        question = Question(text=text, person=f"{self.name}:{person}", language="sw")
        return Asked(question=question, to=person)

    def busy(self, body: str) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    def pack(self, reply: Reply, to: str) -> list[str]:
        if any(line.text == "unpackable" for line in reply.lines):
            raise ValueError("unpackable")
        return [json.dumps([to, line.text]) for line in reply.lines]

    async def send(self, call: str) -> None:
        self.tried.append(time.monotonic())
        if self.hold:
            await self.hold(call)
        if self.script:
            raise self.script.pop(0)
        self.sent.append(" ".join(json.loads(call)))

    async def say(self, *bodies: str) -> None:
        await self.open.wait()
        assert self.receive
        for body in bodies:
            id = f"{time.monotonic_ns()}"
            await self.receive([Incoming(id=id, conversation=body.split()[0], body=body)])


async def echo(question: Question) -> Reply:
    return said(question.text)


def said(text: str) -> Reply:
    return Reply(language="en", lines=(Line((Span(text),)),))


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - a store has no event
            await asyncio.sleep(0.01)


async def stopped(task: asyncio.Task[None]) -> float:
    """The seconds that the post takes to end."""
    began = time.monotonic()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return time.monotonic() - began


class Carried:
    """A post under way in `data`, and what its store holds."""

    def __init__(
        self,
        data: Path,
        *channels: Scripted,
        respond: Respond = echo,
        language: tasks.Language = of_the_phone,
        drain: float = 10.0,
        again: float = 60.0,
    ) -> None:
        self.saw: list[tuple[str, str]] = []
        self.store = SqliteStore(data)
        self.post = Post(
            self.store, channels, respond, apologise, urgent=safeguarding.urgent,
            saw=lambda channel, what, _: self.saw.append((channel, what)),
            pauses=(0.05, 0.05), language=language, drain=drain, again=again,
        )  # fmt: skip
        self.task = asyncio.create_task(self.post.run())

    def nothing_waits(self) -> bool:
        held = self.store.waiting()
        return held.messages == held.calls == 0

    def failures(self) -> list[Failure]:
        return self.store.failures()


@asynccontextmanager
async def carrying(data: Path, *channels: Scripted, **more: Any) -> AsyncIterator[Carried]:  # noqa: ANN401
    carried = Carried(data, *channels, **more)
    try:
        yield carried
    finally:
        await stopped(carried.task)
        carried.store.close()


async def test_a_network_that_asks_to_wait_is_given_its_time_and_others_go_on(
    tmp_path: Path,
) -> None:
    channel = Scripted(Later("too many", 0.6))
    async with carrying(tmp_path, channel) as carried:
        await channel.say("ada one")
        await until(lambda: channel.tried)
        await channel.say("ada two", "ben three")
        await until(carried.nothing_waits)
    assert channel.sent == ["ben three", "ada one", "ada two"]
    assert channel.tried[-2] - channel.tried[0] >= 0.6
    assert ("scripted", "sent later") in carried.saw


async def test_any_other_error_is_tried_again_after_growing_pauses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, pauses = Scripted(*[ConnectionError()] * 4), []
    async with carrying(tmp_path, channel) as carried:
        defer = carried.store.defer

        def noted(parcel: Parcel, pause: float) -> None:
            pauses.append(pause)
            defer(parcel, pause)

        monkeypatch.setattr(carried.store, "defer", noted)
        await channel.say("ada one")
        await until(carried.nothing_waits)
    assert channel.sent == ["ada one"]
    assert pauses == [0.05, 0.05, 0.1, 0.2]


async def test_who_is_gone_is_forgotten_with_all_that_waits(tmp_path: Path) -> None:
    left: list[str] = []

    async def respond(question: Question) -> Reply:
        if question.kind is Kind.LEFT:
            left.append(question.person)
            if len(left) == 1:
                raise OSError("a locked file")
            return Reply(language="en", lines=())
        return Reply(language="en", lines=said("one").lines * 3)

    channel = Scripted(Gone(), Gone())
    async with carrying(tmp_path, channel, respond=respond) as carried:
        await channel.say("ada one")
        await until(carried.nothing_waits)
        assert carried.failures() == []
    assert left == ["scripted:ada"] * 2, "told again where the first could not be done"
    assert channel.sent == []


async def test_a_refused_call_is_a_row_for_staff_and_the_next_goes(tmp_path: Path) -> None:
    channel = Scripted(Refused("text is too long"))
    async with carrying(tmp_path, channel) as carried:
        await channel.say("ada one", "ada two")
        await until(carried.nothing_waits)
        (failure,) = carried.failures()
    assert channel.sent == ["ada two"]
    assert (failure.stage, failure.why) == ("sending", "text is too long")


async def test_a_reply_older_than_the_channel_keeps_it_is_given_up(tmp_path: Path) -> None:
    channel = Scripted(*[Later("down", 0.1)] * 99)
    channel.keeps = 0.7
    async with carrying(tmp_path, channel) as carried:
        await channel.say("ada one")
        await until(lambda: carried.failures())
        assert carried.nothing_waits()
    assert len(channel.tried) >= 2
    assert 0.7 <= channel.tried[-1] - channel.tried[0] + 0.1 < 5


async def test_three_faults_are_an_apology_in_the_persons_language_and_a_row_without_text(
    tmp_path: Path,
) -> None:
    tries = 0

    async def respond(question: Question) -> Reply:
        nonlocal tries
        if question.text == "poison":
            tries += 1
            raise ZeroDivisionError(question.text)
        return said(question.text)

    channel = Scripted()
    async with carrying(
        tmp_path, channel, respond=respond, language=lambda question: "fr"
    ) as carried:
        await channel.say("ada poison", "ada next")
        await until(carried.nothing_waits)
        (failure,) = carried.failures()
    assert tries == 3
    assert channel.sent == [f"ada {apologise('fr')}", "ada next"]
    assert apologise("fr") != apologise("en")
    assert failure.why.startswith("ZeroDivisionError")
    assert "poison" not in failure.why


@pytest.mark.parametrize("body", ["unreadable", "ada unpackable"])
async def test_what_cannot_be_read_or_packed_blocks_nobody(
    tmp_path: Path, body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = Scripted()
    if body != "unreadable":  # not even the apology can be packed
        monkeypatch.setattr(channel, "pack", lambda reply, to: 1 / 0)
    async with carrying(tmp_path, channel) as carried:
        await channel.say(body)
        await until(carried.nothing_waits)
        assert len(carried.failures()) == 1


async def test_an_answer_that_never_comes_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "ANSWER", 0.1)

    async def respond(question: Question) -> Reply:
        if question.text == "hang":
            await asyncio.Event().wait()
        return said(question.text)

    channel = Scripted()
    async with carrying(tmp_path, channel, respond=respond) as carried:
        await channel.say("ada hang", "ada next")
        await until(carried.nothing_waits)
        assert "no answer within" in carried.failures()[0].why
    assert channel.sent[1] == "ada next"


async def test_a_safe_word_overtakes_its_own_persons_backlog(tmp_path: Path) -> None:
    go = asyncio.Event()

    async def respond(question: Question) -> Reply:
        if question.text.startswith("slow"):
            await go.wait()
        return said(question.text)

    channel = Scripted()
    async with carrying(tmp_path, channel, respond=respond) as carried:
        await channel.say("ada slow one", "ada slow two", "ada مساعدة")
        await until(lambda: channel.sent)
        assert channel.sent == ["ada مساعدة"]
        go.set()
        await until(carried.nothing_waits)
    assert channel.sent[1:] == ["ada slow one", "ada slow two"]


async def test_told_to_stop_it_ends_what_is_under_way_and_begins_nothing_new(
    tmp_path: Path,
) -> None:
    began: list[str] = []

    async def respond(question: Question) -> Reply:
        began.append(question.text)
        await asyncio.sleep(0.4)
        return said(question.text)

    channel = Scripted()
    carried = Carried(tmp_path, channel, respond=respond)
    await channel.say("ada one", "ada two", "ben three")
    await until(lambda: len(began) == 2)
    assert await stopped(carried.task) < 3
    assert sorted(channel.sent) == ["ada one", "ben three"], "answered and sent"
    assert carried.store.waiting().messages == 1
    carried.store.close()
    again = Scripted()
    async with carrying(tmp_path, again) as carried:
        await until(carried.nothing_waits)
    assert again.sent == ["ada two"]


async def test_what_does_not_end_in_time_is_given_back(tmp_path: Path) -> None:
    began = asyncio.Event()

    async def respond(question: Question) -> Reply:
        began.set()
        await asyncio.Event().wait()
        raise AssertionError

    channel = Scripted()
    carried = Carried(tmp_path, channel, respond=respond, drain=0.6)
    await channel.say("ada one")
    await began.wait()
    assert await stopped(carried.task) < 3
    carried.store.close()
    store = SqliteStore(tmp_path)
    job = store.take()
    store.close()
    assert job
    assert (job.body, job.starts) == ("ada one", 1), "no death: it was given back"


async def test_a_send_under_way_may_end_after_being_told_to_stop(tmp_path: Path) -> None:
    async def slowly(call: str) -> None:
        await asyncio.sleep(0.4)

    channel = Scripted()
    channel.hold = slowly
    carried = Carried(tmp_path, channel)
    await channel.say("ada one")
    await until(lambda: channel.tried)
    await stopped(carried.task)
    assert channel.sent == ["ada one"]
    assert carried.nothing_waits()
    carried.store.close()


async def test_one_channel_that_fails_leaves_the_others_and_is_tried_again(tmp_path: Path) -> None:
    broken, sound = Scripted(fails=ChannelFailed("the token is refused")), Scripted()
    broken.name = "broken"
    async with carrying(tmp_path, broken, sound, again=0.2) as carried:
        await sound.say("ada one")
        await until(lambda: sound.sent)
        assert carried.post.silent == {"broken": "the token is refused"}
        broken.fails = None
        await broken.say("ben two")
        await until(lambda: broken.sent)
        assert carried.post.silent == {}


async def test_the_only_channel_that_fails_ends_it_with_its_reason(tmp_path: Path) -> None:
    carried = Carried(tmp_path, Scripted(fails=ChannelFailed("the token is refused")))
    with pytest.raises(ChannelFailed, match="the token is refused"):
        await carried.task
    carried.store.close()


async def test_messages_of_a_channel_that_is_switched_off_wait(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    store.put("scripted", [Incoming(id="1", conversation="ada", body="ada one")])
    store.close()
    other = Scripted()
    other.name = "other"
    async with carrying(tmp_path, other) as carried:
        await other.say("ben two")
        await until(lambda: other.sent)
        assert carried.store.waiting().messages == 1
    on = Scripted()
    async with carrying(tmp_path, on) as carried:
        await until(lambda: on.sent)
    assert carried.saw.count(("scripted", "failed")) == 0


async def test_a_store_that_fails_for_a_while_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = Scripted()
    async with carrying(tmp_path, channel) as carried:
        keep, failing = carried.store.answered, [OSError("No space left")] * 2

        def answered(*given: object, **more: object) -> None:
            if failing:
                raise failing.pop()
            keep(*given, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(carried.store, "answered", answered)
        await channel.say("ada one")
        await until(lambda: channel.sent)
        assert carried.failures() == []
    assert channel.sent == ["ada one"]


async def test_a_store_that_cannot_keep_lets_the_channel_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = Scripted()
    async with carrying(tmp_path, channel) as carried:
        with monkeypatch.context() as patched:

            def full(*given: object) -> int:
                raise OSError("No space left")

            patched.setattr(carried.store, "put", full)
            with pytest.raises(OSError, match="No space"):
                await channel.say("ada one")
        await channel.say("ada one")
        await until(lambda: channel.sent)
    assert channel.sent == ["ada one"]


async def test_a_call_that_we_cannot_make_ourselves_holds_up_nobody_for_a_day(
    tmp_path: Path,
) -> None:
    channel = Scripted(*[KeyError("a field")] * 3)
    async with carrying(tmp_path, channel) as carried:
        await channel.say("ada one", "ada two")
        await until(carried.nothing_waits)
        assert [(one.stage, one.why) for one in carried.store.failures()] == [
            ("sending", "KeyError")
        ]
    assert channel.sent == ["ada two"]
