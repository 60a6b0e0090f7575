"""A server for the web chat alone, until one server carries all channels."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from bot.channels.port import Channel, Receive


class _Server(uvicorn.Server):
    """Leaves the signals to us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def alone(channel: Channel, host: str, port: int) -> Channel:
    """The channel with a server of its own: what it listens to is its routes."""
    listen = channel.listen

    async def served(receive: Receive) -> None:
        routes = Starlette(routes=list(channel.routes(receive)))
        config = uvicorn.Config(
            routes, host, port, log_config=None, access_log=False, lifespan="off",
            timeout_graceful_shutdown=3, proxy_headers=False, server_header=False,
        )  # fmt: skip
        server = _Server(config)
        serving = asyncio.create_task(server.serve())
        try:
            await listen(receive)
        finally:
            server.should_exit = True
            await serving

    channel.listen = served  # type: ignore[method-assign]
    return channel
