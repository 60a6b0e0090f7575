"""Signing in and out, one's own password and language, the first page, and the audit log."""

import math
import re
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.console.accounts import LONGEST, SHORTEST, BadAccount, Role
from bot.console.web import ROOT, Visitor, action, back, noted, page, shown
from bot.phrases import languages, speak

if TYPE_CHECKING:
    from bot.console.app import Desk

PATH, COOKIE, KNOWN = "/sign-in", "console", "console-known"
_KEPT = 180 * 86_400  # seconds that a browser is known
_LARGEST = 10_000  # bytes of the form that anybody may post
_LOOPBACK = ("localhost", "127.0.0.1", "::1", "[::1]")
_SHOWN = 100  # entries of the log on one page
_one = threading.Lock()  # one hash at a time: each takes 19 MB


def routes() -> Sequence[BaseRoute]:
    """The pages that every console has."""
    return (
        Route(PATH, sign_in, methods=["GET", "POST"]),
        Route("/", home, methods=["GET"]),
        Route("/account", account, methods=["GET"]),
        Route("/account/language", choose_language, methods=["POST"]),
        Route("/account/password", change_password, methods=["POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
        Route("/log", log, methods=["GET"]),
    )


async def sign_in(request: Request) -> Response:
    """The one page that anybody sees."""
    wanted = _own(request.query_params.get("next", "/"))
    if request.method == "GET":
        if request.state.visitor:
            return back(wanted)
        return shown(request, None, "sign_in.html", why="", name="", wanted=wanted)
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > _LARGEST:
        return Response("The form is too large.\n", 413)
    form = await request.form()
    name, wanted = str(form.get("name", "")).strip().lower(), _own(str(form.get("next", "/")))
    desk = _desk(request)
    why, status = "", 429
    kept = request.cookies.get(KNOWN, "")
    if not (desk.lockout.knows(name, kept) or desk.door.tries(request)):
        why = speak(request.state.language)(
            "Too many passwords were tried from your network. Wait a minute, then try again."
        )
    else:
        password = str(form.get("password", ""))
        token, why = await run_in_threadpool(
            _tried, desk, name, password, request.state.language, kept
        )
        status = 401
        if token:
            response = _signed_in(request, token, wanted)
            _set(request, response, KNOWN, desk.lockout.known(name), _KEPT)
            return response
    return shown(
        request, None, "sign_in.html", status=status, why=why, name=name[:40], wanted=wanted
    )


def _tried(desk: "Desk", name: str, password: str, language: str, kept: str) -> tuple[str, str]:
    """(a new session's token, why not): one of them is empty."""
    say = speak(language)
    with _one:
        if wait := desk.lockout.wait(name, kept):
            minutes = math.ceil(wait / 60)
            told = say(
                "Too many wrong passwords. Wait {minutes} min, then try again, or ask an"
                " administrator."
            )
            return "", told.format(minutes=minutes)
        found = desk.accounts.right(name, password)
        if found is None:
            desk.lockout.failed(name, kept)
            known = desk.accounts.get(name)  # what is no account's name may be a password
            detail = "" if known else "unknown name"
            desk.audit.note(name if known else "", "sign-in failed", detail)
            return "", say("The name or the password is not right.")
        desk.lockout.clear(name, kept)
    desk.audit.note(found.name, "signed in")
    return desk.sessions.start(found.name), ""


def _signed_in(request: Request, token: str, wanted: str) -> Response:
    response = back(wanted)
    _set(request, response, COOKIE, token)
    return response


def _set(
    request: Request, response: Response, name: str, value: str, age: int | None = None
) -> None:
    """A cookie that no script reads and no other site has sent; without an age for this session."""
    response.set_cookie(
        name, value, age, path=ROOT, httponly=True, samesite="strict",
        secure=not _loopback(request),
    )  # fmt: skip


def _loopback(request: Request) -> bool:
    """Whether the browser is at this machine, without TLS: it would not keep a Secure cookie."""
    told = request.headers.get("x-forwarded-proto", "") == "https"
    return not told and request.url.hostname in _LOOPBACK


def _own(path: str) -> str:
    """The path, where it is one of the console and nothing else; else the first page."""
    return path if re.fullmatch(r"/(?!/)[\w./-]*", path, re.ASCII) else "/"


@page(Role.VIEWER)
async def home(request: Request, visitor: Visitor) -> Response:
    """The first page: what there is."""
    return shown(request, visitor, "home.html")


@page(Role.VIEWER)
async def account(request: Request, visitor: Visitor) -> Response:
    """One's own account."""
    done = request.query_params.get("done") == "1"
    return _account(request, visitor, done=done)


def _account(request: Request, visitor: Visitor, **values: Any) -> Response:  # noqa: ANN401
    values = {"done": False, "why": "", "status": 200, **values}
    return shown(request, visitor, "account.html", shortest=SHORTEST, **values)


@action(Role.VIEWER)
async def choose_language(request: Request, visitor: Visitor) -> Response:
    """Which language the console speaks to oneself."""
    language = str((await request.form()).get("language", ""))
    if language in languages():
        desk = _desk(request)
        await run_in_threadpool(desk.accounts.change, visitor.name, language=language)
    return back("/account")


@action(Role.VIEWER)
async def change_password(request: Request, visitor: Visitor) -> Response:
    """Another password; all sessions end but a new one for this browser."""
    form = await request.form()
    kept = request.cookies.get(KNOWN, "")
    why = await run_in_threadpool(_changed, _desk(request), visitor, form, kept)
    if why:
        return _account(request, visitor, why=why, status=400)
    noted(request, visitor.name)
    token = await run_in_threadpool(_desk(request).sessions.start, visitor.name)
    return _signed_in(request, token, "/account?done=1")


def _changed(desk: "Desk", visitor: Visitor, form: FormData, kept: str) -> str:
    """Why the password was not changed; "" where it was."""
    say = speak(visitor.language)
    old, new, again = (str(form.get(name, "")) for name in ("old", "new", "again"))
    with _one:
        waits = desk.lockout.wait(visitor.name, kept)
        if waits or not desk.accounts.right(visitor.name, old):
            desk.lockout.failed(visitor.name, kept)
            return say("The password that you have now is not right.")
        if new != again:
            return say("The new password was not typed the same twice.")
        try:
            desk.accounts.renew(visitor.name, new)
        except BadAccount:
            told = say("A password has {shortest} to {longest} characters.")
            return told.format(shortest=SHORTEST, longest=LONGEST)
    desk.sessions.end_all(visitor.name)
    return ""


@action(Role.VIEWER)
async def sign_out(request: Request, visitor: Visitor) -> Response:
    """The end of this session, or of all."""
    desk, form = _desk(request), await request.form()
    if form.get("everywhere"):
        await run_in_threadpool(desk.sessions.end_all, visitor.name)
    await run_in_threadpool(desk.sessions.end, request.cookies.get(COOKIE, ""))
    response = RedirectResponse(f"{ROOT}{PATH}", 303)
    response.delete_cookie(COOKIE, path=ROOT)
    return response


@page(Role.ADMINISTRATOR)
async def log(request: Request, visitor: Visitor) -> Response:
    """Who did what."""
    before = request.query_params.get("before", "")
    start = int(before) if before.isdecimal() and len(before) < 16 else 0
    entries = await run_in_threadpool(_desk(request).audit.latest, _SHOWN, start)
    further = entries[-1][0] if len(entries) == _SHOWN else 0
    return shown(request, visitor, "log.html", entries=[e for _, e in entries], further=further)


def _desk(request: Request) -> "Desk":
    desk: Desk = request.app.state.desk
    return desk
