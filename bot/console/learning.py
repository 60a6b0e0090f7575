"""The page of the learning paths: what there is, what is wrong with it, and a form for one more."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.web import Role, Section, Visitor, action, back, noted, page, shown
from bot.learning.parsing import LARGEST
from bot.learning.path import BadPath
from bot.learning.shelf import Shelf
from bot.phrases import language_name, speak
from bot.settings import Settings
from index.opened import Opened
from index.ports import StaleIndex

PATH = "/paths"


def section(settings: Settings, opened: Callable[[], Opened]) -> Section:
    """The page and its forms; `opened` gives the library that answers now."""
    pages = _Pages(Shelf(settings.exchange_data), opened)
    return Section(
        path=PATH,
        label="Learning paths",
        role=Role.VIEWER,
        routes=(
            Route(PATH, page(Role.VIEWER)(pages.listed), methods=["GET"]),
            Route(PATH, action(Role.EDITOR)(pages.put), methods=["POST"]),
            Route(f"{PATH}/remove", action(Role.EDITOR)(pages.remove), methods=["POST"]),
        ),
    )


class _Pages:
    def __init__(self, shelf: Shelf, opened: Callable[[], Opened]) -> None:
        self._shelf, self._opened = shelf, opened

    async def listed(self, request: Request, visitor: Visitor) -> Response:
        """Every file of a path."""
        return await self._listed(request, visitor)

    async def put(self, request: Request, visitor: Visitor) -> Response:
        """Check the file that was chosen and keep it, or show what is wrong with it."""
        upload = (await request.form()).get("file")
        if not isinstance(upload, UploadFile) or not upload.filename:
            why = speak(visitor.language)("Choose a file.")
            return await self._listed(request, visitor, [why])
        data = await upload.read(LARGEST + 1)
        try:
            opened = await run_in_threadpool(self._opened)
            await run_in_threadpool(self._shelf.put, upload.filename, data, opened.library)
        except (BadPath, OSError, StaleIndex) as error:
            return await self._listed(request, visitor, str(error).splitlines())
        noted(request, upload.filename)
        return back(PATH)

    async def remove(self, request: Request, visitor: Visitor) -> Response:
        """Take out a file of the hub's own."""
        name = str((await request.form()).get("name", ""))
        try:
            await run_in_threadpool(self._shelf.remove, name)
        except (BadPath, OSError) as error:
            return await self._listed(request, visitor, str(error).splitlines())
        noted(request, name)
        return back(PATH)

    async def _listed(
        self, request: Request, visitor: Visitor, wrong: list[str] | None = None
    ) -> Response:
        try:
            library = (await run_in_threadpool(self._opened)).library
        except StaleIndex as error:
            return shown(request, visitor, "refused.html", status=503, why=str(error))
        return shown(
            request,
            visitor,
            "paths.html",
            status=400 if wrong else 200,
            wrong=wrong or [],
            found=await run_in_threadpool(self._shelf.found, library),
            named=lambda code: language_name(code, visitor.language),
        )
