"""WhatsApp's Cloud API on a loopback port: signed webhooks, limits, media, faults on demand.

async with GraphApi() as api:
    channel = open_channel(api.account)
    async with mounted(channel.routes(receive)) as api.webhook:
        await api.say("Hello")
        (sent,) = await api.sent(1)
"""

import asyncio
import hashlib
import hmac
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any, Self

import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.channels.whatsapp import PATH, Account
from tests.doubles.mounting import mounted
from tests.doubles.telegram_html import units
from tests.doubles.whatsapp_text import Parsed, parse

Fields = dict[str, Any]
PATIENCE = 90.0  # seconds to wait before a test fails: the machine is shared
PHONE, SECRET, VERIFY = "106540352242922", "an-app-secret", "a-long-word"
NUMBER, BSUID = "254700000042", "KE.13491208655302741918"


@dataclass(frozen=True)
class Fault:
    """One spoilt answer. Status 0 breaks the connection off, -1 never answers."""

    status: int
    code: int | None = None
    subcode: int | None = None
    html: bool = False


RESET, HANG = Fault(0), Fault(-1)


@dataclass(frozen=True, kw_only=True)
class Sent:
    to: Fields  # {"to": …} or {"recipient": …}
    kind: str
    body: str
    parsed: Parsed
    choices: dict[str, str]  # title to id
    message: Fields


class Wrong(Exception):
    """A 400 with an error code."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


class GraphApi:
    def __init__(self, token: str = "a-good-token") -> None:
        self.token = token
        self.webhook = ""
        self.messages: list[Sent] = []
        self.marks: list[Fields] = []
        self.media: dict[str, tuple[str, str, bytes]] = {}
        self.answers: list[int] = []  # statuses that the webhook gave
        self._faults: deque[Fault] = deque()
        self._numbers = iter(range(1000, 10**9))
        self._changed = asyncio.Condition()
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        routes = [
            Route("/v26.0/{phone}", self._object, methods=["GET"]),
            Route("/sounds/{id}", self._content, methods=["GET"]),
            Route("/v26.0/{phone}/messages", self._message, methods=["POST"]),
            Route("/v26.0/{phone}/media", self._upload, methods=["POST"]),
        ]
        self.base_url = await self._stack.enter_async_context(mounted(routes)) + "/v26.0"
        self._client = await self._stack.enter_async_context(httpx.AsyncClient(timeout=PATIENCE))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._stack.aclose()

    @property
    def account(self) -> Account:
        return Account(
            token=self.token, phone=PHONE, secret=SECRET, verify=VERIFY, api=self.base_url
        )

    # What tests do.

    def fail(self, *faults: Fault) -> None:
        """Spoil the next messages and uploads, in this order; marks of reading are spared."""
        self._faults.extend(faults)

    async def say(self, text: str, **who: str) -> str:
        return await self.post({"type": "text", "text": {"body": text}}, **who)

    async def press(self, title: str, **who: str) -> str:
        """Choose from the newest message that has this title."""
        sent = next(sent for sent in reversed(self.messages) if title in sent.choices)
        kind = "list_reply" if sent.message["interactive"]["type"] == "list" else "button_reply"
        reply = {"id": sent.choices[title], "title": title}
        return await self.post(
            {"type": "interactive", "interactive": {"type": kind, kind: reply}}, **who
        )

    async def post(self, message: Fields, number: str = NUMBER, bsuid: str = "") -> str:
        """Have a person send something, and deliver it; returns its id."""
        id = f"wamid.{next(self._numbers)}"
        await self.deliver(webhook({"id": id, **message}, number=number, bsuid=bsuid))
        return id

    async def deliver(self, body: Fields | bytes) -> None:
        """Call the webhook until it answers 2xx, as WhatsApp does for days."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with asyncio.timeout(PATIENCE):
            while not await self._delivered(raw):  # noqa: ASYNC110 - a server to come
                await asyncio.sleep(0.05)

    async def _delivered(self, raw: bytes) -> bool:
        with suppress(httpx.HTTPError):
            headers = {"X-Hub-Signature-256": signature(raw), "Content-Type": "application/json"}
            answer = await self._client.post(self.webhook + PATH, content=raw, headers=headers)
            self.answers.append(answer.status_code)
            return answer.is_success
        return False

    async def sent(self, count: int) -> list[Sent]:
        """Wait until the bot has sent this many messages in all."""
        await self.until(lambda: len(self.messages) >= count)
        return self.messages

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(condition)

    # What the server does.

    async def _object(self, request: Request) -> Response:
        id = request.path_params["phone"]
        if id not in self.media:
            return self._refusal(request) or JSONResponse({"id": PHONE})
        url = f"{self.base_url.removesuffix('/v26.0')}/sounds/{id}"
        return JSONResponse({"id": id, "url": url, "file_size": len(self.media[id][2])})

    async def _content(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return Response(status_code=401)
        held = self.media.get(request.path_params["id"])
        return Response(held[2]) if held else Response(status_code=404)

    async def _message(self, request: Request) -> Response:
        try:
            message = json.loads(await request.body())
        except ClientDisconnect:  # the bot was killed
            return Response()
        if "status" in message:
            self.marks.append(message)
            await self._notify()
            return self._refusal(request) or JSONResponse({"success": True})
        if (spoilt := await self._spoilt(request)) is not None:
            return spoilt
        try:
            self.messages.append(self._checked(message))
        except Wrong as wrong:
            return _error(400, wrong.code, str(wrong))
        await self._notify()
        id = f"wamid.{next(self._numbers)}"
        return JSONResponse({"messaging_product": "whatsapp", "messages": [{"id": id}]})

    async def _upload(self, request: Request) -> Response:
        if (spoilt := await self._spoilt(request)) is not None:
            return spoilt
        form = await _form(request)
        name, media_type, data = form["file"]
        if form["messaging_product"][2] != b"whatsapp" or not data:
            return _error(400, 100, "Invalid parameter")
        id = str(next(self._numbers))
        self.media[id] = (name, media_type, data)
        return JSONResponse({"id": id})

    async def _spoilt(self, request: Request) -> Response | None:
        if not self._faults:
            return self._refusal(request)
        fault = self._faults.popleft()
        if fault == HANG:
            await self._closing.wait()
        if fault.status <= 0:  # a body that ends too early: the server closes the connection
            return StreamingResponse(_nothing(), headers={"content-length": "100"})
        if fault.html:
            return HTMLResponse("<html><h1>Bad Gateway</h1></html>", fault.status)
        return _error(fault.status, fault.code, "Spoilt", fault.subcode)

    def _refusal(self, request: Request) -> Response | None:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return _error(401, 190, "Error validating access token")
        if request.path_params["phone"] != PHONE:
            return _error(400, 100, "Object does not exist", 33)
        return None

    def _checked(self, message: Fields) -> Sent:
        to: Fields = {name: message[name] for name in ("to", "recipient") if name in message}
        _demand(message.get("messaging_product") == "whatsapp", 100, "messaging_product")
        _demand(len(to) == 1, 131008, "to or recipient")
        for name, who in to.items():
            _demand(who.isdigit() == (name == "to"), 131009, f"{name} is {who}")
        kind = message["type"]
        part = message[kind]
        body, choices = "", {}
        if kind == "text":
            body = part["body"]
            _demand(0 < units(body) <= 4096, 131009, "text.body")
        elif kind == "interactive":
            body, choices = part["body"]["text"], dict(_choices(part))
        elif kind in ("image", "document"):
            body = part.get("caption", "")
            _demand(part.get("id") in self.media, 131009, "no such media")
            _demand(units(body) <= 1024, 131009, "caption")
        return Sent(
            to=to, kind=kind, body=body, parsed=parse(body), choices=choices, message=message
        )

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def webhook(
    *messages: Fields, number: str = NUMBER, bsuid: str = "", phone: str = PHONE, **more: object
) -> Fields:
    """A call as WhatsApp makes it. With `bsuid` of the newer generation; number "" is left out."""
    contact: Fields = {"profile": {"name": "Amina"}}
    who: Fields = {}
    if number:
        contact["wa_id"], who["from"] = number, number
    if bsuid:
        contact["user_id"], who["from_user_id"] = bsuid, bsuid
    value: Fields = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": phone},
        **more,
    }
    if messages:
        value["contacts"] = [contact]
        value["messages"] = [{"timestamp": "1760000000", **who, **one} for one in messages]
    change = {"value": value, "field": "messages"}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}


