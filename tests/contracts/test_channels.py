"""What every channel owes to people, whatever network it is."""

import asyncio
import io
import itertools
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import httpx
import pytest
from rich.console import Console

from bot.channels import telegram, terminal, whatsapp
from bot.channels.errors import plain_apology
from bot.channels.port import Channel, Direct
from bot.channels.web_door import Door
from bot.channels.web_pages import Pages
from bot.delivery.post import Post
from bot.delivery.sqlite import SqliteStore
from bot.messages import Button, Kind, Line, Question, Reply, Respond, Span, Style
from tests.doubles.bot_api import BotApi
from tests.doubles.graph_api import GraphApi
from tests.doubles.lines import LineChannel
from tests.doubles.mounting import free_port, mounted
from tests.doubles.page import Page
from tests.doubles.serving import AloneChannel, bound

PATIENCE = 30.0  # seconds: the machine is shared
URL = "https://example.org/library/guide.pdf?lang=en&v=2#page=12:~:text=listen,%20and%20believe"
LONG = "https://example.org/" + "long/" * 60
REPLY = Reply(
    language="en",
    lines=(
        Line((Span("The guide says:"),)),
        Line((Span("Listen, & believe the child."),), quote=True),
        Line((Span("Do not promise <secrecy>."),), quote=True),
        Line((Span("A guide, page 12", Style.BOLD, URL), Span(" and "), Span("more", url=LONG))),
    ),
    buttons=(Button(label="More", data="more:1"), Button(label="Sources", data="sources:1")),
)


@dataclass(frozen=True)
class Heard:
    """What a person sees."""

    text: str
    quotes: list[str]
    urls: list[str]


class Driver(Protocol):
    """A person at the other end of a channel."""

    @property
    def channel(self) -> Channel | Direct: ...
    async def say(self, text: str) -> None: ...
    async def press(self, label: str) -> None: ...
    async def read(self) -> Heard: ...


class Phone:
    def __init__(self, api: BotApi, port: int = 0) -> None:
        """`port`: where Telegram calls us; 0: we poll."""
        self.port = port
        webhook = f"http://127.0.0.1:{port}" if port else ""
        self.channel = telegram.open_channel(api.token, api.base_url, webhook=webhook)
        self._api, self._read = api, 0

    async def say(self, text: str) -> None:
        self._api.say(text)

    async def press(self, label: str) -> None:
        self._api.press(label)

    async def read(self) -> Heard:
        parsed = (await self._api.sent(self._read + 1))[self._read].parsed
        self._read += 1
        quotes = [line for quote in parsed.quotes for line in quote.split("\n")]
        return Heard(parsed.text, quotes, parsed.urls)


class Messenger:
    """WhatsApp calls the bot: it has an address once its routes are mounted."""

    def __init__(self, api: GraphApi) -> None:
        self.channel = whatsapp.open_channel(api.account)
        self.address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._api, self._read = api, 0

    async def say(self, text: str) -> None:
        self._api.webhook = await self.address
        await self._api.say(text)

    async def press(self, label: str) -> None:
        await self._api.press(label)

    async def read(self) -> Heard:
        parsed = (await self._api.sent(self._read + 1))[self._read].parsed
        self._read += 1
        return Heard(parsed.text, parsed.quotes, parsed.urls)


class Keyboard:
    def __init__(self, typed: io.TextIOWrapper, keys: io.TextIOWrapper) -> None:
        self._keys, self._screen, self._read = keys, io.StringIO(), 0
        console = Console(file=self._screen, width=40)
        self.channel = terminal.open_channel(console, typed)

    async def say(self, text: str) -> None:
        self._keys.write(text + "\n")
        self._keys.flush()

    async def press(self, label: str) -> None:
        number = re.findall(rf"\[(\d+)\] {label}", self._screen.getvalue())[-1]
        await self.say(number)

    async def read(self) -> Heard:
        async with asyncio.timeout(PATIENCE):
            while len(self._screen.getvalue()) == self._read:  # noqa: ASYNC110 - a file has no event
                await asyncio.sleep(0.01)
        text = self._screen.getvalue()[self._read :]
        self._read += len(text)
        quotes = re.findall(rf"^{terminal.BAR}(.*)$", text, re.MULTILINE)
        return Heard(text, quotes, re.findall(r"<(https://\S+)>", text))


