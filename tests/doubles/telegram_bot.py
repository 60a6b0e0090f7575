"""A Telegram channel with its post, and its webhook on a loopback port; as a program, an echo."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from bot.channels.errors import Apology, plain_apology
from bot.channels.telegram import TelegramChannel
from bot.delivery.post import Post
from bot.delivery.sqlite import SqliteStore
from bot.messages import Line, Question, Reply, Respond, Span
from tests.doubles.bot_api import BotApi
from tests.doubles.mounting import free_port, mounted


@asynccontextmanager
async def carrying(
    channel: TelegramChannel,
    respond: Respond,
    data: Path,
    *,
    port: int = 0,
    apology: Apology = plain_apology,
    drain: float = 10,
) -> AsyncIterator[asyncio.Task[None]]:
    """Yields the post at work; it is stopped as SIGTERM would. `port`: of the webhook."""
    store = SqliteStore(data)
    post = Post(store, [channel], respond, apology, pauses=(0.05, 0.05), drain=drain)
    routes = channel.routes(post.receive(channel))
    async with mounted(routes, port):
        work = asyncio.create_task(post.run())
        try:
            yield work
        finally:
            work.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await work
            store.close()


@asynccontextmanager
async def bot(
    api: BotApi,
    respond: Respond,
    data: Path,
    *,
    webhook: bool = False,
    apology: Apology = plain_apology,
    drain: float = 10,
) -> AsyncIterator[asyncio.Task[None]]:
    """A bot of the double's token, by long polling or by webhook."""
    port = free_port() if webhook else 0
    channel = TelegramChannel(api.token, api.base_url, webhook=address(port), wait=1)
    async with carrying(channel, respond, data, port=port, apology=apology, drain=drain) as work:
        yield work


def address(port: int) -> str:
    """Where Telegram calls us; "" for no port."""
    return f"http://127.0.0.1:{port}" if port else ""


async def echo(question: Question) -> Reply:
    await asyncio.sleep(0.01)
    return Reply(language="en", lines=(Line((Span(f"answer to {question.text}"),)),))


async def _main(data: Path, base_url: str, token: str, port: int) -> None:
    channel = TelegramChannel(token, base_url, webhook=address(port), wait=1)
    told = asyncio.Event()
    async with carrying(channel, echo, data, port=port) as work:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
        print("ready", flush=True)
        waiting = asyncio.create_task(told.wait())
        await asyncio.wait({waiting, work}, return_when=asyncio.FIRST_COMPLETED)


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
