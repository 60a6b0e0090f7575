"""Wiring: the only module that knows which parts there are."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from starlette.routing import BaseRoute

from bot import memory, privacy
from bot.assistant import Assistant
from bot.channels.errors import ChannelFailed
from bot.channels.port import Channel, Direct
from bot.delivery.post import Post
from bot.desk.contributions import Contributions
from bot.desk.curated import CuratedAnswers
from bot.desk.matching import Matching
from bot.desk.passed import Passed
from bot.desk.passing import Passing
from bot.desk.proposals import Proposals
from bot.desk.sharing import Sharing
from bot.following import follow, follow_on
from bot.hearing import HearingFailed, open_hearing
from bot.learning.guiding import open_learning
from bot.learning.reminding import remind
from bot.limits import Limits
from bot.messages import Respond, Rewrite
from bot.metrics import Metrics
from bot.opening import open_counts, open_part, open_people, open_store
from bot.pages import Pages
from bot.phrases import languages, speak
from bot.polls import Polls
from bot.retention import sweep_daily
from bot.running import alone, carry, until_told
from bot.safeguarding import first as safeguarding
from bot.server import State, open_server
from bot.settings import BadSetting, Settings
from bot.voice import Voice
from bot.workshops.joining import Joining
from bot.workshops.kept import Workshops
from bot.workshops.links import links
from bot.workshops.trainers import Trainers
from corpus.originals import FOLDER, Originals
from index import unpacked
from index.opened import Current, Opened
from index.plugins import load
from index.ports import Embedder, StaleIndex

APOLOGY = (
    "I could not answer just now, because of a fault on my side. Please send it again in a moment."
)


def open_embedder(settings: Settings) -> Embedder:
    """The embedder that the settings name. Raises UnknownPart."""
    unpacked.look_in(settings.exchange_data)
    module = load("index.embedders", settings.embedder)
    embedder: Embedder = module.open_embedder(settings.embedder_model)
    return embedder


def keep_models(settings: Settings) -> None:
    """Let the models that this process opens lie unpacked in the data folder, for quick starts."""
    unpacked.keep_in(settings.exchange_data)


def open_current(settings: Settings) -> Current:
    """What gives the library that answers now, and its index.

    Raises UnknownPart, and DatabaseFailed where the engine needs a database.
    """
    follow(settings)
    embedder = open_embedder(settings)
    return Current(settings.exchange_data, settings.engine, embedder, settings.dsn)


def open_assistant(settings: Settings, *, limited: bool = False) -> Assistant:
    """An assistant over the current index.

    Raises StaleIndex, UnknownPart, BadSetting, BadKey, BadTable, BadHelpline, TablesFailed.

    `limited`: whether people on a network may flood it, so that it slows them down.
    """
    current = open_current(settings)
    current()
    safeguarding.ready()
    people = open_people(settings)
    rates = settings.rate_person, settings.rate_all
    limits = Limits(people, *rates, room=settings.rate_room) if limited else None
    workshops = open_part(Workshops, settings)
    joining = Joining(workshops, people, current, rewriting=bool(settings.rewrite_url))
    return Assistant(
        current,
        people,
        counts=open_counts(settings),
        limits=limits,
        contact=settings.contact,
        key_days=settings.key_days,
        rewrite=open_rewriter(settings),
        pages=Pages(Originals(settings.exchange_data / FOLDER)),
        voice=open_voice(settings),
        passing=open_passing(settings) if limited and settings.passes_on else None,
        matching=Matching(open_part(CuratedAnswers, settings)),
        sharing=Sharing(open_part(Contributions, settings)),
        proposals=open_part(Proposals, settings),
        joining=joining,
        trainers=Trainers(workshops, people, current, partial(links, settings=settings)),
        polls=Polls(current, joining.topic, lambda person: people.trainer(person)[1]),
        learning=open_learning(settings, people, lambda: current().library),
    )


def open_passing(settings: Settings) -> Passing:
    """What passes questions on to the hub's staff."""
    return Passing(open_part(Passed, settings), settings.pass_days)


def open_voice(settings: Settings) -> Voice:
    """What hears voice notes, where VOICE_MODEL names a model. Raises BadSetting."""
    if not settings.voice_model:
        return Voice()
    try:
        return Voice(open_hearing(settings.voice_model))
    except HearingFailed as error:
        raise BadSetting(f"VOICE_MODEL={settings.voice_model}: {error}") from error


def open_rewriter(settings: Settings) -> Rewrite | None:
    """What puts quotes together, where REWRITE_URL names a model's address. Raises BadSetting."""
    if not settings.rewrite_url:
        return None
    from bot.rewriting.ready import check_rewriting  # nothing of it is loaded without an address

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
        open_current(settings)()
    except StaleIndex:
        return True
    return False


