"""The pages on what people need: tables with plots, a file for spreadsheets, proposals."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

from babel import Locale
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console import plots
from bot.console.web import Role, Section, Visitor, action, back, noted, page, shown
from bot.counts import FEWEST, Counts, today
from bot.desk.needs import PERIODS, Needs, Row, as_csv, cells_of, needs
from bot.desk.proposals import BadProposal, Proposals
from bot.opening import open_counts, open_part
from bot.phrases import Say, language_name, speak
from bot.settings import Settings
from corpus.library import Library
from index.editing import held_library

PATH = "/needs"
NAMES = {  # of what is counted, for people; themes are the hub's own words and stay as they are
    "answered": "answered",
    "not found": "nothing found",
    "not read": "not read (no words, too long, a picture)",
    "command or button": "a command or a button",
    "too fast": "written too fast",
    "helpful": "helpful",
    "not helpful": "not helpful",
    "not said": "no reason given",
    "wrong": "wrong",
    "off the point": "off the point",
    "too long": "too long",
    "outdated": "outdated",
    "not in my language": "not in my language",
    "passed on": "passed on to staff",
    "none": "no country chosen",
    "other": "another topic",
}
TABLES = (  # what is counted by, and what people read above it
    ("outcome", "What became of messages"),
    ("topic", "Questions by topic"),
    ("language", "Messages by language"),
    ("channel", "Messages by network"),
    ("country", "Questions by country chosen"),
    ("feedback", "Helpful or not"),
    ("reason", "What was not good"),
    ("after", "After the answer"),
)
LABEL = "What people need"
TEXTS = frozenset({*NAMES.values(), *(title for _, title in TABLES), LABEL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the pages read and change."""

    settings: Settings
    counts: Counts
    proposals: Proposals

    def titles(self) -> dict[str, str]:
        """The title of each source that is held, by its id."""
        path = held_library(self.settings.exchange_data)
        if path is None:
            return {}
        with closing(Library(path, read_only=True)) as library:
            return {id: source.title for id, source in library.sources().items()}


def section(settings: Settings) -> Section:
    """The pages, over the data folder of these settings."""
    counts, proposals = open_counts(settings), open_part(Proposals, settings)
    desk = Desk(settings=settings, counts=counts, proposals=proposals)
    routes = [
        Route(PATH, page(Role.VIEWER)(partial(_needs, desk)), methods=["GET"]),
        Route(f"{PATH}.csv", page(Role.VIEWER)(partial(_csv, desk)), methods=["GET"]),
        Route(f"{PATH}/proposals", page(Role.EDITOR)(partial(_proposals, desk)), methods=["GET"]),
        Route(
            f"{PATH}/proposals/accept", action(Role.EDITOR)(partial(_accept, desk)),
            methods=["POST"],
        ),
        Route(
            f"{PATH}/proposals/dismiss", action(Role.EDITOR)(partial(_dismiss, desk)),
            methods=["POST"],
        ),
    ]  # fmt: skip
    return Section(path=PATH, label=LABEL, role=Role.VIEWER, routes=routes)


def _weeks(request: Request) -> int:
    """The period that was chosen; 13 weeks where it is none of those offered."""
    asked = request.query_params.get("weeks", "")
    return int(asked) if asked in map(str, PERIODS) else PERIODS[1]


async def _needs(desk: Desk, request: Request, visitor: Visitor) -> Response:
    weeks, day = _weeks(request), today()
    titles = await run_in_threadpool(desk.titles)
    cells = await run_in_threadpool(cells_of, desk.counts, day, weeks)
    mirrored = visitor.language == "ar"
    found = needs(cells, day, weeks, titles)
    return shown(
        request,
        visitor,
        "needs.html",
        found=_named(found, visitor.language, titles),
        tables=TABLES,
        titles=titles,
        period=weeks,
        periods=PERIODS,
        fewest=FEWEST,
        waiting=len(await run_in_threadpool(desk.proposals.listed)),
        bar=partial(plots.bar, mirrored=mirrored),
        columns=partial(plots.columns, mirrored=mirrored),
        cards=await run_in_threadpool(desk.counts.cards, day),
    )


def _named(found: Needs, language: str, titles: dict[str, str]) -> Needs:
    """The tables with names that people read in place of codes."""
    say, places = speak(language), Locale(language).territories
    own: dict[str, Callable[[str], str]] = {
        "language": lambda code: language_name(code, language),
        "country": lambda code: str(places.get(code, "")) or _name(code, say),
        "channel": str,
    }

    def renamed(rows: tuple[Row, ...], by: str = "") -> tuple[Row, ...]:
        name = own.get(by, partial(_name, say=say))
        return tuple(replace(row, name=name(row.name)) for row in rows)

    def titled(rows: tuple[Row, ...]) -> tuple[Row, ...]:
        return tuple(replace(row, name=titles.get(row.name, row.name)) for row in rows)

    return replace(
        found,
        by={by: renamed(rows, by) for by, rows in found.by.items()},
        gaps=renamed(found.gaps),
        liked=renamed(found.liked),
        liked_sources=titled(found.liked_sources),
        used=titled(found.used),
    )


def _name(text: str, say: Say) -> str:
    return say(NAMES[text]) if text in NAMES else text


async def _csv(desk: Desk, request: Request, visitor: Visitor) -> Response:
    weeks = _weeks(request)
    cells = await run_in_threadpool(cells_of, desk.counts, today(), weeks)
    name = f"needs-{today():%Y-%m-%d}-{weeks}-weeks.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(as_csv(cells), headers=headers, media_type="text/csv; charset=utf-8")


async def _proposals(desk: Desk, request: Request, visitor: Visitor) -> Response:
    return await _listed(desk, request, visitor)


async def _listed(
    desk: Desk, request: Request, visitor: Visitor, wrong: str = "", status: int = 200
) -> Response:
    return shown(
        request,
        visitor,
        "proposals.html",
        status=status,
        proposals=await run_in_threadpool(desk.proposals.listed),
        titles=await run_in_threadpool(desk.titles),
        golden=desk.settings.golden,
        named=partial(_name, say=speak(visitor.language)),
        wrong=wrong,
    )


async def _accept(desk: Desk, request: Request, visitor: Visitor) -> Response:
    form = await request.form()
    id = _number(str(form.get("id", "")))
    more = str(form.get("more", "")).replace(";", " ").replace(",", " ").split()
    sources = list(dict.fromkeys([*map(str, form.getlist("source")), *more]))
    try:
        if bool(sources) == ("not_held" in form):
            raise BadProposal("name a source that answers it, or say that nothing held does")
        titles = await run_in_threadpool(desk.titles)
        await run_in_threadpool(desk.proposals.accept, id, sources, desk.settings.golden, titles)
    except BadProposal as error:
        return await _listed(desk, request, visitor, error.said(visitor.language), 422)
    noted(request, f"{id} {';'.join(sources)}".strip())
    return back(f"{PATH}/proposals")


async def _dismiss(desk: Desk, request: Request, visitor: Visitor) -> Response:
    id = _number(str((await request.form()).get("id", "")))
    try:
        await run_in_threadpool(desk.proposals.dismiss, id)
    except BadProposal as error:
        return await _listed(desk, request, visitor, error.said(visitor.language), 422)
    noted(request, str(id))
    return back(f"{PATH}/proposals")


def _number(text: str) -> int:
    """The id that a form gave; 0, which nothing has, for anything else."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0
