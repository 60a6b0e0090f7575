"""What every page of the console shares: who visits, what they may, how a page is made.

@page(Role.VIEWER)
async def shown_list(request: Request, visitor: Visitor) -> Response:
    return shown(request, visitor, "list.html", rows=rows)

@action(Role.EDITOR)                # a form posts here; it holds {{ form_token() }}
async def kept(request: Request, visitor: Visitor) -> Response:
    form = await request.form()
    noted(request, "S016")          # what the audit log says beside the address
    return back("/list")
"""

import functools
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.dates import format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from bot.channels.web_render import direction
from bot.console.accounts import Role
from bot.phrases import languages, own_name, speak

__all__ = ["ROOT", "Role", "Section", "Visitor", "action", "back", "noted", "page", "shown"]

ROOT = "/console"
LARGEST = 1_000_000  # bytes of a form without a file
_FOLDER = Path(__file__).parent / "templates"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
_SCRIPTS = "; script-src 'self'; connect-src 'self'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is signed in."""

    name: str
    role: Role
    language: str  # ISO 639-1


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the console: its place in the menu, and its pages."""

    path: str  # below /console, such as "/refresh"
    label: str  # English, a text of the catalogues
    role: Role  # who sees it in the menu
    routes: Sequence[BaseRoute]  # with their whole path below /console


View = Callable[[Request, Visitor], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def page(role: Role) -> Callable[[View], Endpoint]:
    """A page for whoever is signed in and has at least this role; others read why not."""

    def decorated(view: View) -> Endpoint:
        @functools.wraps(view)
        async def endpoint(request: Request) -> Response:
            visitor: Visitor = request.state.visitor  # the gate lets nobody else through
            if visitor.role < role:
                return _refused(request, visitor, 403, speak(visitor.language)(_NOT_YOURS))
            return await view(request, visitor)

        return endpoint

    return decorated


def action(role: Role, *, most: int = LARGEST) -> Callable[[View], Endpoint]:
    """As `page`, for a form that does something: checks its token, and writes down who did it.

    `most`: bytes that the form may have.
    """

    def decorated(view: View) -> Endpoint:
        @page(role)
        @functools.wraps(view)
        async def endpoint(request: Request, visitor: Visitor) -> Response:
            say = speak(visitor.language)
            length = request.headers.get("content-length", "")
            if not length.isdecimal() or int(length) > most:
                return _refused(request, visitor, 413, say(_TOO_LARGE))
            async with request.form() as form:  # the view gets the same; its files end here
                given = str(form.get("token", ""))
                if not hmac.compare_digest(given.encode(), request.state.form_token.encode()):
                    return _refused(request, visitor, 403, say(_TOO_OLD))
                response = await view(request, visitor)
            done = "" if response.status_code < 400 else f"{response.status_code} "
            detail = done + getattr(request.state, "noted", "")
            path = request.url.path.removeprefix(ROOT)
            audit = request.app.state.desk.audit
            await run_in_threadpool(audit.note, visitor.name, path, detail.strip())
            return response

        return endpoint

    return decorated


def noted(request: Request, detail: str) -> None:
    """What the audit log shall say of this action beside its address: an id, never a text."""
    request.state.noted = detail


def back(path: str) -> Response:
    """To a page of the console, after an action: the browser fetches it anew."""
    return RedirectResponse(f"{ROOT}{path}", status_code=303)


def shown(
    request: Request,
    visitor: Visitor | None,
    template: str,
    *,
    status: int = 200,
    scripts: bool = False,
    **values: Any,  # noqa: ANN401 - a template takes anything
) -> Response:
    """The template, which extends base.html, in the visitor's language; all values are escaped.

    In it: `_("English")`, `form_token()` in each form, `root`, `visitor`, `when(seconds)`.
    `scripts`: whether it loads any, from /console/static.
    """
    language = visitor.language if visitor else request.state.language
    desk = request.app.state.desk
    sections = [one for one in desk.sections if visitor and one.role <= visitor.role]
    made = _environment().get_template(template).render(
        values,
        _=speak(language), root=ROOT, visitor=visitor, language=language, version=desk.version,
        direction=direction(language), sections=sections, here=request.url.path.removeprefix(ROOT),
        languages=[(code, own_name(code)) for code in languages()], Role=Role,
        form_token=lambda: _form_token(request), when=functools.partial(when, language=language),
    )  # fmt: skip
    policy = _POLICY + _SCRIPTS * scripts
    headers = {"Content-Security-Policy": policy, "Content-Language": language}
    return Response(made, status, headers, media_type="text/html; charset=utf-8")


def when(seconds: float, language: str) -> str:
    """A time, in seconds since 1970, as people of the language write it; UTC."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{format_datetime(moment, 'medium', locale=language)} UTC"


def _form_token(request: Request) -> Markup:
    token = getattr(request.state, "form_token", "")
    return Markup('<input type="hidden" name="token" value="{}">').format(token)


def _refused(request: Request, visitor: Visitor, status: int, why: str) -> Response:
    return shown(request, visitor, "refused.html", status=status, why=why)


_NOT_YOURS = "Your role does not let you do this. Ask an administrator of the console."
_TOO_LARGE = "That is larger than this form takes."
_TOO_OLD = (
    "This page was open for too long, or the form came from elsewhere. Nothing was done. Open the"
    " page again and repeat it."
)
TEXTS = frozenset({_NOT_YOURS, _TOO_LARGE, _TOO_OLD})


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
