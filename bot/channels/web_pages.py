"""The page, its style and its script, in each language; what a browser may do with them.

Nothing on the page comes from another site, and nothing runs but what lies in `bot/web`.
"""

import functools
import gzip
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot import replies
from bot.channels.web_render import direction
from bot.phrases import languages, own_name, speak
from bot.safeguarding import cards
from bot.safeguarding.helplines import DIRECTORY, Helpline, countries, local_hours

FOLDER = Path(__file__).resolve().parents[1] / "web"
NAME = "Ask the Exchange"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {frames}"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_FOR_EVER = "public, max-age=31536000, immutable"  # its address changes with it
_LOOK_AGAIN = "no-cache"
Endpoint = Callable[[Request], Awaitable[Response]]


def secured(endpoint: Endpoint) -> Endpoint:
    """The endpoint with the headers that each response has."""

    @functools.wraps(endpoint)
    async def respond(request: Request) -> Response:
        response = await endpoint(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", "default-src 'none'")
        return response

    return respond


def preferred(request: Request) -> str:
    """The language of a visit: `?lang=`, else the first of Accept-Language that is spoken."""
    chosen = request.query_params.get("lang", "")
    if chosen in languages():
        return chosen
    wishes = []
    for place, wish in enumerate(request.headers.get("accept-language", "").split(",")[:20]):
        code, _, quality = wish.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            weight = 0.0
        wishes.append((-weight, place, code.split("-")[0].lower()))
    return next((code for _, _, code in sorted(wishes) if code in languages()), "en")


class Pages:
    """What is served as it is, made once a language."""

    def __init__(self, embed: Sequence[str], *, rewriting: bool) -> None:
        self._embed, self._rewriting = embed, rewriting
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self._made: dict[str, bytes] = {}
        self._files = {name: (FOLDER / name).read_bytes() for name in ("chat.css", "chat.js")}

    def routes(self) -> Sequence[BaseRoute]:
        """The page, its two files, and the line that puts it into another site."""
        return (
            Route("/chat", secured(self._page), methods=["GET"]),
            Route("/chat/", secured(self._page), methods=["GET"]),
            Route("/chat/{name:str}.css", secured(self._style), methods=["GET"]),
            Route("/chat/{name:str}.js", secured(self._script), methods=["GET"]),
            Route("/embed.js", secured(self._line), methods=["GET"]),
        )

    def page(self, language: str) -> bytes:
        """The page in a language."""
        if language not in self._made:
            template = self._environment.get_template("chat.html")
            text = template.render(_values(language, self._rewriting), version=self.version)
            self._made[language] = text.encode()
        return self._made[language]

    @functools.cached_property
    def version(self) -> str:
        """What tells whether a file has changed."""
        return hashlib.sha256(b"".join(self._files.values())).hexdigest()[:12]

    @functools.cached_property
    def embedding(self) -> bytes:
        """The script that puts a button on another site."""
        labels = {code: [NAME, speak(code)("Close the chat")] for code in languages()}
        text = (FOLDER / "embed.js").read_text(encoding="utf-8")
        return text.replace("LABELS", json.dumps(labels, ensure_ascii=False)).encode()

    async def _page(self, request: Request) -> Response:
        frames = " ".join(self._embed) or "'none'"
        headers = {
            "Content-Security-Policy": _POLICY.format(frames=frames),
            "Vary": "Accept-Language, Accept-Encoding",
            "Cache-Control": _LOOK_AGAIN,
        } | ({} if self._embed else {"X-Frame-Options": "DENY"})
        return _sent(request, self.page(preferred(request)), "text/html", headers)

    async def _style(self, request: Request) -> Response:
        headers = {"Cache-Control": _FOR_EVER}
        return _sent(request, self._files["chat.css"], "text/css", headers)

    async def _script(self, request: Request) -> Response:
        headers = {"Cache-Control": _FOR_EVER}
        return _sent(request, self._files["chat.js"], "text/javascript", headers)

    async def _line(self, request: Request) -> Response:
        headers = {"Cache-Control": "max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}
        return _sent(request, self.embedding, "text/javascript", headers)


def _sent(request: Request, data: bytes, kind: str, headers: Mapping[str, str]) -> Response:
    """The file, or that it has not changed; compressed for who can read that."""
    tag = f'W/"{hashlib.sha256(data).hexdigest()[:16]}"'
    held = {"Vary": "Accept-Encoding", **headers, "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=held)
    if "gzip" in request.headers.get("accept-encoding", ""):
        data, held["Content-Encoding"] = _compressed(data), "gzip"
    return Response(data, media_type=f"{kind}; charset=utf-8", headers=held)


@functools.lru_cache(maxsize=32)
def _compressed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def _values(language: str, rewriting: bool) -> dict[str, object]:
    """What the page says, in one language; the way to helplines in all of them."""
    say = speak(language)
    helplines = [
        (one.name(language), one.number, _dialled(one.number), one.service, _facts(one, language))
        for one in countries(language)
    ]
    welcome = replies.welcome(language, rewriting=rewriting).lines
    # The last two are an example, which can be pressed here, and what the buttons above say.
    told = [line.text for line in welcome if line.text]
    return {
        "name": NAME,
        "language": language,
        "direction": direction(language),
        "languages": [(code, own_name(code), direction(code)) for code in languages()],
        "welcome": told[:-2],
        "example": told[-2].strip("“”"),
        "label": _labels(language),
        "help": [say(text) for text in (cards.DANGER, cards.PROGRAM, cards.PHONE)],
        "helplines": helplines,
        "directory": DIRECTORY,
        "by_country": [
            (code, direction(code), speak(code)(cards.BY_COUNTRY)) for code in languages()
        ],
        "texts": _texts(language),
    }


def _labels(language: str) -> dict[str, str]:
    """What stands on the page itself."""
    say = speak(language)
    return {
        "question": say("Your question"),
        "send": say("Send"),
        "language": say("Language"),
        "help": say("HELP"),
        "log": say("Conversation"),
        "delete": say("Delete this chat"),
        "script": say("This chat needs JavaScript. HELP above works without it."),
    }


def _texts(language: str) -> dict[str, str]:
    """What the script says."""
    say = speak(language)
    return {
        "sending": say("Sending…"),
        "searching": say("Searching the library…"),
        "offline": say(
            "No connection. Your question stays here and is sent when the network is back."
        ),
        "file": say("Send a document"),
        "you": say("You asked:"),
        "answer": say("Answer:"),
        "share": say("Share this answer"),
        "copied": say("The link was copied. Nothing that you wrote is in it."),
        "silent": say("No answer has come. Please wait a minute and ask again."),
    }


def _facts(held: Helpline, language: str) -> str:
    say = speak(language)
    hours = local_hours(held.hours, language)
    told = say(cards.HOURS).format(hours=hours) if hours else say(cards.NO_HOURS)
    return f"{told}. {say(cards.CHECKED).format(date=held.checked.isoformat())}"


def _dialled(number: str) -> str:
    """The number as a phone dials it; "" where it is more than one number."""
    bare = re.sub(r"[\s()-]", "", number)
    return bare if re.fullmatch(r"\+?\d{2,15}", bare) else ""
