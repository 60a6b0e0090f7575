"""Telegram by long polling: nothing has to be reachable from outside."""

import asyncio
import logging
import os
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import httpx
from telegram import (
    Bot,
    BotCommand,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
    Update,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, TelegramError
from telegram.ext import (
    AIORateLimiter,
    Application,
    BaseUpdateProcessor,
    CallbackContext,
    TypeHandler,
)
from telegram.request import HTTPXRequest

from bot.channels.errors import Apology, ChannelFailed, plain_apology, sorry
from bot.channels.telegram_questions import to_question
from bot.channels.telegram_render import keyboard, render
from bot.logs import fault, logger
from bot.messages import Reply, Respond
from bot.phrases import languages

AT_ONCE = 8  # questions answered at the same time; each person's own stay in order
POLL = 30  # seconds that Telegram holds a getUpdates open when nothing comes
DRAIN = 15.0  # seconds that running answers may take after the channel is told to stop
TYPING = 4.5  # seconds: Telegram shows "typing" for five
UPDATES = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY)
Menu = Callable[[str], Mapping[str, str]]
"""A language (ISO 639-1) to the commands' names, each with what it does."""

_HOW = "Create a bot with @BotFather in Telegram and set TELEGRAM_TOKEN to the token it gives."
MISSING = f"TELEGRAM_TOKEN is not set. {_HOW}"
MALFORMED = f"TELEGRAM_TOKEN does not look like a token (123456:letters and digits). {_HOW}"
REFUSED = f"Telegram refuses the token in TELEGRAM_TOKEN: it is wrong or was revoked. {_HOW}"

_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")

_Application = Application[Any, Any, Any, Any, Any, Any]
_Context = CallbackContext[Any, Any, Any, Any]
log = logger(__name__)


def no_commands(language: str) -> Mapping[str, str]:
    """For wiring that brings no menu."""
    return {}


def open_channel(
    token: str,
    base_url: str = "https://api.telegram.org/bot",
    *,
    apology: Apology = plain_apology,
    commands: Menu = no_commands,
) -> "TelegramChannel":
    """Take the bot of this token; ChannelFailed where it cannot be a token. Touches no network."""
    token = token.strip()
    if not token:
        raise ChannelFailed(MISSING)
    if not _TOKEN.fullmatch(token):
        raise ChannelFailed(MALFORMED)
    return TelegramChannel(token, base_url, apology=apology, commands=commands)


class _InTurn(BaseUpdateProcessor):
    """Several people at once, but each person's messages in the order they came."""

    def __init__(self) -> None:
        super().__init__(max_concurrent_updates=256)  # waiting costs little; slots count
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Wait for this person's turn, then for a free slot."""
        user = update.effective_user if isinstance(update, Update) else None
        turn = self._turns.setdefault(user.id if user else 0, asyncio.Lock())
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        async with turn, self._slots:
            await coroutine

    def cancel(self) -> None:
        """Give up what is still running."""
        for task in self._tasks:
            task.cancel()


