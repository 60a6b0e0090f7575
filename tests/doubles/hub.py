"""Chat and console on one port of loopback, wired as `exchange serve web` wires them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot import app
from bot.delivery.post import Post
from bot.delivery.sqlite import SqliteStore
from bot.safeguarding import first as safeguarding
from bot.settings import Settings
from tests.doubles.serving import bound, served


@asynccontextmanager
async def hub_at(settings: Settings) -> AsyncIterator[str]:
    """Serve people at /chat and staff at /console; gives the address without a path."""
    settings = settings.model_copy(update={"console": True, "web": True})
    assistant = app.open_assistant(settings, limited=True)
    (channel,) = app.open_channels(settings)
    store, socket = SqliteStore(settings.exchange_data), bound()
    post = Post(
        store, [channel], assistant.respond, app.apologise,
        urgent=safeguarding.urgent, language=assistant.language, awaits=assistant.awaits,
        drain=1,
    )  # fmt: skip
    routes = [*channel.routes(post.receive(channel)), *app.open_console(settings, assistant.opened)]
    routes += app.open_practice(settings)
    posting = asyncio.create_task(post.run())
    try:
        async with served(routes, socket):
            yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    finally:
        posting.cancel()
        with suppress(asyncio.CancelledError):
            await posting
        store.close()
        socket.close()
