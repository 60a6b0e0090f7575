"""What one person shares answers another, with its mark; taken back, it never answers again."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot import app, upkeep
from bot.assistant import Assistant
from bot.channels.errors import plain_apology
from bot.channels.terminal import as_text
from bot.delivery.post import Post
from bot.delivery.sqlite import SqliteStore
from bot.desk import approving, practice
from bot.desk.contributions import Contributions, NoContribution, State, Told
from bot.desk.sharing_texts import PUBLISHER
from bot.messages import Kind, Question, Reply
from bot.settings import Settings
from corpus.adding import Details
from corpus.library import Library
from index.editing import held_library, still_held
from tests.doubles.lines import LineChannel
from tests.libraries import copy_library
from tests.test_cli import exchange
from tests.test_no_trace import held as searched

WORKED = (
    "Crocodiles in the river had hurt children on their way to school. The parents built a fence of"
    " thorn branches at the crossing, and two grandmothers wait there each morning until the last"
    " child has crossed. Since then no child was hurt by a crocodile."
)
QUESTION = "How can parents keep children safe from crocodiles at the river crossing?"
MARK = "from practice, not guidance"
URL = "https://bot.example.org/practice"


def quiet(*_: object) -> None:
    """Progress that nobody watches."""


@pytest.fixture
def settings(starter: Settings, tmp_path: Path) -> Settings:
    """A library of our own."""
    folder = tmp_path / "data"
    copy_library(starter.exchange_data, folder)
    return Settings(exchange_data=folder, practice_url=URL)


@pytest.fixture
def held(settings: Settings) -> Iterator[Contributions]:
    opened = Contributions(settings.exchange_data)
    yield opened
    opened.close()


class Line:
    """One person at the line protocol."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str
    ) -> None:
        self._reader, self._writer, self._name = reader, writer, name
        self._count = 0
        self.buttons: dict[str, str] = {}

    async def say(self, text: str, until: str) -> str:
        """Send a line, and read up to the one that holds `until`."""
        self._count += 1
        self._writer.write(f"{self._name} {self._name}{self._count} {text}\n".encode())
        lines: list[str] = []
        async with asyncio.timeout(60):
            while not (lines and until in lines[-1]):
                lines.append((await self._reader.readline()).decode().strip())
                if found := re.search(r"#(share:\S+:(\w+)) ", lines[-1]):
                    self.buttons[found[2]] = found[1]
        return "\n".join(lines)

    async def press(self, choice: str, until: str) -> str:
        return await self.say(f"#{self.buttons[choice]}", until)


@asynccontextmanager
async def chatting(assistant: Assistant, data: Path) -> AsyncIterator[Sequence[Line]]:
    """Two people, connected to the assistant."""
    channel, store = LineChannel(), SqliteStore(data)
    post = asyncio.create_task(Post(store, [channel], assistant.respond, plain_apology).run())
    await channel.ready.wait()
    pairs = [await asyncio.open_connection("127.0.0.1", channel.port) for _ in range(2)]
    try:
        yield [Line(*pair, name) for pair, name in zip(pairs, ("ada", "bob"), strict=True)]
    finally:
        for _, writer in pairs:
            writer.close()
            await writer.wait_closed()
        post.cancel()
        await asyncio.gather(post, return_exceptions=True)
        store.close()


async def shared(ada: Line, stop: str = "Stop") -> str:
    """The whole way; gives the code."""
    await ada.say("/share", stop)
    await ada.say(WORKED, stop)
    assert "grandmothers" in await ada.press("done", stop)
    await ada.press("right", stop)
    await ada.say("Kilifi, 2026", stop)
    assert "From practice: Kilifi, 2026" in await ada.press("unnamed", stop)
    told = await ada.press("agree", "nobody can look it up")
    found = re.search(r"/withdraw (\S+)", told)
    assert found
    return found[1]


def asked(assistant: Assistant) -> str:
    return as_text(assistant.reply(Question(text=QUESTION, person="lines:eve")))