class TelegramChannel:
    """One bot. Answers go out with links whole, previews off, buttons under the last message."""

    def __init__(
        self,
        token: str,
        base_url: str,
        *,
        apology: Apology = plain_apology,
        commands: Menu = no_commands,
        pauses: Sequence[float] = (1, 4),
        drain: float = DRAIN,
    ) -> None:
        """`pauses`: seconds before each new try of a send that the network lost."""
        self._token, self._base_url = token, base_url
        self._apology, self._commands = apology, commands
        self._pauses, self._drain = pauses, drain
        self._albums: deque[str] = deque(maxlen=64)  # an album is one message a photo: answer one

    async def serve(self, respond: Respond) -> None:
        """Answer people until cancelled; ChannelFailed where Telegram cannot be served."""
        _keep_quiet()
        refused = asyncio.Event()
        in_turn = _InTurn()
        application = self._application(respond, in_turn, refused)
        try:
            await self._start(application)
            await refused.wait()
            raise ChannelFailed(REFUSED)
        finally:
            await self._stop(application, in_turn)

    def _application(
        self, respond: Respond, in_turn: _InTurn, refused: asyncio.Event
    ) -> _Application:
        async def notice(response: httpx.Response) -> None:
            if response.status_code in {401, 404}:  # the library's poll loop would end unseen
                refused.set()

        polling = HTTPXRequest(
            connection_pool_size=2, httpx_kwargs={"event_hooks": {"response": [notice]}}
        )

        async def handle(update: Update, context: _Context) -> None:
            await self._handle(respond, update, context.bot)

        application = (
            Application.builder()
            .token(self._token)
            .base_url(self._base_url)
            .get_updates_request(polling)
            .rate_limiter(AIORateLimiter(max_retries=3))
            .concurrent_updates(in_turn)
            .build()
        )
        application.add_handler(TypeHandler(Update, handle))
        application.add_error_handler(_note)
        return application

    async def _start(self, application: _Application) -> None:
        assert application.updater
        try:
            await application.initialize()
            await application.start()
            await application.updater.start_polling(
                timeout=POLL, allowed_updates=UPDATES, error_callback=_polling_failed
            )
        except InvalidToken:  # its text holds the token: keep it out of the chain
            raise ChannelFailed(REFUSED) from None
        except TelegramError as error:
            host = urlsplit(self._base_url).hostname
            raise ChannelFailed(
                f"Telegram cannot be reached at {host} ({type(error).__name__}). "
                "Check the network, a proxy or a firewall, and start again."
            ) from None
        log.info("listening", bot=application.bot.username)
        with suppress(TelegramError):  # the menu is a convenience
            for language in languages():  # English is also for phones in any other language
                menu = [BotCommand(*entry) for entry in self._commands(language).items()]
                code = None if language == "en" else language
                await application.bot.set_my_commands(menu, language_code=code)

    async def _stop(self, application: _Application, in_turn: _InTurn) -> None:
        if application.updater and application.updater.running:
            with suppress(TelegramError):
                await application.updater.stop()
        if application.running:
            stopping = asyncio.ensure_future(application.stop())
            done, _ = await asyncio.wait({stopping}, timeout=self._drain)
            if not done:
                in_turn.cancel()
            await stopping
        await application.bot.shutdown()  # also where initialize failed half-way
        await application.shutdown()

    async def _handle(self, respond: Respond, update: Update, bot: Bot) -> None:
        began = time.monotonic()
        if update.callback_query:
            with suppress(TelegramError):  # too old to answer: the press still counts
                await update.callback_query.answer()
        question = to_question(update, bot.username)
        if question is None or not update.effective_chat or self._seen(update.effective_message):
            return
        chat = update.effective_chat.id
        message = update.effective_message
        # In a group, show whose question this answers.
        to = message.message_id if message and chat < 0 and not update.callback_query else None
        try:
            async with _typing(bot, chat):
                reply = await respond(question)
            await self._send(bot, chat, reply, to)
        except Exception as error:
            log.error("failed", update=update.update_id, **fault(error))
            await self._send(bot, chat, sorry(self._apology, question.language), to)
        taken = round(1000 * (time.monotonic() - began))
        log.info("done", update=update.update_id, milliseconds=taken)

    def _seen(self, message: Message | None) -> bool:
        album = message.media_group_id if message else None
        if album is None:
            return False
        seen = album in self._albums
        self._albums.append(album)
        return seen

    async def _send(self, bot: Bot, chat: int, reply: Reply, to: int | None) -> None:
        messages = render(reply)
        for number, html in enumerate(messages, 1):

            async def send(html: str = html, last: bool = number == len(messages)) -> None:
                await bot.send_message(
                    chat,
                    html,
                    parse_mode=ParseMode.HTML,
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                    reply_markup=keyboard(reply.buttons) if last else None,
                    reply_parameters=(
                        ReplyParameters(to, allow_sending_without_reply=True) if to else None
                    ),
                )

            await self._persist(send)

    async def _persist(self, send: Callable[[], Awaitable[None]]) -> None:
        """Try again after network errors: an answer twice is better than an answer lost."""
        for pause in self._pauses:
            try:
                return await send()
            except BadRequest:  # a NetworkError to the library, yet the same again next time
                raise
            except NetworkError:
                await asyncio.sleep(pause)
        await send()


@asynccontextmanager
async def _typing(bot: Bot, chat: int) -> AsyncIterator[None]:
    """Show "typing" until the answer is ready."""
    ready = asyncio.Event()

    async def show() -> None:
        while not ready.is_set():
            with suppress(TelegramError):
                await bot.send_chat_action(chat, ChatAction.TYPING)
            with suppress(TimeoutError):
                await asyncio.wait_for(ready.wait(), TYPING)

    task = asyncio.create_task(show())
    try:
        yield
    finally:
        ready.set()
        await asyncio.wait({task}, timeout=1)  # sent after the answer, it would outlast it
        task.cancel()


def _keep_quiet() -> None:
    """Request URLs hold the token, and the library's errors hold payloads: we log our own."""
    for name, level in (("httpx", "WARNING"), ("httpcore", "WARNING"), ("telegram", "CRITICAL")):
        logging.getLogger(name).setLevel(level)
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # else each rate limit warns of a coming change


async def _note(update: object, context: _Context) -> None:
    number = update.update_id if isinstance(update, Update) else 0
    log.error("no answer", update=number, error=type(context.error).__name__)


def _polling_failed(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        log.error("another program polls with this token; stop one of the two")
    else:
        log.warning("polling failed, trying again", error=type(error).__name__)
