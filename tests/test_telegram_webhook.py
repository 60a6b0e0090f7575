"""What knocks at the webhook: Telegram is believed by its secret alone."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from bot.channels.errors import ChannelFailed
from bot.channels.port import Incoming
from bot.channels.telegram import NO_WEBHOOK, TelegramChannel, _secret, open_channel
from bot.channels.telegram_listening import HEADER, LARGEST
from bot.delivery.port import StoreFailed
from tests.doubles.bot_api import BotApi, Fault
from tests.doubles.telegram_bot import bot, echo
from tests.doubles.telegram_people import message


class Door:
    """A webhook that knows its bot, and what came through it."""

    def __init__(self, api: BotApi) -> None:
        self.kept: list[Incoming] = []
        self.fault: Exception | None = None
        self.channel = TelegramChannel(api.token, api.base_url, webhook="http://127.0.0.1:9")
        app = Starlette(routes=self.channel.routes(self.receive))
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://bot.example.org"
        )

    async def receive(self, messages: object) -> None:
        if self.fault:
            raise self.fault
        assert isinstance(messages, list)
        self.kept += messages

    async def knock(self, content: object, secret: str | None) -> int:
        headers = {} if secret is None else {HEADER.encode(): secret.encode()}
        if isinstance(content, dict):
            return (await self.client.post("/telegram", json=content, headers=headers)).status_code
        assert isinstance(content, bytes)
        answer = await self.client.post("/telegram", content=content, headers=headers)
        return answer.status_code


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


@pytest.fixture
async def door(api: BotApi) -> AsyncIterator[Door]:
    door = Door(api)
    listen = asyncio.create_task(door.channel.listen(door.receive))
    await api.until(lambda: bool(api.called("setMyCommands")))
    api.webhook = {**api.webhook, "allowed_updates": []}  # the test knocks, not the double
    yield door
    listen.cancel()
    await asyncio.wait({listen})
    await door.client.aclose()


UPDATE = {"update_id": 5, "message": {**message(1, 42), "text": "Hello"}}


def secret(api: BotApi) -> str:
    return str(api.called("setWebhook")[0]["secret_token"])


async def test_only_who_knows_the_secret_is_let_in(api: BotApi, door: Door) -> None:
    good = secret(api)
    for wrong in (None, "", "x", good[:-1], good.upper(), "é"):
        assert await door.knock(UPDATE, wrong) == 403
    assert door.kept == []
    assert await door.knock(UPDATE, good) == 200
    assert [(one.id, one.conversation) for one in door.kept] == [("5", "42")]
    asked = door.channel.read(door.kept[0].body)
    assert asked
    assert asked.question.text == "Hello"


async def test_the_address_and_the_secret_do_not_hold_the_token(api: BotApi, door: Door) -> None:
    (call,) = api.called("setWebhook")
    assert call["url"] == "http://127.0.0.1:9/telegram"
    assert api.token not in str({**call})
    other = TelegramChannel("123456:another", api.base_url, webhook="http://127.0.0.1:9")
    assert other.routes(door.receive)
    assert len(call["secret_token"]) == 64


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"{", 400), (b"[]", 400), (b'{"update_id": "x"}', 400), (b" " * (LARGEST + 1), 413)],
)
async def test_what_is_no_update(api: BotApi, door: Door, content: bytes, status: int) -> None:
    assert await door.knock(content, secret(api)) == status
    assert door.kept == []


async def test_half_a_sign_does_not_hold_up_what_follows(tmp_path: Path) -> None:
    async with BotApi() as api, bot(api, echo, tmp_path):
        api.say("half \ud83d of a sign")
        api.say("Hello")
        sent = await api.sent(2)
    assert [message.html for message in sent] == ["answer to half  of a sign", "answer to Hello"]


async def test_what_cannot_be_kept_is_not_acknowledged(api: BotApi, door: Door) -> None:
    door.fault = StoreFailed("the disk is full")
    assert await door.knock(UPDATE, secret(api)) == 503
    door.fault = None
    assert await door.knock(UPDATE, secret(api)) == 200


async def test_before_the_bot_knows_its_name_telegram_is_asked_to_come_again(api: BotApi) -> None:
    async with BotApi() as other:
        early = Door(other)
        assert await early.knock(UPDATE, _secret(other.token)) == 503
        await early.client.aclose()


async def test_telegram_comes_again_and_twice_and_is_answered_once(tmp_path: Path) -> None:
    async with BotApi() as api:
        api.twice = True
        api.say("before the start")
        async with bot(api, echo, tmp_path, webhook=True):
            api.say("Hello")
            await api.sent(2)
            await api.until(lambda: api.pending() == 0)
    assert [sent.html for sent in api.messages] == [
        "answer to before the start",
        "answer to Hello",
    ]
    assert api.answers.count(200) == 4


@pytest.mark.parametrize(
    "url", ["http://bot.example.org", "bot.example.org", "https://", "https://[", "https://b/?a=1"]
)
def test_an_address_that_telegram_cannot_call_is_refused_at_once(url: str) -> None:
    with pytest.raises(ChannelFailed, match=r"TELEGRAM_WEBHOOK=.*https://bot\.example\.org"):
        open_channel("1:a", webhook=url)
    assert open_channel("1:a", webhook="https://bot.example.org/").routes(None)  # type: ignore[arg-type]


async def test_an_address_that_telegram_refuses_is_one_clear_line() -> None:
    url = "http://127.0.0.1:9"

    async def nowhere(_: object) -> None:
        raise AssertionError

    async with BotApi() as api:
        api.fail("setWebhook", Fault(400, said="Bad Request: bad webhook: a secret"))
        with pytest.raises(ChannelFailed, match="refuses to call this") as caught:
            await open_channel(api.token, api.base_url, webhook=url).listen(nowhere)
    assert str(caught.value) == NO_WEBHOOK.format(url=url, why="refuses to call this")


async def test_polling_takes_the_webhook_down_and_drops_nothing(tmp_path: Path) -> None:
    async with BotApi() as api:
        async with bot(api, echo, tmp_path, webhook=True):
            await api.until(lambda: bool(api.called("setMyCommands")))
        api.say("in between")
        async with bot(api, echo, tmp_path):
            (sent,) = await api.sent(1)
        assert sent.html == "answer to in between"
        assert api.called("deleteWebhook") == [{}]
