"""A Telegram Bot API on a loopback port: real HTTP, real long polls and webhooks, faults on demand.

async with BotApi() as api:
    channel = TelegramChannel(api.token, api.base_url)
    ...
    api.say("Hello")
    (sent,) = await api.sent(1)
"""

import asyncio
import itertools
import json
import random
import socket
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.doubles.telegram_people import ME, NAME, Fields, People, message, person
from tests.doubles.telegram_sends import (
    Refused,
    Sent,
    Vote,
    check_offers,
    check_start,
    fields_of,
    sent,
    vote,
)

__all__ = ["HANG", "ME", "NAME", "PATIENCE", "RESET", "BotApi", "Fault", "Fields", "Sent"]
PATIENCE = 30.0  # seconds to wait for a message before a test fails: the machine is shared
RETRY = 0.1  # seconds until a webhook that failed is called again


@dataclass(frozen=True)
class Fault:
    """One spoilt answer. Status 0 breaks the connection off, -1 never answers."""

    status: int
    retry_after: int = 0
    html: bool = False
    said: str = "Spoilt"


RESET = Fault(0)
HANG = Fault(-1)


class BotApi(People):
    def __init__(self, token: str = "123456:a-good-token") -> None:
        self.token = token
        self.messages: list[Sent] = []
        self.calls: list[tuple[str, Fields]] = []
        self.webhook: Fields = {}
        self.answers: list[int] = []  # statuses that the webhook answered with
        self.twice = False  # whether each update is brought to the webhook two times
        self.blocked: set[int] = set()  # chats that let nobody of us in
        self.sounds = {}
        self.moved: dict[int, int] = {}  # groups that became supergroups
        self.strangers: set[int] = set()  # people who never opened the bot's chat
        self.leaders: dict[int, list[int]] = {}  # the administrators of each group
        self.polls: list[Vote] = []
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._updates: list[Fields] = []
        self._numbers = itertools.count(random.randrange(10**6, 10**9))  # each bot has its own
        self._changed = asyncio.Condition()
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/bot"
        routes = [
            Route("/bot{token}/{method}", self._serve, methods=["POST"]),
            Route("/file/bot{token}/{id}", self._file),
        ]
        app = Starlette(routes=routes)
        config = uvicorn.Config(app, log_config=None, lifespan="off", http="h11", ws="none")
        self._server = uvicorn.Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        self._bringing = asyncio.create_task(self._bring())
        while not self._server.started:  # noqa: ASYNC110 - uvicorn offers no event
            await asyncio.sleep(0.01)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._notify()
        self._server.should_exit = True
        await self._serving
        self._bringing.cancel()
        with suppress(asyncio.CancelledError):
            await self._bringing

    # What tests do; for what people do see People.

    def fail(self, method: str, *faults: Fault) -> None:
        """Spoil the next calls of a method, in this order."""
        self._faults[method].extend(faults)

    def revoke(self) -> None:
        """Make the token a wrong one."""
        self.token = ""

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

    def happens(self, kind: str, content: Fields) -> None:
        self._updates.append({"update_id": next(self._numbers), kind: content})
        self._notifying = asyncio.get_running_loop().create_task(self._notify())

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _serve(self, request: Request) -> Response:
        method = request.path_params["method"]
        try:
            fields = await fields_of(request)
        except ClientDisconnect:  # whoever called was killed
            return Response(status_code=400)
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
            kind = {400: "Bad Request", 403: "Forbidden", 409: "Conflict"}[refusal.status]
            return _error(refusal.status, f"{kind}: {refusal}", **refusal.parameters)
        await self._notify()
        said = json.dumps({"ok": True, "result": result})  # in ASCII, as Telegram's
        return Response(said, media_type="application/json")

    async def _spoilt(self, fault: Fault) -> Response:
        if fault == HANG:
            await self._closing.wait()
        if fault.status <= 0:  # a body that ends too early: the server closes the connection
            return StreamingResponse(_nothing(), headers={"content-length": "100"})
        if fault.html:
            return HTMLResponse("<html><h1>Bad Gateway</h1></html>", fault.status)
        more = {"retry_after": fault.retry_after} if fault.retry_after else {}
        return _error(fault.status, fault.said, **more)

    async def _getMe(self, fields: Fields) -> Fields:
        return ME

    async def _setWebhook(self, fields: Fields) -> bool:
        self.webhook = fields
        return True

    async def _deleteWebhook(self, fields: Fields) -> bool:
        self.webhook = {}
        return True

    async def _getUpdates(self, fields: Fields) -> list[Fields]:
        if self.webhook:
            raise Refused("can't use getUpdates method while webhook is active", 409)
        self._updates = [u for u in self._updates if u["update_id"] >= fields.get("offset", 0)]
        try:
            async with asyncio.timeout(fields.get("timeout", 0)), self._changed:
                await self._changed.wait_for(lambda: self._due(fields) or self._closing.is_set())
        except TimeoutError:
            pass
        return self._due(fields)

    def _due(self, fields: Fields) -> list[Fields]:
        allowed = set(fields.get("allowed_updates") or ["message", "callback_query"])
        return [update for update in self._updates if allowed & set(update)]

    async def _bring(self) -> None:
        """Bring each update to the webhook until it is taken with 2xx."""
        async with httpx.AsyncClient(timeout=5) as client:
            while True:
                async with self._changed:
                    await self._changed.wait_for(
                        lambda: bool(self.webhook and self._due(self.webhook))
                    )
                update = self._due(self.webhook)[0]
                statuses = [await self._brought(client, update) for _ in range(1 + self.twice)]
                if any(200 <= status < 300 for status in statuses):
                    self._updates.remove(update)
                else:
                    await asyncio.sleep(RETRY)
                await self._notify()

    async def _brought(self, client: httpx.AsyncClient, update: Fields) -> int:
        secret = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.get("secret_token", "")}
        try:
            answer = await client.post(self.webhook["url"], json=update, headers=secret)
        except httpx.HTTPError:
            return 0
        self.answers.append(answer.status_code)
        return answer.status_code

    async def _getFile(self, fields: Fields) -> Fields:
        id = fields["file_id"]
        if id not in self.sounds:
            raise Refused("wrong file_id or the file is temporarily unavailable")
        size = len(self.sounds[id])
        return {"file_id": id, "file_unique_id": id, "file_size": size, "file_path": id}

    async def _file(self, request: Request) -> Response:
        known = request.path_params["token"] == self.token
        sound = self.sounds.get(request.path_params["id"]) if known else None
        return Response(sound or b"", 200 if sound else 404)

    async def _sendMessage(self, fields: Fields) -> Fields:
        return self._taken(fields, "text")

    async def _sendPhoto(self, fields: Fields) -> Fields:
        return self._taken(fields, "photo")

    async def _sendDocument(self, fields: Fields) -> Fields:
        return self._taken(fields, "document")

    async def _answerInlineQuery(self, fields: Fields) -> bool:
        check_offers(fields["results"])
        check_start(fields.get("button"))
        return True

    async def _sendPoll(self, fields: Fields) -> Fields:
        self._let_in(fields["chat_id"])
        if fields["chat_id"] > 0:  # the oldest Bot API servers that are still run
            raise Refused("native polls can't be sent to private chats")
        self.polls.append(vote(fields))
        return self._written(fields["chat_id"])

    async def _getChatAdministrators(self, fields: Fields) -> list[Fields]:
        self._let_in(fields["chat_id"])
        leaders = self.leaders.get(fields["chat_id"], [])
        return [
            {"user": person(id, None), "status": "creator", "is_anonymous": False}
            for id in leaders
        ]  # fmt: skip

    def _let_in(self, chat: int) -> None:
        """Raises Refused where the bot cannot write there."""
        if chat in self.blocked:
            raise Refused("bot was blocked by the user", 403)
        if chat in self.strangers:
            raise Refused("bot can't initiate conversation with a user", 403)
        if chat in self.moved:
            said = "group chat was upgraded to a supergroup chat"
            raise Refused(said, migrate_to_chat_id=self.moved[chat])

    def _taken(self, fields: Fields, kind: str) -> Fields:
        self._let_in(fields["chat_id"])
        self.messages.append(sent(fields, kind))
        return self._written(fields["chat_id"])

    def _written(self, chat: int) -> Fields:
        return {**message(next(self._numbers), chat), "from": ME, "text": "?"}


async def _nothing() -> AsyncIterator[bytes]:
    yield b"{"


def _error(status: int, description: str, **parameters: int) -> Response:
    body: Fields = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return JSONResponse(body, status)
