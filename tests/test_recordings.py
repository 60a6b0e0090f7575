"""Voice notes as Telegram and WhatsApp give them out, where a model is set to hear them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from bot.channels import telegram, whatsapp
from bot.channels.errors import plain_apology
from bot.channels.port import Channel
from bot.delivery.post import Post
from bot.delivery.sqlite import SqliteStore
from bot.hearing import MOST_AUDIO
from bot.messages import Kind, Line, Question, Reply, Span
from tests.doubles.bot_api import BotApi, Fault
from tests.doubles.graph_api import GraphApi
from tests.doubles.mounting import mounted


@asynccontextmanager
async def listening(
    channel: Channel, data: Path, *, listens: bool = True
) -> AsyncIterator[tuple[str, asyncio.Queue[Question]]]:
    """A post over the channel; its address, and what it is asked."""
    asked: asyncio.Queue[Question] = asyncio.Queue()

    async def respond(question: Question) -> Reply:
        asked.put_nowait(question)
        return Reply(language="en", lines=(Line((Span("heard"),)),))

    store = SqliteStore(data)
    post = Post(store, [channel], respond, plain_apology, pauses=(0.02, 0.02), listens=listens)
    task = asyncio.create_task(post.run())
    try:
        async with mounted(channel.routes(post.receive(channel))) as address:
            yield address, asked
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        store.close()


async def heard(asked: "asyncio.Queue[Question]") -> bytes:
    question = await asyncio.wait_for(asked.get(), 30)
    assert question.kind is Kind.VOICE
    return question.audio


async def test_telegram_gives_a_recording_and_a_lost_one_is_tried_again(tmp_path: Path) -> None:
    async with BotApi() as api:
        channel = telegram.open_channel(api.token, api.base_url)
        async with listening(channel, tmp_path) as (_, asked):
            api.fail("getFile", Fault(502, html=True))
            api.voice(sound=b"a lullaby")
            assert await heard(asked) == b"a lullaby"
            api.voice(user=43, sound=b"x" * (MOST_AUDIO + 1))
            assert await heard(asked) == b""
            api.post(42, voice={"file_id": "gone", "file_unique_id": "g", "duration": 1})
            assert await heard(asked) == b""


async def test_whatsapp_gives_a_recording_and_a_lost_one_is_tried_again(tmp_path: Path) -> None:
    async with GraphApi() as api:
        channel = whatsapp.open_channel(api.account)
        async with listening(channel, tmp_path) as (api.webhook, asked):
            for id, sound in (("71", b"a lullaby"), ("72", b"x" * (MOST_AUDIO + 1))):
                api.media[id] = ("", "audio/ogg", sound)
                await api.post({"type": "audio", "audio": {"id": id, "voice": True}})
            assert await heard(asked) == b"a lullaby"
            assert await heard(asked) == b""
            for id in ("../12", "99"):
                await api.post({"type": "audio", "audio": {"id": id, "voice": True}})
                assert await heard(asked) == b""


async def test_nothing_is_fetched_where_nobody_listens(tmp_path: Path) -> None:
    async with BotApi() as api:
        channel = telegram.open_channel(api.token, api.base_url)
        async with listening(channel, tmp_path, listens=False) as (_, asked):
            api.voice()
            assert await heard(asked) == b""
        assert not api.called("getFile")
