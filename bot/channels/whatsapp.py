"""WhatsApp by the Cloud API: it calls our webhook, and we call it to answer."""

import asyncio
import hashlib
import hmac
import json
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels import whatsapp_questions
from bot.channels.addresses import callable_at
from bot.channels.bodies import CLOSE, BadBody, whole
from bot.channels.errors import ChannelFailed, Later, Refused
from bot.channels.port import MOST_FILE, Asked, Receive
from bot.channels.whatsapp_calls import PATIENCE, Graph
from bot.channels.whatsapp_faults import CLOSED, WAIT, Closed, Telling, meaning
from bot.channels.whatsapp_render import render
from bot.hearing import MOST_AUDIO
from bot.logs import fault, logger
from bot.messages import File, Reply

PATH = "/whatsapp"
LARGEST = 4 * 1024 * 1024  # bytes of a webhook call; WhatsApp sends 3 MB at most
WITH_TEMPLATE = 3 * 24 * 3600.0  # seconds that a reply waits for who got it
DAY = 24 * 3600.0  # seconds after a message in which it may be answered
MARKING = 1.0  # seconds that a reply waits for the mark of reading at most

log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the Cloud API wants to know; the first four from developers.facebook.com."""

    token: str
    phone: str  # the id of the number, not the number
    secret: str  # of the app: it signs what comes
    verify: str  # any word, the same there and here
    api: str = "https://graph.facebook.com/v26.0"
    template: str = ""  # an approved one without values, for who wrote over a day ago
    template_language: str = "en"
    number: str = ""  # the number itself, digits alone, for the links of shared answers


_WANTED = {  # what is missing where, and where to get it
    "token": "WHATSAPP_TOKEN (a system user's permanent token, business.facebook.com)",
    "phone": "WHATSAPP_PHONE_ID (Phone number ID under WhatsApp, API Setup)",
    "secret": "WHATSAPP_APP_SECRET (App settings, Basic)",
    "verify": "WHATSAPP_VERIFY_TOKEN (any long word; type the same under Webhook)",
}


def open_channel(account: Account, *, patience: float = PATIENCE) -> "WhatsAppChannel":
    """Take a number; ChannelFailed where something is missing. Touches no network.

    `patience`: seconds that WhatsApp may take for an answer.
    """
    missing = [what for name, what in _WANTED.items() if not getattr(account, name).strip()]
    if missing:
        raise ChannelFailed(
            f"Not set: {'; '.join(missing)}. Your app in developers.facebook.com shows them."
        )
    if not account.phone.strip().isdigit():
        raise ChannelFailed(
            "WHATSAPP_PHONE_ID is not digits: take the Phone number ID under API Setup"
        )
    if not re.fullmatch(r"[\x21-\x7e]+", account.token.strip()):
        raise ChannelFailed("WHATSAPP_TOKEN holds a sign that no token has: copy it anew")
    if not callable_at(account.api, "http", "https"):
        raise ChannelFailed(f"WHATSAPP_API={account.api}: is no http(s) address")
    return WhatsAppChannel(account, patience)


class WhatsAppChannel:
    """One number of one business."""

    name = "whatsapp"
    repeats = True

    def __init__(self, account: Account, patience: float) -> None:
        self._account, self._tell = account, Telling()
        # WhatsApp takes no reply a day after a message; who got the template may write much later.
        self.keeps = WITH_TEMPLATE if account.template else DAY - WAIT
        self._phone = account.phone.strip()
        token, api = account.token.strip(), account.api.rstrip("/")
        self._graph = Graph(api, self._phone, token, self._tell, patience)
        self._reminded: dict[str, float] = {}  # who got the template, and when

    def routes(self, receive: Receive) -> Sequence[BaseRoute]:
        """One address: GET to verify it, POST for what people write."""

        async def take(request: Request) -> Response:
            return await self._take(request, receive)

        return (
            Route(PATH, self._verify, methods=["GET"]),
            Route(PATH, take, methods=["POST"]),
        )

    async def listen(self, receive: Receive) -> None:
        """See whether the token works, then wait. A wrong one loses nothing: it is logged."""
        async with self._graph.open():
            try:
                await self._graph.look()
            except (Later, Refused, Closed) as error:
                self._tell(str(error))
            await asyncio.Event().wait()

    def read(self, body: str) -> Asked | None:
        """What a message asks; None where nobody waits for a reply."""
        return whatsapp_questions.read(body)

    async def audio(self, body: str) -> bytes:
        """The recording of a voice note; b"" where it is gone or too large."""
        media, _ = whatsapp_questions.media(body, "audio")
        return await self._graph.download(media, MOST_AUDIO) if media else b""

    async def document(self, body: str) -> File:
        """A document; empty where it is gone or too large."""
        media, name = whatsapp_questions.media(body, "document")
        data = await self._graph.download(media, MOST_FILE) if media else b""
        return File(name=name, data=data)

    @asynccontextmanager
    async def busy(self, body: str) -> AsyncIterator[None]:
        """Mark the message as read, and show "typing": WhatsApp does until the reply comes."""
        marking = asyncio.ensure_future(self._mark(whatsapp_questions.message_id(body)))
        try:
            yield
        finally:
            await asyncio.wait({marking}, timeout=MARKING)
            marking.cancel()

    def pack(self, reply: Reply, to: str) -> list[str]:
        """The calls that say a reply."""
        head = {"messaging_product": "whatsapp", "recipient_type": "individual"}
        head |= whatsapp_questions.address(to)
        return [json.dumps(head | message) for message in render(reply, self._account.number)]

    async def send(self, call: str) -> None:
        """Make one call. Raises Later or Refused."""
        message: dict[str, Any] = json.loads(call)
        content = message.pop("file", None)
        try:
            if content:
                message[message["type"]]["id"] = await self._graph.upload(content)
            await self._graph.post(message)
        except Closed:
            raise await self._remind(message) from None

    async def _mark(self, id: str) -> None:
        mark = {"messaging_product": "whatsapp", "status": "read", "message_id": id}
        with suppress(Later, Refused, Closed):
            await self._graph.post(mark | {"typing_indicator": {"type": "text"}})

    async def _remind(self, message: dict[str, Any]) -> Later | Refused:
        """Say by the template that an answer waits, once a day; it goes out once they write."""
        if not self._account.template:
            self._tell(meaning(CLOSED), code=CLOSED)
            return Refused(meaning(CLOSED))
        whom = {name: message[name] for name in ("to", "recipient") if name in message}
        (person,), now = whom.values(), time.monotonic()
        self._reminded = {who: at for who, at in self._reminded.items() if now - at < DAY}
        if person not in self._reminded:
            language = {"code": self._account.template_language}
            template = {"name": self._account.template, "language": language}
            head = {"messaging_product": "whatsapp", "recipient_type": "individual"}
            await self._graph.post(head | whom | {"type": "template", "template": template})
            self._reminded[person] = now
        return Later("the person wrote more than 24 hours ago, and got the template", WAIT)

    # What WhatsApp calls.

    async def _verify(self, request: Request) -> Response:
        asked = request.query_params
        right = _same(asked.get("hub.verify_token", ""), self._account.verify.strip())
        if asked.get("hub.mode") != "subscribe" or not right:
            return PlainTextResponse("WHATSAPP_VERIFY_TOKEN is another one", 403)
        return PlainTextResponse(asked.get("hub.challenge", ""))

    async def _take(self, request: Request, receive: Receive) -> Response:
        signature = request.headers.get("x-hub-signature-256", "")
        if not signature:
            return PlainTextResponse("no signature", 401)
        try:
            raw = await whole(request, LARGEST)
        except BadBody as error:
            return PlainTextResponse(str(error), error.status, CLOSE)
        secret = self._account.secret.strip().encode()
        if not _same(signature, "sha256=" + hmac.new(secret, raw, hashlib.sha256).hexdigest()):
            self._tell("a wrong signature: is WHATSAPP_APP_SECRET that of the app?")
            return PlainTextResponse("wrong signature", 403)
        return await self._keep(raw, receive)

    async def _keep(self, raw: bytes, receive: Receive) -> Response:
        delivered = whatsapp_questions.split(raw, self._phone)
        for code in delivered.faults:
            self._tell(f"a reply was not delivered: {meaning(code)}", code=code)
        if delivered.strangers:
            self._tell("messages came for a number other than WHATSAPP_PHONE_ID; they are left")
        try:
            if delivered.messages:
                await receive(delivered.messages)
        except Exception as error:  # a full disk: WhatsApp repeats the call for days
            log.error("not kept", **fault(error))
            return PlainTextResponse("not kept", 503)
        return PlainTextResponse("kept")


def _same(given: str, wanted: str) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(given.encode(errors="replace"), wanted.encode(errors="replace"))
