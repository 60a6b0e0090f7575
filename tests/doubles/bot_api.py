"""A Telegram Bot API on a loopback port: real HTTP, real long polls, faults on demand.

async with BotApi() as api:
    channel = TelegramChannel(api.token, api.base_url)
    ...
    api.say("Hello")
    (sent,) = await api.sent(1)
"""

import asyncio
import json
import socket
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.doubles.telegram_html import Parsed, Unparsable, parse, shows, units

Fields = dict[str, Any]
JSON = {
    *{"offset", "timeout", "chat_id", "allowed_updates", "commands"},
    *{"reply_markup", "link_preview_options", "reply_parameters"},
}
PATIENCE = 30.0  # seconds to wait for a message before a test fails: the machine is shared
NAME = "ExchangeTestBot"
ME = {"id": 7, "is_bot": True, "first_name": "Exchange", "username": NAME}


@dataclass(frozen=True)
class Fault:
    """One spoilt answer. Status 0 breaks the connection off, -1 never answers."""

    status: int
    retry_after: int = 0
    html: bool = False


RESET = Fault(0)
HANG = Fault(-1)


@dataclass(frozen=True, kw_only=True)
class Sent:
    chat: int
    html: str
    parsed: Parsed
    buttons: dict[str, str]  # label to callback data
    preview_off: bool
    reply_to: int | None


class Refused(Exception):
    """A 400 with Telegram's description."""


class BotApi:
    def __init__(self, token: str = "123456:a-good-token") -> None:
        self.token = token
        self.messages: list[Sent] = []
        self.calls: list[tuple[str, Fields]] = []
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._updates: list[Fields] = []
        self._numbers = iter(range(1000, 10**9))
        self._changed = asyncio.Condition()
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/bot"
        app = Starlette(routes=[Route("/bot{token}/{method}", self._serve, methods=["POST"])])
        config = uvicorn.Config(app, log_config=None, lifespan="off", http="h11", ws="none")
        self._server = uvicorn.Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started:  # noqa: ASYNC110 - uvicorn offers no event
            await asyncio.sleep(0.01)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._notify()
        self._server.should_exit = True
        await self._serving

    # What tests do.

    def fail(self, method: str, *faults: Fault) -> None:
        """Spoil the next calls of a method, in this order."""
        self._faults[method].extend(faults)

    def revoke(self) -> None:
        """Make the token a wrong one."""
        self.token = ""

    def say(self, text: str, user: int = 42, language: str | None = "en", **more: object) -> int:
        return self.post(user, "message", language, text=text, **more)

    def edit(self, text: str, user: int = 42) -> int:
        return self.post(user, "edited_message", text=text, edit_date=2)

    def sticker(self, user: int = 42) -> int:
        kind = {"type": "regular", "is_animated": False, "is_video": False}
        return self.post(user, sticker=_file(width=512, height=512, **kind))

    def voice(self, user: int = 42) -> int:
        return self.post(user, voice=_file(duration=3))

    def photo(self, caption: str | None = None, user: int = 42, album: str | None = None) -> int:
        return self.post(
            user, media_group_id=album, photo=[_file(width=90, height=90)], caption=caption
        )

    def document(self, caption: str | None = None, user: int = 42) -> int:
        return self.post(user, document=_file(), caption=caption)

    def press(self, label: str, user: int = 42) -> None:
        """Press the newest button of this label."""
        sent = next(sent for sent in reversed(self.messages) if label in sent.buttons)
        message = {**_message(next(self._numbers), user), "from": ME, "text": "?"}
        query = {"id": "1", "from": _user(user), "chat_instance": "1", "message": message}
        self._update("callback_query", {**query, "data": sent.buttons[label]})

    def post(
        self,
        user: int = 42,
        kind: str = "message",
        language: str | None = "en",
        **fields: object,
    ) -> int:
        """Have a person send something; returns the message's number. None leaves a field out."""
        number = next(self._numbers)
        message = {**_message(number, user, language), **fields}
        self._update(kind, {key: value for key, value in message.items() if value is not None})
        return number

    async def sent(self, count: int) -> list[Sent]:
        """Wait until the bot has sent this many messages in all."""
        await self.until(lambda: len(self.messages) >= count)
        return self.messages

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a call makes this true."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(condition)

    def called(self, method: str) -> list[Fields]:
        return [fields for name, fields in self.calls if name == method]

    def pending(self) -> int:
        """How many updates the bot has not confirmed."""
        return len(self._updates)

    # What the server does.

    def _update(self, kind: str, content: Fields) -> None:
        self._updates.append({"update_id": next(self._numbers), kind: content})
        self._notifying = asyncio.get_running_loop().create_task(self._notify())

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _serve(self, request: Request) -> Response:
        method = request.path_params["method"]
        form = parse_qsl((await request.body()).decode())
        fields = {name: json.loads(text) if name in JSON else text for name, text in form}
        self.calls.append((method, fields))
        await self._notify()
        if self._faults[method]:
            return await self._spoilt(self._faults[method].popleft())
        if request.path_params["token"] != self.token:
            return _error(401, "Unauthorized")
        answer = getattr(self, f"_{method}", None)
        try:
            result = await answer(fields) if answer else True
        except Refused as refusal:
            return _error(400, f"Bad Request: {refusal}")
        await self._notify()
        return JSONResponse({"ok": True, "result": result})

    async def _spoilt(self, fault: Fault) -> Response:
        if fault == HANG:
            await self._closing.wait()
        if fault.status <= 0:  # a body that ends too early: the server closes the connection
            return StreamingResponse(_nothing(), headers={"content-length": "100"})
        if fault.html:
            return HTMLResponse("<html><h1>Bad Gateway</h1></html>", fault.status)
        return _error(fault.status, "Spoilt", retry_after=fault.retry_after)

    async def _getMe(self, fields: Fields) -> Fields:
        return ME

    async def _getUpdates(self, fields: Fields) -> list[Fields]:
        self._updates = [u for u in self._updates if u["update_id"] >= fields.get("offset", 0)]
        allowed = set(fields.get("allowed_updates") or ["message", "callback_query"])

        def ready() -> list[Fields]:
            return [update for update in self._updates if allowed & set(update)]

        try:
            async with asyncio.timeout(fields.get("timeout", 0)), self._changed:
                await self._changed.wait_for(lambda: ready() or self._closing.is_set())
        except TimeoutError:
            pass
        return ready()

    async def _sendMessage(self, fields: Fields) -> Fields:
        html = str(fields.get("text", ""))
        parsed = _formatted(html) if fields.get("parse_mode") == "HTML" else Parsed(html)
        if not shows(parsed.text):
            raise Refused("message text is empty")
        if units(parsed.text) > 4096:
            raise Refused("message is too long")
        sent = Sent(
            chat=fields["chat_id"],
            html=html,
            parsed=parsed,
            buttons=_buttons(fields.get("reply_markup", {})),
            preview_off=bool(fields.get("link_preview_options", {}).get("is_disabled")),
            reply_to=fields.get("reply_parameters", {}).get("message_id"),
        )
        self.messages.append(sent)
        return {**_message(next(self._numbers), sent.chat), "from": ME, "text": parsed.text}


