"""Pages of the catalogue: a table of the sources, and a form for each."""

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console import catalogue
from bot.console.catalogue import Changed
from bot.console.web import Role, Section, Visitor, action, back, noted, page, shown
from bot.phrases import speak
from bot.settings import Settings
from corpus.errors import BadCatalogue
from corpus.source import COLUMNS, OPTIONAL

FIELDS = (*COLUMNS, *OPTIONAL)
_SHOWN = 50  # sources on one page


def section(settings: Settings) -> Section:
    """The catalogue's pages."""
    pages = _Pages(settings)
    return Section(
        path="/sources",
        label="Catalogue",
        role=Role.VIEWER,
        routes=(
            Route("/sources", page(Role.VIEWER)(pages.listed), methods=["GET"]),
            Route("/sources/own", action(Role.EDITOR)(pages.copy), methods=["POST"]),
            Route("/sources/edit", page(Role.EDITOR)(pages.form), methods=["GET"]),
            Route("/sources/edit", action(Role.EDITOR)(pages.put), methods=["POST"]),
            Route("/sources/remove", action(Role.EDITOR)(pages.take_out), methods=["POST"]),
        ),
    )


class _Pages:
    """A source's id is in the query: it may hold any sign."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def listed(self, request: Request, visitor: Visitor) -> Response:
        """The sources, those that hold the words looked for, a page at a time."""
        try:
            held = await run_in_threadpool(catalogue.read, self._settings)
        except BadCatalogue as error:
            return shown(request, visitor, "refused.html", status=500, why=str(error))
        wanted = request.query_params.get("find", "").strip()[:100]
        words = wanted.casefold().split()
        found = [row for row in held.rows if _holds(row, words)]
        asked = request.query_params.get("page", "")
        last = max(0, (len(found) - 1) // _SHOWN)
        number = min(int(asked) if asked.isdecimal() and len(asked) < 6 else 0, last)
        return shown(
            request, visitor, "sources.html", total=len(found), wanted=wanted, number=number,
            last=last, rows=found[number * _SHOWN : (number + 1) * _SHOWN],
            bundled=catalogue.bundled(self._settings),
            saved=request.query_params.get("saved", ""),
            others=self._settings.catalogues.split(),
        )  # fmt: skip

    async def copy(self, request: Request, visitor: Visitor) -> Response:
        """Make the hub's own catalogue of the bundled one."""
        await run_in_threadpool(catalogue.copy, self._settings)
        return back("/sources")

    async def form(self, request: Request, visitor: Visitor) -> Response:
        """A source to change, or an empty one to add."""
        id = request.query_params.get("id", "")
        try:
            held = await run_in_threadpool(catalogue.read, self._settings)
        except BadCatalogue as error:
            return shown(request, visitor, "refused.html", status=500, why=str(error))
        row = held.row(id) if id else None
        if (id and row is None) or catalogue.bundled(self._settings):
            return back("/sources")
        return _form(request, visitor, id, row or {}, catalogue.mark(row))

    async def put(self, request: Request, visitor: Visitor) -> Response:
        """Write the form into the catalogue, where that can be read then."""
        form = await request.form()
        id, seen = str(form.get("was", "")), str(form.get("seen", ""))
        cells = {name: str(form.get(name, "")) for name in FIELDS}
        cells["key_points"] = " | ".join(cells["key_points"].splitlines())
        cells["read"] = "yes" if cells["read"] else ""
        noted(request, cells["id"])
        try:
            await run_in_threadpool(catalogue.put, self._settings, id, seen, cells)
        except BadCatalogue as error:
            return _form(request, visitor, id, cells, seen, why=str(error), status=400)
        except Changed:
            why = _changed(visitor)
            return _form(request, visitor, id, cells, seen, why=why, status=409)
        return back("/sources?saved=1")

    async def take_out(self, request: Request, visitor: Visitor) -> Response:
        """Take a source out of the catalogue; the next refresh takes it out of the library."""
        form = await request.form()
        id, seen = str(form.get("was", "")), str(form.get("seen", ""))
        noted(request, id)
        try:
            await run_in_threadpool(catalogue.take_out, self._settings, id, seen)
        except BadCatalogue as error:
            return shown(request, visitor, "refused.html", status=400, why=str(error))
        except Changed:
            return shown(request, visitor, "refused.html", status=409, why=_changed(visitor))
        return back("/sources?saved=1")


def _changed(visitor: Visitor) -> str:
    return speak(visitor.language)(
        "Somebody else has changed this source meanwhile. Open it again and repeat your change."
    )


def _form(
    request: Request, visitor: Visitor, id: str, row: Mapping[str, str], seen: str,
    *, why: str = "", status: int = 200,
) -> Response:  # fmt: skip
    points = "\n".join(point.strip() for point in row.get("key_points", "").split("|"))
    cells = {name: row.get(name, "") for name in FIELDS} | {"key_points": points}
    return shown(
        request, visitor, "source.html", status=status, id=id, cells=cells, seen=seen, why=why
    )


def _holds(row: Mapping[str, str], words: list[str]) -> bool:
    text = " ".join(row.values()).casefold()
    return all(word in text for word in words)
