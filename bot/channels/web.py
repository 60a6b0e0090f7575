"""The web chat: a page of our own that posts questions and holds a response open for replies.

A session is 128 random bits that the page makes and sends in a header: unlike a cookie it goes
nowhere by itself, ends with the tab, and works inside another site's frame; unlike a part of an
address it stands in no log and no history. A reply is done with once the page says that it has
shown it; its id is its question's, so that what comes twice is shown once.

Where a reply is promised for later, the page keeps its session in the browser, until that reply was
shown: then whoever opens it again reads it.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Receive as AsgiReceive
from starlette.types import Scope, Send

from bot.channels.bodies import CLOSE, BadBody, whole
from bot.channels.errors import Later
from bot.channels.port import MOST_FILE, Asked, Incoming, Receive
from bot.channels.web_door import Door
from bot.channels.web_files import Files
from bot.channels.web_messages import LARGEST, SESSION, BadMessage, checked
from bot.channels.web_pages import Pages, preferred, secured
from bot.channels.web_render import event, events, packed
from bot.channels.web_streams import Stream, Streams
from bot.messages import File, Kind, Question, Reply
from bot.phrases import speak

LATE = 7 * 86_400.0  # seconds that a later reply is tried once its page was open
UPLOADING = 120.0  # seconds that a document may take to come
LINGER = 2.0  # seconds that open pages may still hear what is under way when the server stops
_LATER = ".later"  # no page makes an id with a dot
_ID = re.compile(r"[A-Za-z0-9-]{1,40}(\.later)?")


def open_channel(
    *,
    embed: Sequence[str] = (),
    proxies: Sequence[str] = (),
    per_minute: int = 60,
    rewriting: bool = False,
) -> "WebChannel":
    """A web chat. Touches no network.

    `embed`: origins that may frame it. `proxies`: addresses that X-Forwarded-For is believed from.
    `per_minute`: new chats from one address. `rewriting`: questions go to another service.
    """
    return WebChannel(Pages(embed, rewriting=rewriting), Door(frozenset(proxies), per_minute))


class WebChannel:
    """The page, what it posts, and what it hears."""

    name = "web"
    keeps = 600.0
    repeats = False  # the page knows by its id what it showed

    def __init__(self, pages: Pages, door: Door) -> None:
        self._pages, self._door, self._streams = pages, door, Streams()
        self._files = Files()

    def routes(self, receive: Receive) -> Sequence[BaseRoute]:
        """The page and its files, and the four addresses that its script calls."""

        async def message(request: Request) -> Response:
            return await self._message(request, receive)

        return (
            *self._pages.routes(),
            Route("/chat/messages", secured(message), methods=["POST"]),
            Route("/chat/files", secured(self._file), methods=["POST"]),
            Route("/chat/stream", secured(self._stream), methods=["GET"]),
            Route("/chat/seen", secured(self._seen), methods=["POST"]),
        )

    async def listen(self, receive: Receive) -> None:
        """Wait; when the server stops, let the open pages hear what is under way, then go."""
        try:
            await asyncio.Event().wait()
        finally:
            asyncio.get_running_loop().call_later(LINGER, self._streams.end)

    def read(self, body: str) -> Asked | None:
        """What a message asks."""
        held = json.loads(body)
        kind = Kind(held["kind"])
        question = Question(
            text="" if kind is Kind.DOCUMENT else held["text"],
            kind=kind,
            person=f"web:{held['session']}",
            language=held["language"],
        )
        place = held["session"], held["id"]
        return Asked(
            question=question, to=json.dumps(place), again=json.dumps([place[0], _later(place[1])])
        )

    def here(self, to: str) -> bool:
        """Whether a page of this session is open."""
        session, _ = json.loads(to)
        return self._streams.listens(session)

    async def document(self, body: str) -> File:
        """A document that the page brought before its message; empty where it is not there."""
        held = json.loads(body)
        return File(name=held["text"], data=self._files.take(held["session"], held["id"]))

    def busy(self, body: str) -> AbstractAsyncContextManager[None]:
        """Tell the page that its question is being searched for, and when that has ended."""
        return self._busy(body)

    @asynccontextmanager
    async def _busy(self, body: str) -> AsyncIterator[None]:
        held = json.loads(body)
        self._streams.whisper(held["session"], event("busy", {"to": held["id"]}))
        yield  # what fails here is answered later: then there is no end to tell
        self._streams.whisper(held["session"], event("idle", {"to": held["id"]}))

    def pack(self, reply: Reply, to: str) -> list[str]:
        """The one call that says a reply."""
        session, id = json.loads(to)
        held = packed(reply)
        call = {"session": session, "id": id, "reply": held}
        return [json.dumps(call, ensure_ascii=False)] if held else []

    async def send(self, call: str) -> None:
        """Write it to the open page, and wait until that has shown it. Raises Later."""
        held = json.loads(call)
        session, id = held["session"], held["id"]
        try:
            await self._streams.deliver(session, id, events(id, held["reply"]))
        except Later as error:
            if _is_later(id):
                raise Later(str(error), error.seconds, LATE) from None
            raise

    async def _message(self, request: Request, receive: Receive) -> Response:
        """A message from the page: 202 once it is kept."""
        language = preferred(request)
        try:
            held = checked(
                await whole(request, LARGEST), request.headers.get("x-session", ""), language
            )
        except BadMessage as error:
            return _unread(error, error.language or language)
        except BadBody as error:
            if error.status != 413:  # a slow network: the page tries again
                return JSONResponse({"why": f"the body is {error}"}, 503, CLOSE)
            return _unread(error, language)
        if not self._door.admits(request, held.session):
            say = speak(held.language)
            text = say(
                "That is more than I can answer at once. Please wait a minute, then ask again. HELP"
                " works at any time."
            )
            return JSONResponse({"error": text}, 429, {"Retry-After": "60"})
        id = f"{held.session}.{held.id}"
        await receive([Incoming(id=id, conversation=held.session, body=held.body())])
        return JSONResponse({}, 202)

    async def _file(self, request: Request) -> Response:
        """A document, before the message that speaks of it: 204 once it is held."""
        session, id = request.headers.get("x-session", ""), request.headers.get("x-id", "")
        if not (SESSION.fullmatch(session) and _ID.fullmatch(id)):
            return JSONResponse({"why": "X-Session or X-Id is missing or malformed"}, 400, CLOSE)
        if not self._door.admits(request, session):
            return JSONResponse({}, 429, {"Retry-After": "60", **CLOSE})
        try:
            data = await whole(request, MOST_FILE, UPLOADING)
        except BadBody as error:
            return JSONResponse({"why": f"the body is {error}"}, error.status, CLOSE)
        return Response(status_code=204 if self._files.put(session, id, data) else 503)

    async def _stream(self, request: Request) -> Response:
        """Replies, as server-sent events, until the response has been open long enough."""
        session = request.headers.get("x-session", "")
        if not SESSION.fullmatch(session):
            return JSONResponse({"why": "X-Session: is not 32 hexadecimal digits"}, 400)
        closed = self._door.page(request)
        if closed is None:
            return JSONResponse({}, 503, {"Retry-After": "30"})
        last = request.headers.get("last-event-id", "")
        poll = request.headers.get("x-poll", "") == "1"
        stream = self._streams.open(session, last if _ID.fullmatch(last) else "", poll=poll)

        def ended() -> None:
            closed()
            self._streams.close(session, stream)

        return _Open(stream, ended)

    async def _seen(self, request: Request) -> Response:
        """The page has shown a reply."""
        session = request.headers.get("x-session", "")
        id = request.headers.get("last-event-id", "")
        if not (SESSION.fullmatch(session) and _ID.fullmatch(id)):
            return JSONResponse({"why": "X-Session or Last-Event-ID is missing or malformed"}, 400)
        self._streams.shown(session, id)
        return Response(status_code=204)


def _later(id: str) -> str:
    """The id of the reply that comes days after the one of this id."""
    return f"{id}{_LATER}"


def _is_later(id: str) -> bool:
    return id.endswith(_LATER)


def _unread(error: Exception, language: str) -> Response:
    say = speak(language)
    text = say("This message could not be read. Please reload the page and ask again.")
    return JSONResponse({"error": text, "why": str(error)}, 400)


class _Open(StreamingResponse):
    """A response that tells when it has ended, however it did."""

    def __init__(self, stream: Stream, ended: Callable[[], None]) -> None:
        super().__init__(
            stream.texts(),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no", "Cache-Control": "no-store, no-transform"},
        )
        self._ended = ended

    async def __call__(self, scope: Scope, receive: AsgiReceive, send: Send) -> None:
        """Send until the stream or the connection ends."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._ended()
