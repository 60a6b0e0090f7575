"""A Telegram channel with its post, and its webhook on a loopback port; as a program, an echo."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from bot.channels.errors import Apology, plain_apology
from bot.channels.telegram import TelegramChannel
from bot.delivery.post import Post
from bot.delivery.sqlite import SqliteStore
from bot.messages import Line, Question, Reply, Respond, Span
from tests.doubles.bot_api import BotApi


@asynccontextmanager
async def carrying(
    channel: TelegramChannel,
    respond: Respond,
    data: Path,
    *,
    listener: socket.socket | None = None,
    apology: Apology = plain_apology,
    drain: float = 10,
) -> AsyncIterator[asyncio.Task[None]]:
    """Yields the post at work; it is stopped as SIGTERM would. `listener`: for the webhook."""
    store = SqliteStore(data)
    post = Post(store, [channel], respond, apology, pauses=(0.05, 0.05), drain=drain)
    routes = channel.routes(post.receive(channel))
    async with mounted(Starlette(routes=routes), listener):
        work = asyncio.create_task(post.run())
        try:
            yield work
        finally:
            work.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await work
            store.close()


@asynccontextmanager
async def mounted(app: Starlette, listener: socket.socket | None) -> AsyncIterator[None]:
    """Serve on it, where there is one."""
    if listener is None:
        yield
        return
    config = uvicorn.Config(app, log_config=None, lifespan="off", http="h11", ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def listening(port: int = 0) -> tuple[socket.socket, str]:
    """A socket for a webhook, and its address."""
    listener = socket.create_server(("127.0.0.1", port))
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


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
    listener, url = listening() if webhook else (None, "")
    channel = TelegramChannel(api.token, api.base_url, webhook=url, wait=1)
    carried = carrying(channel, respond, data, listener=listener, apology=apology, drain=drain)
    async with carried as work:
        yield work


async def echo(question: Question) -> Reply:
    await asyncio.sleep(0.01)
    return Reply(language="en", lines=(Line((Span(f"answer to {question.text}"),)),))


async def _main(data: Path, base_url: str, token: str, port: int) -> None:
    listener, url = listening(port) if port else (None, "")
    channel = TelegramChannel(token, base_url, webhook=url, wait=1)
    told = asyncio.Event()
    async with carrying(channel, echo, data, listener=listener) as work:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
        print("ready", flush=True)
        waiting = asyncio.create_task(told.wait())
        await asyncio.wait({waiting, work}, return_when=asyncio.FIRST_COMPLETED)


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
