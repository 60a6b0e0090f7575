"""Real HTTP on loopback for a channel's routes: uvicorn in this loop."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.channels.port import Receive
from bot.channels.web import WebChannel


def bound(port: int = 0) -> socket.socket:
    """A socket on loopback; its port is known before anybody listens."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
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

    async def listen(self, receive: Receive) -> None:
        async with served(self.routes(receive), self.socket):
            await super().listen(receive)
