"""Pages of the questions that people passed on, and of the answers that staff keep."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.web import Role, Section, Visitor, action, back, noted, page, shown
from bot.desk.curated import Curated, CuratedAnswers, NoAnswer
from bot.desk.passed import NoQuestion, Passed, PassedOn
from bot.desk.replying import NEAREST, Desk
from bot.desk.writing import LONGEST, BadAnswer, Written, checked, own_words, picked
from bot.opening import open_part
from bot.phrases import detect, language_name
from bot.settings import Settings
from corpus.document import Passage
from corpus.library import Library
from index.opened import Opened

_SEARCHED = 500  # characters of what is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What stands in the form of an answer."""

    text: str = ""
    picks: tuple[str, ...] = ()  # ids of the passages that are quoted
    words: tuple[tuple[str, str], ...] = ()  # of each passage shown, what would be quoted
    find: str = ""  # what passages are looked for
    questions: str = ""  # wordings, one a line; only of a kept answer
    keep: str = ""  # the question in the staff's own words; "": the answer is for its person alone


def section(settings: Settings, opened: Callable[[], Opened]) -> Section:
    """The pages; `opened` gives the library that answers now."""
    pages = _Pages(settings, opened)
    return Section(
        path="/questions",
        label="Questions",
        role=Role.VIEWER,
        routes=(
            Route("/questions", page(Role.VIEWER)(pages.listed), methods=["GET"]),
            Route("/questions/kept", page(Role.EDITOR)(pages.kept), methods=["GET"]),
            Route("/questions/kept", action(Role.EDITOR)(pages.keep), methods=["POST"]),
            Route("/questions/{id:int}", page(Role.EDITOR)(pages.one), methods=["GET"]),
            Route("/questions/{id:int}", action(Role.EDITOR)(pages.act), methods=["POST"]),
        ),
    )


