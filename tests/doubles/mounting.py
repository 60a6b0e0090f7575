"""A channel's routes on a loopback port, as the bot's server would have them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute


@asynccontextmanager
async def mounted(routes: Sequence[BaseRoute], port: int = 0) -> AsyncIterator[str]:
    """Serve them; yields the address, "http://127.0.0.1:1234"."""
    listening = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(
        Starlette(routes=routes), log_config=None, lifespan="off", http="h11", ws="none"
    )
    server = uvicorn.Server(config)
    server.capture_signals = nullcontext  # type: ignore[assignment]  # the test's own
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listening.close()


def free_port() -> int:
    """A port that nobody listens on, for an address that must be known before."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
