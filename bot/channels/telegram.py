"""Telegram: by long polling, where nothing has to be reachable from outside, or by webhook."""

import hashlib
import hmac
import json
import re
from asyncio import Event
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any
from urllib.parse import urlsplit

from starlette.routing import BaseRoute
from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeDefault
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.channels import telegram_calls
from bot.channels.addresses import callable_at
from bot.channels.errors import ChannelFailed, Later
from bot.channels.port import MOST_FILE, Asked, Incoming, Receive
from bot.channels.telegram_line import Line, fetched, typing
from bot.channels.telegram_listening import POLL, Keep, poll, webhook
from bot.channels.telegram_questions import UPDATES, Albums, conversation, read
from bot.hearing import MOST_AUDIO
from bot.logs import logger
from bot.messages import File, Reply
from bot.phrases import languages

API = "https://api.telegram.org/bot"
PATH = "/telegram"  # of the webhook, below the address of our server
Menu = Callable[[str], Mapping[str, str]]
"""A language (ISO 639-1) to the commands' names, each with what it does."""

_HOW = "Create a bot with @BotFather in Telegram and set TELEGRAM_TOKEN to the token it gives."
MISSING = f"TELEGRAM_TOKEN is not set. {_HOW}"
MALFORMED = f"TELEGRAM_TOKEN does not look like a token (123456:letters and digits). {_HOW}"
REFUSED = f"Telegram refuses the token in TELEGRAM_TOKEN: it is wrong or was revoked. {_HOW}"
NO_WEBHOOK = (
    "TELEGRAM_WEBHOOK={url}: Telegram {why}. It must be this server's public address, as"
    " https://bot.example.org, on port 443, 80, 88 or 8443; or leave it empty to poll."
)

_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
log = logger(__name__)


def no_commands(language: str) -> Mapping[str, str]:
    """For wiring that brings no menu."""
    return {}


def open_channel(
    token: str,
    base_url: str = API,
    *,
    webhook: str = "",
    commands: Menu = no_commands,
    room_commands: Menu = no_commands,
) -> "TelegramChannel":
    """Take the bot of this token; ChannelFailed where it cannot be one. Touches no network.

    `webhook`: the public address of our server, where Telegram shall call us; "": we poll.
    `room_commands`: those that groups see.
    """
    token, webhook = token.strip(), webhook.strip().rstrip("/")
    if not token:
        raise ChannelFailed(MISSING)
    if not _TOKEN.fullmatch(token):
        raise ChannelFailed(MALFORMED)
    if not callable_at(base_url, "http", "https"):
        raise ChannelFailed(f"TELEGRAM_API={base_url}: is no http(s) address such as {API}")
    schemes = ("https",) if base_url == API else ("https", "http")  # as a server of one's own may
    if webhook and not callable_at(webhook, *schemes):
        raise ChannelFailed(NO_WEBHOOK.format(url=webhook, why="cannot call this"))
    return TelegramChannel(
        token, base_url, webhook=webhook, commands=commands, room_commands=room_commands
    )