class _Pages:
    """A kept answer's id is in the query; 0 is a new one."""

    def __init__(self, settings: Settings, opened: Callable[[], Opened]) -> None:
        self._opened, self._days = opened, settings.pass_days
        self._passed = open_part(Passed, settings)
        self._answers = open_part(CuratedAnswers, settings)
        self._desk = Desk(settings, self._passed)

    async def listed(self, request: Request, visitor: Visitor) -> Response:
        """The open questions, and the kept answers."""
        questions = await run_in_threadpool(self._passed.open)
        answers = await run_in_threadpool(self._answers.all)
        return shown(
            request, visitor, "questions.html", questions=questions, answers=answers,
            days=self._days, done=request.query_params.get("done", ""), named=_named(visitor),
        )  # fmt: skip

    async def one(self, request: Request, visitor: Visitor) -> Response:
        """One open question with the nearest passages, and the form of an answer."""
        try:
            question = await run_in_threadpool(self._passed.get, request.path_params["id"])
        except NoQuestion:
            return back("/questions?done=gone")
        return await self._form(request, visitor, Draft(), question)

    async def act(self, request: Request, visitor: Visitor) -> Response:
        """Answer a question, close it, or look for other passages."""
        id, form = request.path_params["id"], await request.form()
        do, draft = str(form.get("do", "")), _draft(form)
        noted(request, do if do in ("answer", "tell", "close", "search") else "")
        try:
            question = await run_in_threadpool(self._passed.get, id)
            if do == "answer":
                done = await run_in_threadpool(self._answered, question, draft)
            elif do in ("tell", "close"):
                left = await run_in_threadpool(self._desk.close, id, tell=do == "tell")
                done = "closed" if left else "gone"
            else:
                return await self._form(request, visitor, draft, question)
        except NoQuestion:
            return back("/questions?done=gone")
        except BadAnswer as error:
            why = error.said(visitor.language)
            return await self._form(request, visitor, draft, question, why=why)
        return back(f"/questions?done={done}")

    def _answered(self, question: PassedOn, draft: Draft) -> str:
        library = self._opened().library
        written = _written(draft, library)
        asked = own_words(draft.keep, question.text) if draft.keep else None
        left = self._desk.answer(question.id, written, library)
        if asked:
            self._answers.keep([asked], written)
        return "sent" if left else "gone"

    async def kept(self, request: Request, visitor: Visitor) -> Response:
        """A kept answer to change, or a new one."""
        try:
            held = await run_in_threadpool(self._held, request)
        except NoAnswer:
            return back("/questions")
        return await self._form(request, visitor, _of(held) if held else Draft(), held)

    async def keep(self, request: Request, visitor: Visitor) -> Response:
        """Keep an answer, retire it, erase it, or look for passages."""
        form = await request.form()
        do, draft = str(form.get("do", "")), _draft(form)
        try:
            held = await run_in_threadpool(self._held, request)
            noted(request, f"{held.id if held else ''} {do}".strip()[:20])
            if do == "keep":
                await run_in_threadpool(self._keep, draft, held.id if held else 0)
            elif do in ("retire", "erase") and held:
                await run_in_threadpool(self._drop, held.id, erase=do == "erase")
            else:
                return await self._form(request, visitor, draft, held)
        except NoAnswer:
            return back("/questions")
        except BadAnswer as error:
            why = error.said(visitor.language)
            return await self._form(request, visitor, draft, held, why=why)
        return back(f"/questions?done={do}")

    def _held(self, request: Request) -> Curated | None:
        id = request.query_params.get("id", "")
        return self._answers.get(int(id)) if id.isdecimal() and len(id) < 10 else None

    def _keep(self, draft: Draft, id: int) -> None:
        library = self._opened().library
        asked = [line.strip() for line in draft.questions.splitlines() if line.strip()]
        written = _written(draft, library)
        if asked:
            checked(written, asked[0], 0.0, detect(asked[0]), library)
        self._answers.keep([(one, detect(one)) for one in asked], written, id)

    def _drop(self, id: int, *, erase: bool) -> None:
        if erase:
            self._answers.erase(id)
        else:
            self._answers.retire(id, "retired by the staff")

    async def _form(
        self,
        request: Request,
        visitor: Visitor,
        draft: Draft,
        about: PassedOn | Curated | None,
        why: str = "",
    ) -> Response:
        found = await run_in_threadpool(self._passages, draft, about)
        words = dict(draft.words)
        rows = [
            {"passage": one, "title": title, "words": words.get(one.id) or _opening(one)}
            for one, title in found
        ]
        return shown(
            request, visitor, "answering.html", status=400 if why else 200, why=why, draft=draft,
            question=about if isinstance(about, PassedOn) else None,
            answer=about if isinstance(about, Curated) else None,
            rows=rows, longest=LONGEST, named=_named(visitor),
        )  # fmt: skip

    def _passages(
        self, draft: Draft, about: PassedOn | Curated | None
    ) -> list[tuple[Passage, str]]:
        """Those picked, then those that the search finds, each with its source's title."""
        opened = self._opened()
        asked = about.text if isinstance(about, PassedOn) else draft.questions.split("\n")[0]
        wanted = (draft.find or asked).strip()[:_SEARCHED]
        language = about.language if isinstance(about, PassedOn) and not draft.find else ""
        hits = opened.index.search(wanted, language or detect(wanted), NEAREST) if wanted else []
        held = dict.fromkeys((*draft.picks, *(hit.passage.id for hit in hits)))
        found = []
        for id in held:
            try:
                passage = opened.library.passage(id)
                found.append((passage, opened.library.source(passage.source).title))
            except KeyError:  # gone from the library meanwhile
                continue
        return found


def _draft(form: FormData) -> Draft:
    def cell(name: str, most: int = 4_000) -> str:
        return str(form.get(name, ""))[:most].replace("\r", "").strip()

    words = ((name.removeprefix("words-"), cell(name)) for name in form if name[:6] == "words-")
    return Draft(
        text=cell("text"),
        picks=tuple(str(one) for one in form.getlist("pick")),
        words=tuple(words),
        find=cell("find", _SEARCHED),
        questions=cell("questions"),
        keep=cell("keep", _SEARCHED),
    )


def _of(held: Curated) -> Draft:
    return Draft(
        text=held.written.text,
        picks=tuple(one.passage for one in held.written.quotes),
        words=tuple((one.passage, one.words) for one in held.written.quotes),
        questions="\n".join(text for text, _ in held.questions),
    )


def _written(draft: Draft, library: Library) -> Written:
    """Raises BadAnswer."""
    words = dict(draft.words)
    quotes = (picked(library, f"{id}={words.get(id, '')}") for id in draft.picks)
    return Written(text=draft.text, language=detect(draft.text), quotes=tuple(quotes))


def _opening(passage: Passage) -> str:
    return " ".join(passage.text.split("\n")[0].split())


def _named(visitor: Visitor) -> Callable[[str], str]:
    """The name of a language in the visitor's."""
    return lambda code: language_name(code, visitor.language)
