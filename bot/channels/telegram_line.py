"""The connection to Telegram's Bot API."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import BadRequest, TelegramError
from telegram.request import HTTPXRequest

TYPING = 4.5  # seconds: Telegram shows "typing" for five
READ = 15.0  # seconds that an answer may take


class Line:
    """`async with line() as bot`: open while anybody uses it.

    So connections are kept while we listen, and after that, what is still to be said is said.
    """

    def __init__(self, token: str, base_url: str) -> None:
        self._token, self._base_url = token, base_url
        self._users = 0
        self._bot: Bot | None = None
        _keep_quiet()

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Bot]:
        """The bot, for as long as it is used."""
        self._users += 1
        bot = self._bot = self._bot or self._opened()
        try:
            yield bot
        finally:
            self._users -= 1
            if not self._users:
                self._bot = None
                await bot.request.shutdown()

    def _opened(self) -> Bot:
        request = HTTPXRequest(connection_pool_size=32, pool_timeout=READ, read_timeout=READ)
        files = f"{self._base_url.removesuffix('bot')}file/bot"
        return Bot(self._token, base_url=self._base_url, base_file_url=files, request=request)


async def fetched(
    line: "Open", update: dict[str, Any], parts: Sequence[str], most: int
) -> tuple[str, bytes]:
    """The name and the bytes of the file in the first of these parts that a message has.

    b"" where there is none, it is gone or it is over `most` bytes. Raises TelegramError.
    """
    message = update.get("message") or {}
    held: dict[str, Any] = next((message[part] for part in parts if message.get(part)), {})
    return str(held.get("file_name", "")), await _downloaded(line, held, most)


async def _downloaded(line: "Open", held: dict[str, Any], most: int) -> bytes:
    if not held or held.get("file_size", 0) > most:
        return b""
    async with line() as bot:
        try:
            file = await bot.get_file(held["file_id"])
        except BadRequest:  # gone, or larger than a bot may fetch
            return b""
        if file.file_size is None or file.file_size > most:
            return b""
        return bytes(await file.download_as_bytearray())


Open = Callable[[], AbstractAsyncContextManager[Bot]]


@asynccontextmanager
async def typing(line: Open, update: dict[str, Any]) -> AsyncIterator[None]:
    """Show "typing" until the answer is ready, and end the waiting of a pressed button."""
    ready = asyncio.Event()
    async with line() as bot:
        task = asyncio.create_task(_show(bot, update, ready))
        try:
            yield
        finally:
            ready.set()
            await asyncio.wait({task}, timeout=1)  # sent after the answer, it would outlast it
            task.cancel()
            await asyncio.wait({task})


async def _show(bot: Bot, update: dict[str, Any], ready: asyncio.Event) -> None:
    pressed = update.get("callback_query")
    if pressed:
        with suppress(TelegramError):  # too old to answer: the press still counts
            await bot.answer_callback_query(pressed["id"])
    message = (pressed or update).get("message") or update.get("edited_message")
    while message and not ready.is_set():
        thread = message["message_thread_id"] if message.get("is_topic_message") else None
        with suppress(TelegramError):
            await bot.send_chat_action(
                message["chat"]["id"], ChatAction.TYPING, message_thread_id=thread
            )
        with suppress(TimeoutError):
            await asyncio.wait_for(ready.wait(), TYPING)


def _keep_quiet() -> None:
    """Request URLs hold the token, and the library's errors hold payloads: we log our own."""
    for name, level in (("httpx", "WARNING"), ("httpcore", "WARNING"), ("telegram", "CRITICAL")):
        logging.getLogger(name).setLevel(level)
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # else each rate limit warns of a coming change