class Wire:
    """The line protocol: a network in one file."""

    def __init__(self) -> None:
        self.channel = LineChannel()
        self._ids = itertools.count()
        self._labels: dict[str, str] = {}

    async def say(self, text: str) -> None:
        if not hasattr(self, "_writer"):
            await self.channel.ready.wait()
            self._reader, self._writer = await asyncio.open_connection(
                "127.0.0.1", self.channel.port
            )
        self._writer.write(f"ada {next(self._ids)} {text}\n".encode())

    async def press(self, label: str) -> None:
        await self.say(f"#{self._labels[label]}")

    async def read(self) -> Heard:
        said = [await self._line()]
        with suppress(TimeoutError):
            while True:
                said.append(await asyncio.wait_for(self._line(), 0.2))
        buttons = [line[1:].split(" ", 1) for line in said if line.startswith("#")]
        self._labels = {label: data for data, label in buttons}
        text = "\n".join(said)
        quotes = [line[2:] for line in said if line.startswith("| ")]
        return Heard(text, quotes, re.findall(r"<(https://\S+)>", text))

    async def _line(self) -> str:
        async with asyncio.timeout(PATIENCE):
            while (line := (await self._reader.readline()).decode()).startswith("ok "):
                pass
        return line.removeprefix("ada> ").rstrip("\n")

    def close(self) -> None:
        if hasattr(self, "_writer"):
            self._writer.close()