async def test_shared_approved_answering_withdrawn_and_never_again(
    settings: Settings, held: Contributions
) -> None:
    data = settings.exchange_data
    assistant = app.open_assistant(settings)
    before = asked(assistant)
    assert MARK not in before
    thanked: list[tuple[str, Reply]] = []
    async with chatting(assistant, data) as (ada, bob):
        code = await shared(ada)
        (one,) = held.listed()
        assert MARK not in asked(assistant), "it waits for an editor"
        reach = one.reach

        def tell(handle: str, reply: Reply) -> None:
            thanked.append((handle, reply))

        await asyncio.to_thread(approving.approve, settings, held, one.id, tell, quiet)
        ((handle, reply),) = thanked
        assert handle == reach
        assert "From practice: Kilifi, 2026" in as_text(reply)
        assert f"{URL}/{one.id}" in [span.url for line in reply.lines for span in line.spans]
        assert held.one(one.id).state is State.APPROVED
        assert held.one(one.id).reach == ""

        answer = await bob.say(QUESTION, "#sources")
        assert "thorn branches" in answer
        assert f"— {MARK}" in answer
        assert f"From practice: Kilifi, 2026 – {PUBLISHER}" in answer
        assert f"<{URL}/{one.id}" in answer
        more = next(line for line in answer.splitlines() if "#sources" in line)
        button = more.split("#", 1)[1].split()[0]
        assert "From practice" in await bob.say(f"#{button}", "licence")

        assert "taken back" in await bob.say(f"/withdraw {code}", "taken back")
        assert "thorn" not in asked(assistant), "at once, in the library that is open"
        assert "From practice" not in as_text(
            assistant.reply(Question(text=button, kind=Kind.BUTTON, person="lines:bob"))
        )
    source = held.one(one.id).source
    assert still_held(data) == {source}
    upkeep.take_out(settings, quiet)
    assert still_held(data) == set()
    assert "thorn" not in asked(assistant)
    upkeep.rollback(settings)
    assert still_held(data) == {source}, "the older library's file holds it"
    assert "thorn" not in asked(assistant)
    assert "thorn" not in asked(app.open_assistant(settings)), "nor after a start"


def test_what_is_changed_after_a_rollback_does_not_hold_it(
    settings: Settings, held: Contributions, tmp_path: Path
) -> None:
    one = waiting(held)
    approving.approve(settings, held, one, quiet, quiet)
    source = held.one(one).source
    shelf = settings.exchange_data / "shelf.db"
    assert [where for where, text in searched(shelf.parent) if "thorn" in text and "shelf" in where]
    approving.withdraw(settings, held, one, quiet)
    assert not [w for w, text in searched(shelf.parent) if "thorn" in text and "shelf" in w]
    upkeep.rollback(settings)
    (tmp_path / "note.txt").write_text("The committee keeps a book of all that was agreed.")
    upkeep.add_documents(settings, [str(tmp_path / "note.txt")], Details(), quiet, quiet)
    path = held_library(settings.exchange_data)
    assert path
    library = Library(path, read_only=True)
    assert source not in library.sources()
    assert not [p for p in library.passages() if "thorn" in p.text]
    library.close()


def waiting(held: Contributions, text: str = WORKED) -> str:
    told = Told(text=text, place="Kilifi", year="2026", language="en", name="Mary", speaks="sw")
    held.add(told)
    return held.listed(State.WAITING)[-1].id


def test_one_that_is_taken_back_while_it_is_published_does_not_answer(
    settings: Settings, held: Contributions
) -> None:
    one = waiting(held)

    def meanwhile(step: str, done: int, total: int) -> None:
        if step == "passages" and held.one(one).state is State.WAITING:
            held.withdraw(one)

    with pytest.raises(NoContribution, match="taken back"):
        approving.approve(settings, held, one, quiet, meanwhile)
    assert held.one(one).state is State.WITHDRAWN
    assert "thorn" not in asked(app.open_assistant(settings))
    assert still_held(settings.exchange_data) == set()


def test_one_that_is_declined_while_it_is_published_does_not_answer(
    settings: Settings, held: Contributions
) -> None:
    one, told = waiting(held), list[str]()

    def meanwhile(step: str, done: int, total: int) -> None:
        if step == "passages" and held.listed():
            approving.decline(held, one, quiet)

    def tell(reach: str, reply: Reply) -> None:
        told.append(as_text(reply))

    with pytest.raises(NoContribution, match="declined"):
        approving.approve(settings, held, one, tell, meanwhile)
    assert told == [], "nobody is thanked for what was declined"
    assert "thorn" not in asked(app.open_assistant(settings))
    assert still_held(settings.exchange_data) == set()