def signature(raw: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def _choices(part: Fields) -> Iterator[tuple[str, str]]:
    body, action = part["body"]["text"], part["action"]
    _demand(0 < units(body) <= 1024 and bool(body.strip()), 131009, "body.text")
    if part["type"] == "button":
        keys = [button["reply"] for button in action["buttons"]]
        _demand(1 <= len(keys) <= 3, 131009, "1 to 3 buttons")
        title = 20
    else:
        keys = [row for section in action["sections"] for row in section["rows"]]
        _demand(1 <= len(keys) <= 10, 131009, "1 to 10 rows")
        _demand(1 <= units(action["button"]) <= 20, 131009, "action.button")
        title = 24
    for key in keys:
        _demand(0 < units(key["title"]) <= title, 131009, "title")
        _demand(units(key.get("description", "")) <= 72, 131009, "description")
        _demand(0 < len(key["id"]) <= 256, 131009, "id")
    _demand(len({key["id"] for key in keys}) == len(keys), 131009, "ids are unique")
    if part["type"] == "button":
        _demand(len({key["title"] for key in keys}) == len(keys), 131009, "titles are unique")
    return ((key["title"], key["id"]) for key in keys)


def _demand(met: bool, code: int, why: str) -> None:
    if not met:
        raise Wrong(code, f"(#{code}) {why}")


async def _form(request: Request) -> dict[str, tuple[str, str, bytes]]:
    """Multipart fields: name, media type and content of each, with the standard library alone."""
    from email.parser import BytesParser

    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    fields = {}
    for part in BytesParser().parsebytes(head + await request.body()).walk():
        if name := part.get_param("name", header="content-disposition"):
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            fields[str(name)] = (part.get_filename() or "", part.get_content_type(), content)
    return fields


async def _nothing() -> AsyncIterator[bytes]:
    yield b"{"


def _error(status: int, code: int | None, why: str, subcode: int | None = None) -> Response:
    error: Fields = {"message": why, "type": "OAuthException", "fbtrace_id": "A"}
    if code is not None:
        error["code"] = code
    if subcode is not None:
        error["error_subcode"] = subcode
    return JSONResponse({"error": error}, status)
