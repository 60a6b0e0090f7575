"""One port: what networks call, and the pages that tell whether all is well."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.delivery.port import Store
from bot.delivery.post import Post
from bot.logs import logger
from bot.metrics import Metrics
from bot.settings import BadSetting

PATIENCE = 3.0  # seconds that the store may take to show that it can be written
AT_ONCE = 800  # connections; more are told to come back, before files run out

log = logger(__name__)


class Server(uvicorn.Server):
    """Runs in our loop. Signals are ours: told to stop, it must not end before the post."""

    def __init__(self, config: uvicorn.Config, listening: socket.socket) -> None:
        super().__init__(config)
        self._listening = listening

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer until `should_exit`; then accept nothing more and wait for what is under way."""
        await super().serve(sockets or [self._listening])

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def open_server(routes: Sequence[BaseRoute], host: str, port: int) -> Server:
    """Take the port. Raises BadSetting, one line, where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=256)
        # Else each response waits 40 ms between head and body; what is accepted inherits it.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        raise BadSetting(
            f"HOST={host} PORT={port}: cannot be listened at ({error.strerror or error}); end the"
            " program that does, or set another"
        ) from error
    app = Starlette(routes=list(routes))
    app.router.redirect_slashes = False  # it would lead to whatever host the request names
    config = uvicorn.Config(
        app, http="h11", ws="none", lifespan="off", log_config=None,
        log_level="warning", access_log=False, server_header=False, proxy_headers=False,
        limit_concurrency=AT_ONCE,
    )  # fmt: skip
    log.info("open", host=host, port=listening.getsockname()[1])
    return Server(config, listening)


class State:
    """The pages /health, /ready and /metrics. They tell nothing of anybody."""

    def __init__(
        self, post: Post, store: Store, ready: Callable[[], object], metrics: Metrics
    ) -> None:
        """`ready` raises where questions cannot be answered; it may take a while."""
        self._post, self._store, self._ready, self._metrics = post, store, ready, metrics

    def routes(self) -> list[BaseRoute]:
        """The three pages."""
        return [
            Route("/health", self._health),
            Route("/ready", self._readiness),
            Route("/metrics", self._measured),
        ]

    async def _health(self, request: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def _readiness(self, request: Request) -> Response:
        wrong = await self._wrong()
        return JSONResponse({"ready": not wrong, "wrong": wrong}, 503 if wrong else 200)

    async def _wrong(self) -> dict[str, str]:
        """What does not work, each with why."""
        wrong = {f"channel {name}": why for name, why in self._post.silent.items()}
        try:
            await asyncio.to_thread(self._ready)
        except Exception as error:
            wrong["index"] = type(error).__name__
        try:
            await asyncio.wait_for(self._post.kept(self._store.probe), PATIENCE)
        except Exception as error:
            wrong["store"] = f"{type(error).__name__} {error}".strip()
        return wrong

    async def _measured(self, request: Request) -> Response:
        page = self._metrics.page(await self._post.kept(self._store.waiting))
        return Response(page, media_type=CONTENT_TYPE_LATEST)
