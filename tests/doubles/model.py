"""A language model behind the chat-completions protocol on a loopback port, faults on demand.

with ModelServer(lambda data: "So it is [1].") as model:
    ...Endpoint(model.url, ...)
    model.behave = "status 500"
"""

import asyncio
import gzip
import json
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Say = Callable[[dict[str, Any]], str]  # what was sent between <data> and </data>, to an answer


class ModelServer:
    """Answers with what `say` makes of the data, or misbehaves as `behave` names."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.behave = "well"
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        routes = [
            Route("/v1/chat/completions", self._complete, methods=["POST"]),
            Route("/elsewhere", self._elsewhere, methods=["GET", "POST"]),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes), log_config=None, lifespan="off", http="h11", ws="none",
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))
        self.redirected = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()

    def data(self) -> dict[str, Any]:
        """The data block of the last request."""
        return _data(self.requests[-1])

    async def _complete(self, request: Request) -> Response:
        body = await request.json()
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        text = self.say(_data(body))
        kind, _, rest = self.behave.partition(" ")
        behaviour = getattr(self, f"_{kind}", None)
        if behaviour is None:
            return JSONResponse(completion(text))
        made: Response | Awaitable[Response] = behaviour(text, rest)
        return made if isinstance(made, Response) else await made

    async def _elsewhere(self, request: Request) -> Response:
        self.redirected += 1
        return JSONResponse(completion("Elsewhere [1]."))

    def _status(self, text: str, status: str) -> Response:
        body = {"error": {"message": "no", "type": "x", "code": "y"}}
        return JSONResponse(body, int(status), {"retry-after": "1"})

    def _redirect(self, text: str, status: str) -> Response:
        return Response(status_code=int(status), headers={"location": "/elsewhere"})

    def _html(self, text: str, status: str) -> Response:
        return HTMLResponse("<html><h1>Bad Gateway</h1></html>", int(status))

    def _body(self, text: str, body: str) -> Response:
        return Response(body, media_type="application/json")

    def _typed(self, text: str, media_type: str) -> Response:
        return Response("not a completion", media_type=media_type)

    def _bytes(self, text: str, _: str) -> Response:
        return Response(b"\xff\xfe\x00\x80", media_type="application/json")

    async def _late(self, text: str, seconds: str) -> Response:
        await asyncio.sleep(float(seconds))
        return JSONResponse(completion(text))

    def _drip(self, text: str, seconds: str) -> Response:
        """Each byte in good time, the whole never."""
        return StreamingResponse(_slowly(float(seconds)), media_type="application/json")

    def _huge(self, text: str, status: str) -> Response:
        return StreamingResponse(_endless(), int(status), media_type="application/json")

    def _long(self, text: str, _: str) -> Response:
        return JSONResponse(completion(" ".join([text] * 20)))

    def _bomb(self, text: str, _: str) -> Response:
        body = gzip.compress(json.dumps(completion("a" * 20_000_000)).encode())
        return Response(body, headers={"content-encoding": "gzip"}, media_type="application/json")

    def _broken(self, text: str, _: str) -> Response:
        """The connection ends before the body does."""
        return StreamingResponse(_nothing(), headers={"content-length": "1000"})

    def _stream(self, text: str, _: str) -> Response:
        """Server-sent events, which nobody asked for."""
        chunk = json.dumps({"choices": [{"delta": {"content": text}}]})
        return Response(f"data: {chunk}\n\ndata: [DONE]\n\n", media_type="text/event-stream")

    def _cut(self, text: str, _: str) -> Response:
        return JSONResponse(completion(text, finish_reason="length"))


def completion(text: object, finish_reason: str = "stop") -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": finish_reason}
    named = {"id": "c", "object": "chat.completion", "created": 1, "model": "double"}
    return {**named, "choices": [choice]}


def _data(body: dict[str, Any]) -> dict[str, Any]:
    content = body["messages"][-1]["content"]
    found: dict[str, Any] = json.loads(content.removeprefix("<data>").removesuffix("</data>"))
    return found


async def _slowly(seconds: float) -> AsyncIterator[bytes]:
    while True:
        yield b" "
        await asyncio.sleep(seconds)


async def _endless() -> AsyncIterator[bytes]:
    while True:
        yield b'{"choices": ' * 10_000
        await asyncio.sleep(0)


async def _nothing() -> AsyncIterator[bytes]:
    yield b"{"
