"""The page to add a document: the file is read in the sandbox, as `exchange add` reads it."""

import re
import shutil
import tempfile
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import upkeep
from bot.console.jobs import Jobs, Running, What
from bot.console.web import Role, Section, Visitor, action, back, noted, page, shown
from bot.phrases import languages, own_name, speak
from bot.settings import Settings

LARGEST = 30_000_000  # bytes of a file
FOLDER = "uploads"  # in the data folder; a file is there until it is read
KINDS = (".pdf", ".docx", ".pptx", ".epub", ".html", ".htm", ".md", ".txt")
FIELDS = ("title", "publisher", "year", "language", "url", "licence")


def section(settings: Settings, jobs: Jobs) -> Section:
    """The page and its form."""
    pages = _Pages(settings, jobs)
    posted = action(Role.EDITOR, most=LARGEST + 100_000)(pages.add)
    return Section(
        path="/upload",
        label="Add a document",
        role=Role.EDITOR,
        routes=(
            Route("/upload", page(Role.EDITOR)(pages.form), methods=["GET"]),
            Route("/upload", posted, methods=["POST"]),
        ),
    )


class _Pages:
    def __init__(self, settings: Settings, jobs: Jobs) -> None:
        self._settings, self._jobs = settings, jobs

    async def form(self, request: Request, visitor: Visitor) -> Response:
        """What a document needs."""
        return await self._form(request, visitor, FormData(), "", 200)

    async def add(self, request: Request, visitor: Visitor) -> Response:
        """Put the file aside and start the job that reads it."""
        form = await request.form()
        why = _wrong(form, visitor)
        if why:
            return await self._form(request, visitor, form, why, 400)
        upload = form["file"]
        assert isinstance(upload, UploadFile)
        details = {name: str(form.get(name, "")).strip()[:500] for name in FIELDS}
        if source := str(form.get("source", "")):
            details = {"source": source, "language": details["language"]}
        path = await run_in_threadpool(_put_aside, self._settings, upload)
        noted(request, path.name)
        try:
            options = {"file": str(path), "details": details}
            await run_in_threadpool(self._jobs.start, What.ADD, visitor.name, **options)
        except Running as error:
            shutil.rmtree(path.parent, ignore_errors=True)
            why = error.said(visitor.language)
            return await self._form(request, visitor, form, why, 409)
        return back("/refresh")

    async def _form(
        self, request: Request, visitor: Visitor, form: FormData, why: str, status: int
    ) -> Response:
        held = await run_in_threadpool(upkeep.holdings, self._settings)
        sources = sorted({(one.source, one.title) for one in held})
        cells = {name: str(form.get(name, "")) for name in (*FIELDS, "source")}
        spoken = [(code, own_name(code)) for code in languages()]
        return shown(
            request, visitor, "upload.html", status=status, why=why, cells=cells, sources=sources,
            kinds=", ".join(KINDS), megabytes=LARGEST // 1_000_000, spoken=spoken,
        )  # fmt: skip


def _wrong(form: FormData, visitor: Visitor) -> str:
    """What is wrong with the form; "" where nothing is."""
    say, upload = speak(visitor.language), form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return say("Choose a file.")
    if Path(upload.filename).suffix.lower() not in KINDS:
        return say("This kind of file cannot be read. It takes {kinds}.").format(
            kinds=f"\u2066{', '.join(KINDS)}\u2069"  # left to right, also in Arabic
        )
    if (upload.size or 0) > LARGEST:
        return say(
            "The file is too large; it may have {megabytes} MB. Split it into parts."
        ).format(megabytes=LARGEST // 1_000_000)
    if form.get("source"):
        return ""
    if not re.fullmatch(r"https?://[^\s/]+\S*", str(form.get("url", "")).strip()):
        return say("Say where people can open it: an address that begins with https://")
    if str(form.get("language", "")) not in ("", *languages()):
        return say("Choose one of the languages.")
    return ""


def _put_aside(settings: Settings, upload: UploadFile) -> Path:
    """The file in a folder of its own, under what is harmless of its name."""
    parent = settings.exchange_data / FOLDER
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=parent))
    path = folder / safe_name(upload.filename or "")
    with path.open("xb") as file:
        shutil.copyfileobj(upload.file, file)
    return path


def safe_name(name: str) -> str:
    """Letters, digits, spaces, dots and hyphens of the last part of a name; never a path."""
    last = re.split(r"[/\\]", name)[-1]
    stem, dot, suffix = last.rpartition(".")
    kept = re.sub(r"[^\w .-]", "_", stem).strip(" .")[:80]
    return f"{kept or 'document'}{dot}{suffix.lower()}"
