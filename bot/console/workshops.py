"""Workshops: made, shown with their links and QR codes, ended; their counts; who is a trainer."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from babel import Locale
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.needs import NAMES
from bot.console.web import Role, Section, Visitor, action, back, noted, page, shown
from bot.counts import today
from bot.desk.needs import as_csv
from bot.opening import open_counts, open_part, open_people
from bot.phrases import language_name, languages, speak
from bot.settings import Settings
from bot.wishes import SETTINGS
from bot.workshops import counting, papers
from bot.workshops.counting import Tallied
from bot.workshops.kept import BadWorkshop, Workshops
from bot.workshops.links import links, svg
from bot.workshops.making import Given, Made, make
from bot.workshops.papers import Paper
from bot.workshops.printing import NotPrinted, pdf
from bot.workshops.workshop import Workshop, read_code
from index.opened import Opened
from index.ports import StaleIndex

PATH = "/workshops"
ONE = f"{PATH}/{{code:str}}"
MEDIA = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}


def section(settings: Settings, opened: Callable[[], Opened]) -> Section:
    """The pages, over the workshops and the counts in the data folder."""
    pages = _Pages(settings, opened)
    view, edit = page(Role.VIEWER), action(Role.EDITOR)
    return Section(
        path=PATH,
        label="Workshops",
        role=Role.VIEWER,
        routes=(
            Route(PATH, view(pages.listed), methods=["GET"]),
            Route(PATH, edit(pages.made), methods=["POST"]),
            Route(f"{PATH}/trainers", edit(pages.named), methods=["POST"]),
            Route(f"{ONE}/{{paper:str}}.{{ending:str}}", view(pages.paper), methods=["GET"]),
            Route(f"{ONE}.csv", view(pages.csv), methods=["GET"]),
            Route(ONE, view(pages.one), methods=["GET"]),
            Route(f"{ONE}/end", edit(pages.ended), methods=["POST"]),
        ),
    )


class _Pages:
    def __init__(self, settings: Settings, opened: Callable[[], Opened]) -> None:
        self._settings, self._opened = settings, opened
        self._kept, self._counts = open_part(Workshops, settings), open_counts(settings)
        self._people = open_people(settings)

    async def listed(self, request: Request, visitor: Visitor) -> Response:
        """All workshops, and for editors the form that makes one."""
        return await self._listed(request, visitor)

    async def made(self, request: Request, visitor: Visitor) -> Response:
        """Make one, and show it."""
        form = await request.form()
        given = _given(form, visitor.name)
        try:
            made = await run_in_threadpool(self._make, given)
        except (BadWorkshop, StaleIndex) as error:
            return await self._listed(request, visitor, str(error), form)
        noted(request, made.workshop.code)
        numbers = [str(made.workshop.questions.index(one) + 1) for one in made.unanswered]
        asked = f"?not={','.join(numbers)}" if numbers else ""
        return back(f"{PATH}/{made.workshop.code}{asked}")

    def _make(self, given: Given) -> Made:
        return make(given, self._kept, self._opened())

    async def one(self, request: Request, visitor: Visitor) -> Response:
        """A workshop with its links, its questions and what was counted."""
        workshop = await run_in_threadpool(self._kept.find, request.path_params["code"])
        if workshop is None:
            return await self._unknown(request, visitor)
        urls = await run_in_threadpool(links, workshop, self._settings)
        cells = await run_in_threadpool(counting.cells_of, self._counts, today(), workshop.code)
        return shown(
            request,
            visitor,
            "workshop.html",
            workshop=workshop,
            over=workshop.over(time.time()),
            links=[(name, url, Markup(svg(url))) for name, url in urls.by_network()],
            unanswered=request.query_params.get("not", "").split(","),
            tallied=_named(counting.tallied(cells), visitor.language),
            named=partial(language_name, language=visitor.language),
            country=Locale(visitor.language).territories.get(workshop.country, ""),
        )

    async def csv(self, request: Request, visitor: Visitor) -> Response:
        """Its counts, week by week, for a spreadsheet."""
        workshop = await run_in_threadpool(self._kept.find, request.path_params["code"])
        if workshop is None:
            return await self._unknown(request, visitor)
        cells = await run_in_threadpool(counting.cells_of, self._counts, today(), workshop.code)
        name = f"workshop-{workshop.code}-{today():%Y-%m-%d}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(cells), headers=headers, media_type="text/csv; charset=utf-8")

    async def paper(self, request: Request, visitor: Visitor) -> Response:
        """A handout, cards or a pack, as HTML or as PDF."""
        asked, ending = request.path_params["paper"], request.path_params["ending"]
        workshop = await run_in_threadpool(self._kept.find, request.path_params["code"])
        if workshop is None or asked not in list(Paper) or ending not in MEDIA:
            return await self._unknown(request, visitor)
        paper = Paper(asked)
        try:
            data = await run_in_threadpool(self._printed, paper, workshop, ending)
        except (BadWorkshop, NotPrinted) as error:
            return shown(request, visitor, "refused.html", status=503, why=str(error))
        name = papers.name(paper, workshop, ending)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(data, headers=headers, media_type=MEDIA[ending])

    def _printed(self, paper: Paper, workshop: Workshop, ending: str) -> bytes:
        html = papers.page(paper, workshop, self._settings, self._opened)
        return pdf(html) if ending == "pdf" else html.encode()

    async def ended(self, request: Request, visitor: Visitor) -> Response:
        """Let nobody join any more."""
        code = request.path_params["code"]
        try:
            await run_in_threadpool(self._kept.end, code)
        except BadWorkshop:
            return await self._unknown(request, visitor)
        noted(request, read_code(code))
        return back(f"{PATH}/{read_code(code)}")

    async def named(self, request: Request, visitor: Visitor) -> Response:
        """Name a trainer by the code that they told, or take that back."""
        form = await request.form()
        code, remove = read_code(str(form.get("code", ""))), form.get("do") == "remove"
        do = self._people.unname_trainer if remove else self._people.name_trainer
        if not await run_in_threadpool(do, code):
            why = speak(visitor.language)(
                "Nobody waits with this code. Have the person send /trainer and tell you the code"
                " once more."
            )
            return await self._listed(request, visitor, why)
        noted(request, f"{'removed' if remove else 'named'} {code}")
        return back(PATH)

    async def _unknown(self, request: Request, visitor: Visitor) -> Response:
        why = speak(visitor.language)("There is no workshop of this code.")
        return await self._listed(request, visitor, why, status=404)

    async def _listed(
        self,
        request: Request,
        visitor: Visitor,
        why: str = "",
        form: FormData | None = None,
        status: int = 422,
    ) -> Response:
        now = time.time()
        every = await run_in_threadpool(self._kept.listed)
        return shown(
            request,
            visitor,
            "workshops.html",
            status=status if why else 200,
            why=why,
            workshops=[(one, one.over(now)) for one in every],
            trainers=await run_in_threadpool(self._people.trainers),
            given=_given(form or FormData(), ""),
            tongues=[(code, language_name(code, visitor.language)) for code in languages()],
            settings=list(SETTINGS),
        )


def _given(form: FormData, by: str) -> Given:
    def said(name: str) -> str:
        return str(form.get(name, "")).strip()

    return Given(
        title=said("title"),
        language=said("language"),
        topic=said("topic"),
        country=said("country"),
        setting=said("setting"),
        documents=said("documents").replace(",", " ").replace(";", " ").split(),
        questions=said("questions").splitlines(),
        expires=said("expires"),
        by=by,
    )


def _named(sums: Tallied, language: str) -> Tallied:
    say = speak(language)
    topics = (replace(row, name=say(NAMES.get(row.name, row.name))) for row in sums.topics)
    return replace(sums, topics=tuple(topics))