def _formatted(html: str) -> Parsed:
    try:
        return parse(html)
    except Unparsable as error:
        raise Refused(f"can't parse entities: {error}") from error


def _buttons(markup: Fields) -> dict[str, str]:
    keys = [key for row in markup.get("inline_keyboard", []) for key in row]
    for key in keys:
        if not 1 <= len(key["callback_data"].encode()) <= 64:
            raise Refused("BUTTON_DATA_INVALID")
        if not key["text"].strip():
            raise Refused("inline keyboard button text is empty")
    return {key["text"]: key["callback_data"] for key in keys}


async def _nothing() -> AsyncIterator[bytes]:
    yield b"{"


def _error(status: int, description: str, retry_after: int = 0) -> Response:
    body: Fields = {"ok": False, "error_code": status, "description": description}
    if retry_after:
        body["parameters"] = {"retry_after": retry_after}
    return JSONResponse(body, status)


def _user(user: int, language: str | None = "en") -> Fields:
    person = {"id": user, "is_bot": False, "first_name": "Amina"}
    return {**person, "language_code": language} if language else person


def _message(number: int, user: int, language: str | None = "en") -> Fields:
    chat = {"id": user, "type": "private", "first_name": "Amina"}
    return {"message_id": number, "date": 1, "from": _user(user, language), "chat": chat}


def _file(**more: object) -> Fields:
    return {"file_id": "f", "file_unique_id": "f", **more}
