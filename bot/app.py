"""Wiring: the only module that knows which parts there are."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.assistant import Assistant
from bot.channels import telegram
from bot.channels.port import Channel
from bot.messages import Respond
from bot.people import People
from bot.phrases import speak
from bot.settings import Settings
from corpus.adding import Details, Fate, Outcome, add
from corpus.library import Holding, Library
from corpus.refresh import Changes, refresh_cards
from corpus.source import read_catalogue
from index.editing import editing, held_library
from index.languages import SPOKEN, detect
from index.opened import Current
from index.plugins import load
from index.ports import Embedder, StaleIndex
from index.publish import Progress, Published, publish

APOLOGY = (
    "I could not answer just now, because of a fault on my side. Please send it again in a moment."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What a refresh did."""

    changes: Changes
    published: Published


def open_embedder(settings: Settings) -> Embedder:
    """The embedder that the settings name. Raises UnknownPart."""
    module = load("index.embedders", settings.embedder)
    embedder: Embedder = module.open_embedder(settings.embedder_model)
    return embedder


def open_assistant(settings: Settings) -> Assistant:
    """An assistant over the current index. Raises StaleIndex, UnknownPart."""
    current = Current(settings.exchange_data, settings.engine, open_embedder(settings))
    current()
    return Assistant(current, People(settings.exchange_data))


def refresh(settings: Settings, progress: Progress) -> Refreshed:
    """Bring the library in line with the catalogue and publish an index of it. Raises Busy."""
    catalogue = read_catalogue(settings.catalogue)
    with editing(settings.exchange_data) as library:
        changes = refresh_cards(catalogue, library)
        return Refreshed(changes=changes, published=_publish(settings, library, progress))


def add_documents(
    settings: Settings,
    targets: Sequence[str],
    details: Details,
    progress: Progress,
    tell: Callable[[Outcome], None],
) -> list[Outcome]:
    """Add documents one by one, each reported as it is done; then publish once if any is new.

    Raises Busy.
    """
    outcomes = []
    with editing(settings.exchange_data) as library:
        for target in targets:
            outcome = add(target, library, _language, details, settings.fetch_private)
            outcomes.append(outcome)
            tell(outcome)
        if any(outcome.fate in (Fate.ADDED, Fate.CHANGED) for outcome in outcomes):
            _publish(settings, library, progress)
    return outcomes


def remove_source(settings: Settings, id: str, progress: Progress) -> None:
    """Take a source with all its documents out of the library, and publish.

    Raises KeyError where it is not held, Busy.
    """
    with editing(settings.exchange_data) as library:
        library.source(id)
        library.remove_source(id)
        _publish(settings, library, progress)


def holdings(settings: Settings) -> list[Holding]:
    """What the library holds, as it answers now."""
    path = held_library(settings.exchange_data)
    if path is None:
        return []
    library = Library(path)
    try:
        return library.holdings()
    finally:
        library.close()


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


def _language(text: str, stated: str | None) -> str:
    """What a document is in: its text decides among the languages that can be told apart."""
    return stated if stated and stated not in SPOKEN else detect(text, stated)


def _publish(settings: Settings, library: Library, progress: Progress) -> Published:
    return publish(
        settings.exchange_data,
        library,
        open_embedder(settings),
        settings.engine,
        settings.calibration,
        progress,
    )
