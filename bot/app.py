"""Wiring: the only module that knows which parts there are."""

import asyncio
import contextlib
import signal

from bot.assistant import Assistant
from bot.channels import telegram
from bot.channels.port import Channel
from bot.messages import Respond, Rewrite
from bot.people import People
from bot.phrases import speak
from bot.settings import BadSetting, Settings, check_rewriting
from index.languages import SPOKEN
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
    """An assistant over the current index. Raises StaleIndex, UnknownPart, BadSetting."""
    current = Current(settings.exchange_data, settings.engine, open_embedder(settings))
    current()
    return Assistant(current, People(settings.exchange_data), open_rewriter(settings))


def open_rewriter(settings: Settings) -> Rewrite | None:
    """What puts quotes together, where REWRITE_URL names a model's address. Raises BadSetting."""
    if not settings.rewrite_url:
        return None
    check_rewriting(settings)
    try:
        from bot.rewriting.endpoint import Endpoint
        from bot.rewriting.rewriter import Rewriter
    except ModuleNotFoundError as error:
        raise BadSetting(
            f"REWRITE_URL={settings.rewrite_url}: needs the library {error.name};"
            " install it: .venv/bin/pip install -c requirements.lock -e '.[rewrite]'"
        ) from error
    key = settings.rewrite_key.get_secret_value()
    url, model, seconds = settings.rewrite_url, settings.rewrite_model, settings.rewrite_seconds
    return Rewriter(Endpoint(url, model, key, seconds))


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
    return speak(language if language in SPOKEN else "en")(APOLOGY)


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