def open_telegram(settings: Settings) -> Channel:
    """Telegram with the settings' token. Raises ChannelFailed."""
    from bot.channels import telegram  # no terminal waits for a network's library

    token = settings.telegram_token.get_secret_value()
    return telegram.open_channel(
        token,
        settings.telegram_api,
        webhook=settings.telegram_webhook,
        commands=privacy.commands,
        room_commands=privacy.room_commands,
    )


def open_whatsapp(settings: Settings) -> Channel:
    """WhatsApp with the settings' number. Raises ChannelFailed."""
    from bot.channels import whatsapp  # as above

    return whatsapp.open_channel(
        whatsapp.Account(
            token=settings.whatsapp_token.get_secret_value(),
            phone=settings.whatsapp_phone_id,
            secret=settings.whatsapp_app_secret.get_secret_value(),
            verify=settings.whatsapp_verify_token.get_secret_value(),
            api=settings.whatsapp_api,
            template=settings.whatsapp_template,
            template_language=settings.whatsapp_template_language,
            number=settings.whatsapp_number,
        )
    )


def open_web(settings: Settings) -> Channel:
    """The web chat as the settings have it."""
    from bot.channels import web

    return web.open_channel(
        embed=settings.web_embed.split(),
        proxies=settings.web_proxy.split(),
        per_minute=settings.web_sessions,
        rewriting=bool(settings.rewrite_url),
    )


def apologise(language: str | None) -> str:
    """What a person reads when an answer failed."""
    return speak(language if language in languages() else "en")(APOLOGY)


def run(channel: Direct, respond: Respond) -> None:
    """Serve somebody at this machine until the process is told to stop (SIGINT, SIGTERM)."""
    asyncio.run(until_told(channel.serve(respond)))


def open_channels(settings: Settings) -> list[Channel]:
    """All channels that the settings name. Raises ChannelFailed where they name none."""
    channels: list[Channel] = []
    if settings.telegram_token.get_secret_value():
        channels.append(open_telegram(settings))
    if settings.whatsapp_token.get_secret_value():
        channels.append(open_whatsapp(settings))
    if settings.web:
        channels.append(open_web(settings))
    if not channels:
        raise ChannelFailed(
            "no channel is set up: set TELEGRAM_TOKEN, WHATSAPP_TOKEN or WEB=on (README says how)"
        )
    return channels


def open_console(settings: Settings, opened: Callable[[], Opened] | None = None) -> list[BaseRoute]:
    """The staff's pages, below /console, where the settings have them.

    `opened` gives the library that answers now; None: it is opened for them.
    """
    if not settings.console:
        return []
    from bot.console.app import console  # argon2 is for who has a console
    from bot.console.sections import sections

    if opened is None:
        opened = open_current(settings)
    return console(settings, sections(settings, opened))


def open_practice(settings: Settings) -> list[BaseRoute]:
    """The pages that answers from practice link to, where PRACTICE_URL names them."""
    if not settings.practice_url:
        return []
    from bot.desk import practice  # as above: pages of the web

    return practice.routes(open_part(Contributions, settings))


def serve_console(settings: Settings) -> None:
    """Serve the staff's pages alone until told to stop. Raises BadSetting."""
    routes = open_console(settings.model_copy(update={"console": True}))
    server = open_server(routes, settings.host, settings.port)
    asyncio.run(until_told(alone(server)))


def serve(
    channels: Sequence[Channel], assistant: Assistant, settings: Settings, *, pages: bool = False
) -> None:
    """Serve people on networks until told to stop, and erase what is due meanwhile.

    `pages`: open the port for health and metrics also where no network calls us.
    Raises StoreFailed, ChannelFailed, BadSetting.
    """
    memory.share_arenas()
    store = open_store(settings, channels=[one.name for one in channels])
    try:
        assistant.warm_up()
        memory.give_back()
        metrics = Metrics()
        post = Post(
            store, channels, assistant.respond, apologise,
            urgent=safeguarding.urgent, language=assistant.language, saw=metrics.saw,
            listens=bool(settings.voice_model), awaits=assistant.awaits,
        )  # fmt: skip
        routes = [route for one in channels for route in one.routes(post.receive(one))]
        routes += open_console(settings, assistant.opened)
        routes += open_practice(settings)
        server = None
        if routes or pages:
            state = State(post, store, assistant.opened, metrics)
            server = open_server([*routes, *state.routes()], settings.host, settings.port)
        beside = [sweep_daily(settings), remind(assistant.learning, store), follow_on(settings)]
        asyncio.run(until_told(carry(post, server, beside)))
    finally:
        store.close()
