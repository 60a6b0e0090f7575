"""Wiring: the only module that knows which parts there are."""

import asyncio
import contextlib
import signal

from bot.assistant import Assistant
from bot.channels import telegram
from bot.channels.port import Channel
from bot.messages import Respond
from bot.people import People
from bot.phrases import languages, speak
from bot.safeguarding import first as safeguarding
from bot.settings import Settings
from index.opened import Current
from index.plugins import load
from index.ports import Embedder, StaleIndex

SHELF = "shelf.db"
APOLOGY = (
    "I could not answer just now, because of a fault on my side. Please send it again in a moment."
)


def open_embedder(settings: Settings) -> Embedder:
    """The embedder that the settings name. Raises UnknownPart."""
    module = load("index.embedders", settings.embedder)
    embedder: Embedder = module.open_embedder(settings.embedder_model)
    return embedder


def open_assistant(settings: Settings) -> Assistant:
    """An assistant over the current index.

    Raises StaleIndex, UnknownPart, BadTable, BadHelpline.
    """
    current = Current(settings.exchange_data, settings.engine, open_embedder(settings))
    current()
    safeguarding.ready()
    return Assistant(current, People(settings.exchange_data))


def needs_refresh(settings: Settings) -> bool:
    """Whether there is no index that this program and these settings can open."""
    try:
        Current(settings.exchange_data, settings.engine, open_embedder(settings))()
    except StaleIndex:
        return True
    return False


def open_telegram(settings: Settings) -> Channel:
    """Telegram with the settings' token. Raises ChannelFailed."""
    token = settings.telegram_token.get_secret_value()
    return telegram.open_channel(token, settings.telegram_api, apology=apologise)


def apologise(language: str | None) -> str:
    """What a person reads when an answer failed."""
    return speak(language if language in languages() else "en")(APOLOGY)


def run(channel: Channel, respond: Respond) -> None:
    """Serve until the process is told to stop (SIGINT, SIGTERM)."""

    async def serve() -> None:
        task = asyncio.current_task()
        assert task is not None
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await channel.serve(respond)

    asyncio.run(serve())
