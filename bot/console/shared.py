"""What people shared: an editor reads it, puts it right, publishes or declines it, takes it out."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.jobs import Jobs, Running, What
from bot.console.web import Role, Section, Visitor, action, back, noted, page, shown
from bot.desk import approving
from bot.desk.approving import Tell
from bot.desk.contributions import Contributions, NoContribution, State, mark
from bot.desk.sharing import LONGEST
from bot.desk.sharing_texts import titled
from bot.opening import open_part
from bot.phrases import speak
from bot.settings import Settings

PATH = "/shared"
DOES = ("save", "publish", "decline", "withdraw")
_SHOWN = 600  # characters of what is published: there may be many


def section(settings: Settings, jobs: Jobs) -> Section:
    """The pages, over the contributions in the data folder."""
    pages = _Pages(open_part(Contributions, settings), jobs, approving.teller(settings))
    return Section(
        path=PATH,
        label="What people shared",
        role=Role.EDITOR,
        routes=(
            Route(PATH, page(Role.EDITOR)(pages.listed), methods=["GET"]),
            Route(f"{PATH}/{{id}}", action(Role.EDITOR)(pages.decided), methods=["POST"]),
        ),
    )


class _Pages:
    def __init__(self, held: Contributions, jobs: Jobs, tell: Tell) -> None:
        self._held, self._jobs, self._tell = held, jobs, tell

    async def listed(self, request: Request, visitor: Visitor) -> Response:
        """What waits, then what is published."""
        return await self._listed(request, visitor)

    async def decided(self, request: Request, visitor: Visitor) -> Response:
        """What an editor pressed: save, publish, decline or withdraw."""
        id, form = request.path_params["id"], await request.form()
        do, say = str(form.get("do", "")), speak(visitor.language)
        noted(request, f"{do if do in DOES else ''} {id}".strip())
        try:
            if do in ("save", "publish"):
                text = "\n".join(str(form.get("text", "")).splitlines()).strip()
                seen = str(form.get("seen", ""))
                await run_in_threadpool(self._held.reword, id, text[:LONGEST], seen)
            return back(await self._done(do, id, visitor.name))
        except NoContribution:
            why = say("Somebody decided or changed this meanwhile. Look at it again.")
            return await self._listed(request, visitor, why)
        except Running as error:
            why = error.said(visitor.language)
            return await self._listed(request, visitor, why)

    async def _done(self, do: str, id: str, name: str) -> str:
        """The page to show then: where a library is published, that tells how far it is.

        Raises NoContribution, Running; what is withdrawn answers no more all the same.
        """
        if do == "publish":
            await run_in_threadpool(self._held.one, id, State.WAITING)
            await run_in_threadpool(self._jobs.start, What.APPROVE, name, id=id)
            return "/refresh"
        if do == "withdraw":
            await run_in_threadpool(self._held.withdraw, id)
            await run_in_threadpool(self._jobs.start, What.TAKE_OUT, name)
            return "/refresh"
        if do == "decline":
            await run_in_threadpool(approving.decline, self._held, id, self._tell)
        return PATH

    async def _listed(self, request: Request, visitor: Visitor, why: str = "") -> Response:
        every = await run_in_threadpool(self._held.listed)
        return shown(
            request,
            visitor,
            "shared.html",
            status=409 if why else 200,
            why=why,
            waiting=[one for one in every if one.state is State.WAITING],
            published=[one for one in every if one.state is State.APPROVED],
            titled=titled,
            mark=mark,
            longest=LONGEST,
            shown=_SHOWN,
        )