def test_an_approval_that_died_half_way_can_be_repeated_and_taken_back(
    settings: Settings, held: Contributions, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = waiting(held)
    with monkeypatch.context() as patch:
        patch.setattr(held, "approved", dies)
        with pytest.raises(KeyboardInterrupt):
            approving.approve(settings, held, one, quiet, quiet)
    approving.approve(settings, held, one, quiet, quiet)
    assert held.one(one).state is State.APPROVED
    assert "thorn" in asked(app.open_assistant(settings))
    held.withdraw(one)
    assert "thorn" not in asked(app.open_assistant(settings))


def dies(*_: object) -> bool:
    raise KeyboardInterrupt


def test_what_is_published_is_what_is_kept(settings: Settings, held: Contributions) -> None:
    """Another editor's wording that comes while it is published is not what answers."""
    one = waiting(held)

    def meanwhile(step: str, done: int, total: int) -> None:
        if step == "passages":
            held.reword(one, "Another wording.")

    approving.approve(settings, held, one, quiet, meanwhile)
    assert held.one(one).text == WORKED


def test_declined_is_erased_with_a_kind_word_in_their_language(
    settings: Settings, held: Contributions
) -> None:
    one = waiting(held)
    told: list[Reply] = []
    approving.decline(held, one, lambda reach, reply: told.append(reply))
    assert [reply.language for reply in told] == ["sw"]
    assert held.listed() == []
    assert not [w for w, text in searched(settings.exchange_data) if "thorn" in text]
    with pytest.raises(NoContribution):
        approving.approve(settings, held, one, quiet, quiet)


def test_the_page_that_a_link_opens(settings: Settings, held: Contributions) -> None:
    one = waiting(held, "We met <script>alert(1)</script> weekly.\n\nIt worked.")
    client = TestClient(Starlette(routes=practice.routes(held)))
    assert client.get(f"/practice/{one}").status_code == 404
    held.approved(one, held.one(one).text)
    page = client.get(f"/practice/{one}")
    assert page.status_code == 200
    assert "<p>We met &lt;script&gt;alert(1)&lt;/script&gt; weekly.</p>" in page.text
    assert MARK in page.text
    assert "Mary" in page.text
    assert page.headers["content-security-policy"] == "default-src 'none'"
    held.withdraw(one)
    gone = client.get(f"/practice/{one}")
    assert gone.status_code == 410
    assert "weekly" not in gone.text
    assert client.get("/practice/none").status_code == 404


async def test_a_disclosure_gets_the_card_and_is_not_taken(
    settings: Settings, held: Contributions
) -> None:
    assistant = app.open_assistant(settings)

    def say(text: str, kind: Kind = Kind.TEXT) -> Reply:
        return assistant.reply(Question(text=text, kind=kind, person="lines:ada"))

    button = say("share", Kind.COMMAND).buttons[0].data
    card = as_text(say("My uncle beats me every night, please help me now"))
    assert "Write on" not in card
    assert "Write on" in as_text(say(WORKED))
    shown = as_text(say(button.replace("stop", "done"), Kind.BUTTON))
    assert "grandmothers" in shown
    assert "uncle" not in shown
    assert held.listed() == []
    say("forget", Kind.COMMAND)
    assert "no longer have" in as_text(say(button.replace("stop", "right"), Kind.BUTTON))


def test_the_desk_as_it_is_typed(settings: Settings, held: Contributions, tmp_path: Path) -> None:
    data = settings.exchange_data
    one, other = waiting(held), waiting(held, "Another thing that worked for us.")
    listed = exchange("desk", "contributions", data=data).stdout
    assert f"{one}  waiting  From practice: Kilifi, 2026, by Mary (en)" in listed
    assert "thorn branches" in listed
    (tmp_path / "mine.txt").write_text(WORKED.replace("two", "three"), encoding="utf-8")
    done = exchange("desk", "approve", one, "--text", str(tmp_path / "mine.txt"), data=data)
    assert done.returncode == 0, done.stderr
    assert f"published: {one}  approved" in done.stdout
    assert "three grandmothers" in asked(app.open_assistant(settings))
    assert exchange("desk", "decline", other, data=data).returncode == 0
    refused = exchange("desk", "approve", other, data=data)
    assert refused.returncode == 1
    assert f"exchange: there is no contribution '{other}'" in refused.stderr
    assert exchange("desk", "withdraw", one, data=data).returncode == 0
    assert still_held(data) == set()
    assert "grandmothers" not in asked(app.open_assistant(settings))