class TelegramChannel:
    """One bot. Answers go out with links whole, previews off, buttons under the last message."""

    name = "telegram"
    keeps = 86_400.0  # seconds
    repeats = True

    def __init__(
        self,
        token: str,
        base_url: str = API,
        *,
        webhook: str = "",
        commands: Menu = no_commands,
        room_commands: Menu = no_commands,
        wait: int = POLL,
    ) -> None:
        """`wait`: seconds that Telegram holds a poll open when nothing comes."""
        self._token, self._base_url, self._webhook = token, base_url, webhook
        self._menus = (
            (commands, BotCommandScopeDefault()),
            (room_commands, BotCommandScopeAllGroupChats()),
        )
        self._wait = wait
        self._line = Line(token, base_url)
        self._albums = Albums()
        self._bot = ""  # its username, which people in groups write; "": not known yet
        self._refused = Event()

    def routes(self, receive: Receive) -> Sequence[BaseRoute]:
        """The webhook, where there is one."""
        if not self._webhook:
            return ()
        return (webhook(PATH, _secret(self._token), self._keep(receive)),)

    async def listen(self, receive: Receive) -> None:
        """Poll, or have Telegram call us, until cancelled. Raises ChannelFailed."""
        try:
            async with self._line() as bot:
                self._refused.clear()  # a token that was refused for a while is taken again
                await self._announce(bot)
                if self._webhook:
                    await self._refused.wait()
                    raise InvalidToken
                url = f"{self._base_url}{self._token}/getUpdates"
                await poll(url, self._keep(receive), self._wait)
        except InvalidToken:  # its text may hold the token: keep it out of the chain
            raise ChannelFailed(REFUSED) from None
        except TelegramError as error:
            host = urlsplit(self._base_url).hostname
            raise ChannelFailed(
                f"Telegram cannot be reached at {host} ({type(error).__name__}). "
                "Check the network, a proxy or a firewall, and start again."
            ) from None

    def read(self, body: str) -> Asked | None:
        """What an update asks; None for what is not meant for us."""
        return read(json.loads(body))

    def busy(self, body: str) -> AbstractAsyncContextManager[None]:
        """Show "typing", and end the waiting of a pressed button."""
        return typing(self._line, json.loads(body)["update"])

    async def audio(self, body: str) -> bytes:
        """The recording of a voice note; b"" where it is gone or too large."""
        update = json.loads(body)["update"]
        _, data = await fetched(self._line, update, ("voice", "audio"), MOST_AUDIO)
        return data

    async def document(self, body: str) -> File:
        """A document; empty where it is gone or too large."""
        update = json.loads(body)["update"]
        name, data = await fetched(self._line, update, ("document",), MOST_FILE)
        return File(name=name, data=data)

    def pack(self, reply: Reply, to: str) -> list[str]:
        """The calls that say it: messages, then the file; or the offers of inline search."""
        return telegram_calls.pack(reply, to)

    async def send(self, call: str) -> None:
        """Make one call. Raises Later, Gone or Refused."""
        try:
            async with self._line() as bot:
                await telegram_calls.make(bot, call)
        except InvalidToken:
            self._refused.set()
            raise Later("Telegram refuses the token") from None

    async def _announce(self, bot: Bot) -> None:
        """Learn who we are, and say how we want our updates; none that waits is dropped."""
        self._bot = (await bot.get_me()).username or ""
        if self._webhook:
            await self._call_us(bot)
        else:
            await bot.delete_webhook()
        log.info("listening", bot=self._bot, webhook=bool(self._webhook))
        with suppress(TelegramError):  # the menu is a convenience
            for language in languages():  # English is also for phones in any other language
                code = None if language == "en" else language
                for menu, scope in self._menus:
                    entries = [BotCommand(*entry) for entry in menu(language).items()]
                    await bot.set_my_commands(entries, scope=scope, language_code=code)

    async def _call_us(self, bot: Bot) -> None:
        try:
            await bot.set_webhook(
                self._webhook + PATH,
                secret_token=_secret(self._token),
                allowed_updates=UPDATES,
                max_connections=1,  # one after the other: a person's messages keep their order
            )
        except BadRequest:
            why = "refuses to call this"
            raise ChannelFailed(NO_WEBHOOK.format(url=self._webhook, why=why)) from None

    def _keep(self, receive: Receive) -> Keep:
        async def keep(updates: Sequence[dict[str, Any]]) -> None:
            if not self._bot:
                raise Later("the bot does not know its own name yet")
            bodies = [(update, self._body(update)) for update in updates]
            await receive(
                [
                    Incoming(
                        id=self._albums.id(update), conversation=conversation(update), body=body
                    )
                    for update, body in bodies
                    if self._wanted(body)
                ]
            )

        return keep

    def _body(self, update: dict[str, Any]) -> str:
        """What came, and whose it was: in a group that tells whether it was meant for us."""
        return json.dumps({"bot": self._bot, "update": update})

    def _wanted(self, body: str) -> bool:
        """Whether it asks us anything: what people write to each other is not kept at all."""
        try:
            return self.read(body) is not None
        except Exception:  # the post tries again, and shows it to staff
            return True


def _secret(token: str) -> str:
    """What Telegram says with each call of the webhook, so that nobody else can call it."""
    return hmac.new(token.encode(), b"webhook of Ask the Exchange", hashlib.sha256).hexdigest()
