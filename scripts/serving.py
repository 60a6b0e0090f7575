"""Commands that answer people on a network."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
import uvicorn
from starlette.applications import Starlette

from bot import app, logs
from bot.channels.port import Channel, Receive
from scripts.shell import plainly


def serve_telegram() -> None:
    """Answer on Telegram by long polling, with the bot of TELEGRAM_TOKEN."""
    with plainly() as settings:
        channel = app.open_telegram(settings)
        assistant = app.open_assistant(settings, limited=True)
        logs.set_up()
        app.serve([channel], assistant.respond, settings)


def serve_web(
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at.")] = 8000,
) -> None:
    """Answer on a web page, at /chat."""
    with plainly() as settings:
        channel = app.open_web(settings)
        assistant = app.open_assistant(settings, limited=True)
        logs.set_up()
        app.serve([_alone(channel, host, port)], assistant.respond, settings)


class _Server(uvicorn.Server):
    """Leaves the signals to us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _alone(channel: Channel, host: str, port: int) -> Channel:
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
