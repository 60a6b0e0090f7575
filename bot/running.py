"""Running what serves until the process is told to stop, and ending it in order."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine, Sequence
from typing import Any

from bot.delivery.post import Post
from bot.server import Server


async def alone(server: Server) -> None:
    """Run the server by itself."""
    serving = asyncio.create_task(server.serve())
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await asyncio.wait([serving])


async def carry(
    post: Post, server: Server | None, beside: Sequence[Coroutine[Any, Any, None]]
) -> None:
    """Run the post, the server and what is `beside`. At the end: accept no more, drain, hang up."""
    posting = asyncio.create_task(post.run())
    others = [asyncio.create_task(one) for one in beside]
    tasks = [posting, *([asyncio.create_task(server.serve())] if server else [])]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if server:
            server.should_exit = True  # what streams to people goes on while the post drains
        for one in others:
            one.cancel()
        posting.cancel()
        await asyncio.wait([posting])
        if server:
            server.force_exit = True
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.result()


async def until_told(work: Coroutine[Any, Any, None]) -> None:
    """Run it until it ends or the process is told to stop (SIGINT, SIGTERM)."""
    task = asyncio.ensure_future(work)
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
