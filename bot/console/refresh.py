"""Pages of the library's upkeep: what goes on, the last report, publish, go back."""

from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import reports
from bot.console.jobs import Jobs, Running, What
from bot.console.web import Role, Section, Visitor, action, back, noted, page, shown
from bot.phrases import file_size, speak
from bot.settings import Settings
from corpus.report import TROUBLE, Fate
from index import snapshots

_SHOWN = 300  # rows of a report on one page


def section(settings: Settings, jobs: Jobs) -> Section:
    """The library's pages."""
    pages = _Pages(settings, jobs)
    return Section(
        path="/refresh",
        label="Library",
        role=Role.VIEWER,
        routes=(
            Route("/refresh", page(Role.VIEWER)(pages.overview), methods=["GET"]),
            Route("/refresh/progress", page(Role.VIEWER)(pages.progress), methods=["GET"]),
            Route("/refresh/look", action(Role.EDITOR)(pages.look), methods=["POST"]),
            Route("/refresh/publish", page(Role.EDITOR)(pages.confirm_publish), methods=["GET"]),
            Route("/refresh/publish", action(Role.EDITOR)(pages.publish), methods=["POST"]),
            Route("/refresh/back/{name}", page(Role.EDITOR)(pages.confirm_back), methods=["GET"]),
            Route("/refresh/back/{name}", action(Role.EDITOR)(pages.go_back), methods=["POST"]),
        ),
    )


class _Pages:
    def __init__(self, settings: Settings, jobs: Jobs) -> None:
        self._settings, self._jobs = settings, jobs

    async def overview(self, request: Request, visitor: Visitor) -> Response:
        """What goes on, the last report, and the libraries that are kept."""
        return await self._overview(request, visitor)

    async def _overview(
        self, request: Request, visitor: Visitor, *, why: str = "", status: int = 200
    ) -> Response:
        data = self._settings.exchange_data
        report = await run_in_threadpool(reports.last, data)
        kept = await run_in_threadpool(snapshots.listed, data)
        rows = [row for row in report["rows"] if row["fate"] != Fate.UNCHANGED] if report else []
        return shown(
            request, visitor, "refresh.html", status=status, scripts=True, why=why,
            job=self._jobs.last(), running=self._jobs.running(), report=report, rows=rows[:_SHOWN],
            hidden=max(0, len(rows) - _SHOWN), news=_news(report), trouble=TROUBLE, kept=kept,
            started=datetime.fromisoformat(report["started"]).timestamp() if report else 0,
            size=lambda count: file_size(count, visitor.language), made=_made,
        )  # fmt: skip

    async def progress(self, request: Request, visitor: Visitor) -> Response:
        """How far the job is: what the page fetches again and again."""
        running = self._jobs.running()
        response = shown(
            request, visitor, "_job.html", job=self._jobs.last(), running=running, trouble=TROUBLE
        )
        response.headers["X-Running"] = "1" if running else "0"
        return response

    async def look(self, request: Request, visitor: Visitor) -> Response:
        """A dry run."""
        return await self._start(request, visitor, What.LOOK)

    async def confirm_publish(self, request: Request, visitor: Visitor) -> Response:
        """Whether to publish, once more."""
        report = await run_in_threadpool(reports.last, self._settings.exchange_data)
        return shown(request, visitor, "publish.html", report=report, news=_news(report))

    async def publish(self, request: Request, visitor: Visitor) -> Response:
        """Refresh and publish; by force for administrators alone."""
        asked = bool((await request.form()).get("force"))
        force = asked and visitor.role >= Role.ADMINISTRATOR
        if force:
            noted(request, "by force")
        return await self._start(request, visitor, What.PUBLISH, force=force)

    async def confirm_back(self, request: Request, visitor: Visitor) -> Response:
        """Whether to go back, once more."""
        if not await self._is_kept(request):
            return await self._gone(request, visitor)
        name = request.path_params["name"]
        return shown(request, visitor, "go_back.html", name=name, made=_made)

    async def go_back(self, request: Request, visitor: Visitor) -> Response:
        """Make an earlier library answer again."""
        if not await self._is_kept(request):
            return await self._gone(request, visitor)
        name = request.path_params["name"]
        return await self._start(request, visitor, What.BACK, name=name)

    async def _is_kept(self, request: Request) -> bool:
        kept = await run_in_threadpool(snapshots.listed, self._settings.exchange_data)
        return any(one.name == request.path_params["name"] and not one.current for one in kept)

    async def _gone(self, request: Request, visitor: Visitor) -> Response:
        say = speak(visitor.language)
        why = say("This library is not kept any more, or it is the one that answers now.")
        return await self._overview(request, visitor, why=why, status=404)

    async def _start(
        self, request: Request, visitor: Visitor, what: What, **options: object
    ) -> Response:
        try:
            await run_in_threadpool(self._jobs.start, what, visitor.name, **options)
        except Running as error:
            why = error.said(visitor.language)
            return await self._overview(request, visitor, why=why, status=409)
        return back("/refresh")


def _news(report: dict[str, dict[str, int]] | None) -> bool:
    """Whether a dry run found something to publish."""
    if not report:
        return False
    return any(report["counts"].get(fate) for fate in (Fate.ADDED, Fate.CHANGED, Fate.REMOVED))


def _made(name: str) -> float:
    """When a library was published, by its name; seconds since 1970."""
    return datetime.strptime(f"{name[:15]}+0000", "%Y%m%dT%H%M%S%z").timestamp()
