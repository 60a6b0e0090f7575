"""Real HTTP on loopback for a channel's routes: uvicorn in this loop.

As a program it is a post with an echo behind the web chat, for the kill test.
"""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.channels.errors import plain_apology
from bot.channels.port import Receive
from bot.channels.web import WebChannel
from bot.channels.web_door import Door
from bot.channels.web_pages import Pages
from bot.delivery.post import Post
from bot.delivery.sqlite import SqliteStore
from tests.doubles.lines import echo


def bound(port: int = 0) -> socket.socket:
    """A socket on loopback; its port is known before anybody listens."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    held.bind(("127.0.0.1", port))
    return held


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(routes: Sequence[BaseRoute], at: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        Starlette(routes=list(routes)), log_config=None, access_log=False, lifespan="off",
        timeout_graceful_shutdown=1, proxy_headers=False,
    )  # fmt: skip
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[at]))
    try:
        while not server.started:  # noqa: ASYNC110 - it has no event for it
            await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await asyncio.wait_for(task, 5)


class AloneChannel(WebChannel):
    """The web chat with a server of its own."""

    socket: socket.socket

    def __init__(self, pages: Pages, door: Door) -> None:
        super().__init__(pages, door)
        self.ready = asyncio.Event()

    async def listen(self, receive: Receive) -> None:
        async with served(self.routes(receive), self.socket):
            self.ready.set()
            await super().listen(receive)


async def _main(data: Path, port: int) -> None:
    channel = AloneChannel(Pages((), rewriting=False), Door(frozenset(), 1_000))
    channel.socket = bound(port)
    store = SqliteStore(data)
    post = asyncio.create_task(Post(store, [channel], echo, plain_apology).run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, post.cancel)
    await channel.ready.wait()
    print(channel.socket.getsockname()[1], flush=True)
    with suppress(asyncio.CancelledError):
        await post
    store.close()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), int(sys.argv[2])))
