"""What practitioners shared, one page each: what the link under an answer from practice opens."""

from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.web_pages import secured
from bot.channels.web_render import direction
from bot.desk.contributions import Contribution, Contributions, NoContribution, State
from bot.desk.sharing_texts import PUBLISHER, titled
from bot.phrases import speak

_PAGE = """<!doctype html>
<html lang="{language}" dir="{direction}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">
<title>{title}</title></head>
<body><main><h1>{title}</h1><p><em>{mark}</em></p>
{paragraphs}
<p>{giver}</p></main></body></html>
"""


def routes(held: Contributions) -> list[BaseRoute]:
    """`/practice/ID`, for what is published; what is withdrawn is gone at once."""

    async def page(request: Request) -> Response:
        try:
            one = await run_in_threadpool(held.one, request.path_params["id"])
        except NoContribution:
            return PlainTextResponse("There is no such page.\n", 404)
        if one.state is State.WITHDRAWN:
            return PlainTextResponse("Its giver has taken this back.\n", 410)
        if one.state is not State.APPROVED:
            return PlainTextResponse("There is no such page.\n", 404)
        return HTMLResponse(rendered(one))

    return [Route("/practice/{id}", secured(page), methods=["GET"])]


def rendered(one: Contribution) -> str:
    """The page; every text of a person is escaped."""
    parts = filter(None, map(str.strip, one.text.split("\n")))
    return _PAGE.format(
        language=escape(one.language),
        direction=direction(one.language),
        title=escape(titled(one)),
        mark=escape(speak(one.language)("from practice, not guidance")),
        paragraphs="\n".join(f"<p>{escape(part)}</p>" for part in parts),
        giver=escape(", ".join(filter(None, (one.name, PUBLISHER, one.dated)))),
    )
