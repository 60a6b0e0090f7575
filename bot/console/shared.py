"""What people shared: an editor reads it, puts it right, publishes or declines it, takes it out."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.web import Role, Section, Visitor, action, back, noted, page, shown
from bot.desk import approving, working
from bot.desk.contributions import Contributions, NoContribution, State
from bot.desk.sharing import LONGEST
from bot.desk.sharing_texts import titled
from bot.settings import Settings

PATH = "/shared"


def section(settings: Settings) -> Section:
    """The pages, over the contributions in the data folder."""
    pages = _Pages(settings, Contributions(settings.exchange_data))
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
    def __init__(self, settings: Settings, held: Contributions) -> None:
        self._settings, self._held = settings, held

    async def listed(self, request: Request, visitor: Visitor) -> Response:
        """What waits, then what is published."""
        return await self._listed(request, visitor)

    async def decided(self, request: Request, visitor: Visitor) -> Response:
        """What an editor pressed: save, publish, decline or withdraw."""
        id, form = request.path_params["id"], await request.form()
        do = str(form.get("do", ""))
        noted(request, f"{do} {id}")
        try:
            if do in ("save", "publish"):
                text = "\n".join(str(form.get("text", "")).splitlines()).strip()
                await run_in_threadpool(self._held.reword, id, text[:LONGEST])
            why = await self._done(do, id)
        except NoContribution as error:
            why = str(error)
        return await self._listed(request, visitor, why) if why else back(PATH)

    async def _done(self, do: str, id: str) -> str:
        """What went wrong; "" where nothing did."""
        if do == "publish":
            return await working.run(self._settings, "approve", id)
        if do == "withdraw":
            return await working.run(self._settings, "withdraw", id)
        if do == "decline":
            await run_in_threadpool(approving.decline, self._held, id, approving.unheard)
        return ""

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
            longest=LONGEST,
        )
