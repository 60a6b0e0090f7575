"""The console as routes: the gate before all of its pages, and the sections behind it."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.web_door import Door
from bot.channels.web_pages import preferred
from bot.console import signing
from bot.console.accounts import Accounts
from bot.console.audit import Audit
from bot.console.lockout import Lockout
from bot.console.sessions import Sessions, form_token
from bot.console.web import ROOT, Section, Visitor, shown
from bot.opening import open_part
from bot.phrases import speak
from bot.settings import Settings
from index.ports import StaleIndex

STATIC = Path(__file__).parent / "static"
PER_MINUTE = 20  # passwords tried from one network address
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Desk:
    """What the console holds open."""

    def __init__(self, settings: Settings, sections: Sequence[Section]) -> None:
        self.settings, self.sections = settings, sections
        self.accounts, self.sessions = open_part(Accounts, settings), open_part(Sessions, settings)
        self.audit, self.lockout = open_part(Audit, settings), open_part(Lockout, settings)
        self.door = Door(frozenset(settings.web_proxy.split()), PER_MINUTE)
        # Held, so that what a page names by its version is never what a later program brought.
        self.static = {path.name: path.read_bytes() for path in sorted(STATIC.iterdir())}
        self.version = hashlib.sha256(b"".join(self.static.values())).hexdigest()[:12]

    def visitor(self, request: Request) -> Visitor | None:
        """Who is signed in, by the cookie."""
        token = cookie(request)
        name = self.sessions.name(token) if token else None
        account = self.accounts.get(name) if name else None
        if account is None:
            return None
        language = account.language or request.state.language
        return Visitor(name=account.name, role=account.role, language=language)


def console(settings: Settings, sections: Sequence[Section]) -> list[BaseRoute]:
    """All that lies below /console. Without an account nothing of it is shown but the sign-in."""
    desk = Desk(settings, sections)
    routes = [
        *signing.routes(),
        Route("/static/{name}", _static, methods=["GET"]),
        *(route for section in sections for route in section.routes),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Gate, desk=desk)],
        exception_handlers={StaleIndex: _no_library},
    )
    app.state.desk = desk
    return [Route(ROOT, _home, methods=["GET"]), Mount(ROOT, app=app)]


class Gate:
    """Lets nobody through without a session, and gives each response its headers."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app, self._desk = app, desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        request.state.language = preferred(request)
        response = await self._stopped(request)
        await (response or self._app)(scope, receive, secured)

    async def _stopped(self, request: Request) -> Response | None:
        """What is said instead of the page; None where it may be shown."""
        path = request.url.path.removeprefix(ROOT)
        sender = request.headers.get("sec-fetch-site", "none")  # all browsers tell since 2023
        if request.method not in ("GET", "HEAD") and sender not in ("same-origin", "none"):
            return Response("This form comes from another site.\n", 403)
        if path.startswith("/static/"):
            return None
        visitor = await run_in_threadpool(self._desk.visitor, request)
        request.state.visitor = visitor
        if visitor:
            request.state.form_token = form_token(cookie(request))
        if visitor or path == signing.PATH:
            return None
        wanted = f"?next={quote(path)}" if request.method == "GET" and path != "/" else ""
        return RedirectResponse(f"{ROOT}{signing.PATH}{wanted}", 303)


def cookie(request: Request) -> str:
    """The session's token that the browser sent; "" where it sent none."""
    return request.cookies.get(signing.COOKIE, "")


async def _home(request: Request) -> Response:
    return RedirectResponse(f"{ROOT}/", 303)


async def _no_library(request: Request, error: Exception) -> Response:
    """What a page says that needs the library where none can be opened."""
    say = speak(request.state.visitor.language)
    why = say("There is no library that can be read yet. Publish one first, under “Library”.")
    return shown(request, request.state.visitor, "refused.html", status=503, why=why)


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    content, kind = request.app.state.desk.static.get(name), _KINDS.get(Path(name).suffix)
    if content is None or kind is None:
        return Response("There is no such file.\n", 404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(content, media_type=kind, headers=headers)