class Tab:
    """The web chat's page, without a browser."""

    def __init__(self) -> None:
        listening = bound()
        self._page = Page(f"http://127.0.0.1:{listening.getsockname()[1]}")
        self.channel = AloneChannel(Pages((), rewriting=False), Door(frozenset(), 60))
        self.channel.socket = listening
        self._labels: dict[str, str] = {}

    async def say(self, text: str) -> None:
        kind = "command" if text.startswith("/") else "text"
        await self._ask(text.removeprefix("/"), kind)

    async def press(self, label: str) -> None:
        await self._ask(self._labels[label], "button")

    async def _ask(self, text: str, kind: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(httpx.ConnectError):  # it is just being started
                    response = await self._page.ask(text, kind=kind)
                    assert response.status_code == 202, response.text
                    return
                await asyncio.sleep(0.02)

    async def read(self) -> Heard:
        shown = await self._page.next()
        self._labels = {label: data for label, data in shown.buttons}
        quotes = [
            "".join(span[0] for span in line["spans"]) for line in shown.lines if line["quote"]
        ]
        urls = [span[2] for line in shown.lines for span in line["spans"] if span[2]]
        return Heard(shown.text, quotes, urls)

    async def close(self) -> None:
        self.channel.socket.close()
        await self._page.close()


@asynccontextmanager
async def a_tab() -> AsyncIterator[Driver]:
    tab = Tab()
    try:
        yield tab
    finally:
        await tab.close()


@asynccontextmanager
async def a_wire() -> AsyncIterator[Driver]:
    wire = Wire()
    try:
        yield wire
    finally:
        wire.close()


@asynccontextmanager
async def a_phone() -> AsyncIterator[Driver]:
    async with BotApi() as api:
        yield Phone(api)


@asynccontextmanager
async def a_phone_by_webhook() -> AsyncIterator[Driver]:
    async with BotApi() as api:
        yield Phone(api, free_port())


@asynccontextmanager
async def a_messenger() -> AsyncIterator[Driver]:
    async with GraphApi() as api:
        yield Messenger(api)


@asynccontextmanager
async def a_keyboard() -> AsyncIterator[Driver]:
    reading, writing = os.pipe()
    with (
        open(reading, encoding="utf-8") as typed,  # noqa: ASYNC230 - pipes
        open(writing, "w", encoding="utf-8") as keys,  # noqa: ASYNC230
    ):
        yield Keyboard(typed, keys)


Person = Callable[[], AbstractAsyncContextManager[Driver]]


@pytest.fixture(params=[a_keyboard, a_wire, a_tab, a_phone, a_phone_by_webhook, a_messenger])
def person(request: pytest.FixtureRequest) -> Person:
    made: Person = request.param
    return made


@asynccontextmanager
async def talking(person: Person, respond: Respond) -> AsyncIterator[Driver]:
    async with person() as driver:
        with TemporaryDirectory() as data:
            task = asyncio.create_task(carried(driver, respond, Path(data)))
            try:
                yield driver
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


async def carried(driver: Driver, respond: Respond, data: Path) -> None:
    """What serves people over a channel: the post, where it is a network."""
    channel = driver.channel
    if isinstance(channel, Direct):
        await channel.serve(respond)
        return
    store = SqliteStore(data)
    try:
        post = Post(store, [channel], respond, plain_apology, pauses=(0.05, 0.05))
        port = driver.port if isinstance(driver, Phone) else 0
        async with mounted(channel.routes(post.receive(channel)), port) as address:
            if isinstance(driver, Messenger):
                driver.address.set_result(address)
            await post.run()
    finally:
        store.close()


async def kind_and_text(question: Question) -> Reply:
    line = Line((Span(f"{question.kind} {question.text}"),))
    return Reply(language="en", lines=(line,), buttons=REPLY.buttons)


async def test_a_question_gets_its_reply_with_all_lines_quotes_and_whole_links(
    person: Person,
) -> None:
    asked: list[Question] = []

    async def respond(question: Question) -> Reply:
        asked.append(question)
        return REPLY

    async with talking(person, respond) as driver:
        await driver.say("What do I do when a child tells me?")
        heard = await driver.read()
    assert [(question.kind, question.text) for question in asked] == [
        (Kind.TEXT, "What do I do when a child tells me?")
    ]
    assert asked[0].person
    for line in REPLY.lines:
        for span in line.spans:
            assert span.text in heard.text
    assert heard.quotes == [line.text for line in REPLY.lines if line.quote]
    assert heard.urls == [URL, LONG]


async def test_a_button_comes_back_with_its_data(person: Person) -> None:
    async with talking(person, kind_and_text) as driver:
        await driver.say("Hello")
        assert "text Hello" in (await driver.read()).text
        await driver.press("Sources")
        assert "button sources:1" in (await driver.read()).text
        await driver.press("More")
        assert "button more:1" in (await driver.read()).text


@pytest.mark.parametrize("command", ["start", "help", "language sw", "unknown"])
async def test_commands_arrive(person: Person, command: str) -> None:
    async with talking(person, kind_and_text) as driver:
        await driver.say(f"/{command}")
        assert f"command {command}" in (await driver.read()).text


async def test_a_failing_answer_is_an_apology_and_the_channel_goes_on(person: Person) -> None:
    async def respond(question: Question) -> Reply:
        if question.text == "break":
            raise RuntimeError("a trace that nobody should read")
        return await kind_and_text(question)

    async with talking(person, respond) as driver:
        await driver.say("break")
        apology = (await driver.read()).text
        assert "Sorry" in apology
        assert "trace" not in apology
        await driver.say("mend")
        assert "text mend" in (await driver.read()).text


async def test_control_characters_do_not_reach_the_person(person: Person) -> None:
    async def respond(question: Question) -> Reply:
        return Reply(language="en", lines=(Line((Span("a\x1b[2Jb\x07c"),)),))

    async with talking(person, respond) as driver:
        await driver.say("Hello")
        assert "a[2Jbc" in (await driver.read()).text


async def test_it_stops_promptly_when_cancelled(person: Person, tmp_path: Path) -> None:
    async with person() as driver:
        task = asyncio.create_task(carried(driver, kind_and_text, tmp_path))
        await driver.say("Hello")
        await driver.read()
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=5)
        assert done
        assert task.cancelled()
