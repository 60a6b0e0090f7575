"""A question that finds no answer is passed on with consent, answered by staff, and read once."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from bot import app, moments
from bot.assistant import Assistant
from bot.cards import length
from bot.channels.errors import plain_apology
from bot.channels.port import Incoming
from bot.counts import Counts, today
from bot.delivery.port import Reach
from bot.delivery.post import Post
from bot.delivery.sqlite import SqliteStore
from bot.desk.contributions import Contributions, Told
from bot.desk.passed import OF_ONE, NoQuestion, Passed
from bot.desk.passing import Passing
from bot.desk.replying import Desk
from bot.desk.writing import BadAnswer, Written, picked
from bot.keys import DAY
from bot.messages import Kind, Question, Reply
from bot.people import People
from bot.retention import sweep
from bot.settings import Settings
from corpus.library import Library
from index import snapshots
from index.editing import LIBRARY
from index.opened import Current
from tests.doubles import forked
from tests.doubles.clock import Clock
from tests.doubles.lines import LineChannel
from tests.libraries import copy_library

ROOT = Path(__file__).resolve().parents[1]
ASKED = "How many zqblue bicycles does the mayor of Reykjavik own?"  # no library of ours knows
FEARED = "I am afraid for a child next door, what is the price of zqpetrol in Peru?"
OWN_WORDS = "We asked zqcolleagues: nobody counts them."


class Lasting(LineChannel):
    keeps = DAY


@pytest.fixture
def data(starter: Settings, tmp_path: Path) -> Path:
    return copy_library(starter.exchange_data, tmp_path / "data")


def passing(data: Path, clock: Clock | None = None) -> Assistant:
    settings = Settings(exchange_data=data)
    current = Current(data, settings.engine, app.open_embedder(settings))
    return Assistant(
        current, People(data), counts=Counts(data),
        passing=Passing(Passed(data), 14, clock or Clock()),
    )  # fmt: skip


def ask(assistant: Assistant, text: str, kind: Kind = Kind.TEXT, who: str = "ada") -> Reply:
    asked = Question(text=text, kind=kind, person=f"lines:{who}", later=True)
    return assistant.reply(asked)


def said(reply: Reply) -> str:
    return "\n".join(line.text for line in reply.lines)


def is_offered(reply: Reply) -> bool:
    return any(button.data.startswith("pass:") for button in reply.buttons)


def press(assistant: Assistant, reply: Reply, choice: str, who: str = "ada") -> Reply:
    (data,) = [b.data for b in reply.buttons if b.data.endswith(f":{choice}")]
    assert len(data.encode()) <= 64
    return ask(assistant, data, Kind.BUTTON, who)


def library(data: Path) -> Library:
    return Library(snapshots.current(data) / LIBRARY, read_only=True)


@asynccontextmanager
async def carrying(data: Path, assistant: Assistant) -> AsyncIterator[LineChannel]:
    channel, store = Lasting(), SqliteStore(data)
    post = asyncio.create_task(Post(store, [channel], assistant.respond, plain_apology).run())
    await asyncio.wait_for(channel.ready.wait(), 10)
    try:
        yield channel
    finally:
        post.cancel()
        with suppress(asyncio.CancelledError):
            await post
        store.close()


class Phone:
    """Somebody on the line protocol."""

    sent = 0  # by all: no id comes twice

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, text: str) -> None:
        Phone.sent += 1
        id = f"m{Phone.sent}"
        self._writer.write(f"ada {id} {text}\n".encode())
        await self._writer.drain()

    async def until(self, wanted: str) -> list[str]:
        """The lines up to the one that holds what is waited for."""
        lines: list[str] = []
        while not lines or wanted not in lines[-1]:
            lines.append((await asyncio.wait_for(self._reader.readline(), 60)).decode())
            assert lines[-1], f"the line ended before {wanted!r}"
        return lines

    async def hears_nothing(self, seconds: float = 1.5) -> None:
        with suppress(TimeoutError):
            line = await asyncio.wait_for(self._reader.readline(), seconds)
            pytest.fail(f"unexpected: {line!r}")

    async def button(self, label: str) -> str:
        return (await self.until(label))[-1].partition("#")[2].partition(" ")[0]

    def hang_up(self) -> None:
        self._writer.close()


@asynccontextmanager
async def phone(channel: LineChannel) -> AsyncIterator[Phone]:
    one = Phone(*await asyncio.open_connection("127.0.0.1", channel.port))
    try:
        yield one
    finally:
        one.hang_up()


def exchange(data: Path, *words: str) -> str:
    """The command, in a process of its own."""
    environment = {"EXCHANGE_DATA": str(data), "PATH": "/usr/bin:/bin"}
    done = forked.run("scripts.cli", ["desk", *words], environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def traces(data: Path, *needles: str) -> list[str]:
    """The files that hold any of these words."""
    found = []
    for path in sorted(data.rglob("*")):
        held = path.read_bytes() if path.is_file() else b""
        if any(needle.encode(how) in held for needle in needles for how in ("utf-8", "utf-16-le")):
            found.append(path.name)
    return found


async def settled(check: Callable[[], object]) -> None:
    for _ in range(100):
        if check():
            return
        await asyncio.sleep(0.1)
    pytest.fail("it did not come about")


async def test_from_not_found_to_the_staff_and_back_over_a_restart(data: Path) -> None:
    async with carrying(data, passing(data)) as channel, phone(channel) as ada:
        await ada.send(ASKED)
        yes = await ada.button("Yes, pass it on")
        assert not traces(data / "desk.db", "zqblue"), "nothing is kept before the yes"
        await ada.send(f"#{yes}")
        assert any("zqblue" in line for line in await ada.until("The staff read"))
    # both the bot and the phone are started anew, days later
    listed = exchange(data, "questions")
    assert "zqblue bicycles" in listed
    passage = next(library(data).passages())
    number = next(line.split()[0] for line in listed.splitlines() if "zqblue" in line)
    async with carrying(data, passing(data)) as channel, phone(channel) as ada:
        await ada.send("/start")
        await ada.until("I am an automated assistant")
        told = await asyncio.to_thread(
            exchange, data, "answer", number, "--quote", passage.id, "--text", OWN_WORDS
        )
        assert told.strip() == "on its way"
        lines = await ada.until("#sources")
        text = "".join(lines)
        assert "Answered by the Exchange's staff" in text
        assert OWN_WORDS in text
        assert "zqblue" in text, "days later a person must know what is answered"
        assert "the staff's own words" in text
        assert any(line.startswith("ada> | “") for line in lines), "the library's words, as a quote"
        await ada.hears_nothing()
        await settled(lambda: SqliteStore(data, serving=False).waiting().calls == 0)
    assert exchange(data, "questions").strip() == "0 open"
    assert traces(data, "zqblue", "zqcolleagues", "lines:ada") == []


async def test_who_forgets_in_between_reads_nothing_and_leaves_nothing(data: Path) -> None:
    async with carrying(data, passing(data)) as channel, phone(channel) as ada:
        await ada.send(ASKED)
        await ada.send(f"#{await ada.button('Yes, pass it on')}")
        await ada.until("The staff read")
        number = Passed(data).open()[0].id
        await ada.send("/forget")
        await ada.until("Erased")
        assert Passed(data).open() == []
        with pytest.raises(NoQuestion, match="took it back"):
            Desk(Settings(exchange_data=data), Passed(data)).close(number, tell=True)
        await ada.hears_nothing()
        await settled(lambda: SqliteStore(data, serving=False).waiting().calls == 0)
    assert traces(data, "zqblue", "lines:ada") == []


async def test_a_forgotten_person_whose_answer_is_just_left_is_not_reached(data: Path) -> None:
    assistant = passing(data)
    async with carrying(data, assistant) as channel, phone(channel) as ada:
        await ada.send(ASKED)
        await ada.send(f"#{await ada.button('Yes, pass it on')}")
        await ada.until("The staff read")
    passed = Passed(data)
    question = passed.open()[0]
    store = SqliteStore(data, serving=False)
    store.discard([question.token])  # what /forget does to the handle
    store.close()
    assert not Desk(Settings(exchange_data=data), passed).close(question.id, tell=True), (
        "staff are told that nobody waits"
    )
    assert passed.open() == []


async def test_closed_with_a_word_and_closed_in_silence(data: Path) -> None:
    async with carrying(data, passing(data)) as channel, phone(channel) as ada:
        for tell in (True, False):
            await ada.send(ASKED)
            await ada.send(f"#{await ada.button('Yes, pass it on')}")
            await ada.until("The staff read")
            (question,) = Passed(data).open()
            assert Desk(Settings(exchange_data=data), Passed(data)).close(question.id, tell=tell)
            if tell:
                await ada.until("could not answer it")
        await ada.hears_nothing()
    assert Passed(data).open() == []


def test_no_keeps_nothing_and_the_question_lapses(data: Path) -> None:
    clock = Clock()
    assistant = passing(data, clock)
    offered = ask(assistant, ASKED)
    assert "keep nothing" in said(press(assistant, offered, "no"))
    assert "no longer have" in said(press(assistant, offered, "yes"))
    offered = ask(assistant, ASKED)
    assert "no longer have" in said(press(assistant, offered, "yes", who="eve"))
    clock.now = moments.LAPSES + 1
    assert "no longer have" in said(press(assistant, offered, "yes"))
    assert Passed(data).open() == []
    assert traces(data, "zqblue") == []


def test_a_yes_that_is_delivered_twice_passes_on_once(data: Path) -> None:
    offered = ask(assistant := passing(data), ASKED)
    first = press(assistant, offered, "yes")
    again = press(passing(data), offered, "yes")  # the process died before its reply was kept
    assert first.reach == again.reach != ""
    assert len(Passed(data).open()) == 1
    cells = assistant._tally._counts.closed(today() + timedelta(days=7))
    passed = [(cell.value, cell.messages) for cell in cells if cell.by == "after"]
    assert passed == [("passed on", 1)]


def test_what_is_kept_is_redacted_and_without_a_handle(data: Path) -> None:
    assistant = passing(data)
    asked = f"{ASKED} My name is Amina Wanjiru, call 0722 123 456."
    press(assistant, ask(assistant, asked), "yes")
    (kept,) = Passed(data).open()
    assert "Amina" not in kept.text
    assert "0722" not in kept.text
    assert (kept.language, kept.channel) == ("en", "lines")
    connection = sqlite3.connect(data / "desk.db")
    rows = str(connection.execute("select * from passed").fetchall())
    connection.close()
    assert "lines:ada" not in rows


def test_what_may_tell_of_harm_is_never_offered(data: Path) -> None:
    assistant = passing(data)
    assert is_offered(ask(assistant, ASKED))
    for text in (f"# {ASKED}", FEARED, "my uncle beats me every night", "HELP"):
        assert not is_offered(ask(assistant, text)), text


def test_it_is_offered_only_where_the_answer_can_come(data: Path) -> None:
    assistant = passing(data)
    asked = Question(text=ASKED, person="lines:ada")
    assert not is_offered(assistant.reply(asked)), "nobody would read it"
    nobody = Question(text=ASKED, later=True)
    assert not is_offered(assistant.reply(nobody))
    found = ask(assistant, "What is community-led child protection?")
    assert any(line.quote for line in found.lines)
    assert not is_offered(found)


def test_one_person_passes_on_a_few_at_a_time(data: Path) -> None:
    assistant = passing(data)
    for _ in range(OF_ONE):
        press(assistant, ask(assistant, ASKED), "yes")
    assert not is_offered(ask(assistant, ASKED))
    assert is_offered(ask(assistant, ASKED, who="eve"))


def test_what_nobody_answers_in_time_is_erased_with_its_handle(data: Path) -> None:
    assistant = passing(data)
    token = press(assistant, ask(assistant, ASKED), "yes").reach
    passed = Passed(data)
    passed._db.execute("update passed set at = at - ?", [15 * DAY])
    assert sweep(Settings(exchange_data=data, pass_days=20))["passed on"] == 0
    assert sweep(Settings(exchange_data=data))["passed on"] == 1
    store = SqliteStore(data, serving=False)
    assert not store.leave(token, "too late")
    store.close()
    assert traces(data, "zqblue") == []


def test_a_way_to_somebody_goes_with_what_it_was_for(data: Path) -> None:
    """Also where nobody told the queue: what was shared is taken back, with a code."""
    given, store = Contributions(data), SqliteStore(data, serving=False)
    token = press(assistant := passing(data), ask(assistant, ASKED), "yes").reach
    told = Told(text="It worked.", place="", year="", language="en", name="", speaks="en")
    receipts = [given.add(told) for _ in range(2)]
    tokens = [token, *(one.reach for one in receipts), "fresh"]
    for at, one in enumerate(tokens):
        store.put("lines", [Incoming(id=f"m{at}", conversation="ada", body="m")])
        job = store.take()
        assert job
        store.answered(job, "lines:ada", [], reach=Reach(token=one, to="ada"))
    store._db.execute("update reach set at = at - ? where token <> 'fresh'", [2 * DAY])
    taken = given.coded(receipts[0].code)
    assert taken
    given.withdraw(taken.id)
    assert sweep(Settings(exchange_data=data))["ways to people"] == 1
    assert [store.leave(one, "x") for one in tokens] == [True, False, True, True]
    store.close()


def test_a_quote_must_stand_on_its_page_and_the_reply_fit_a_phone(data: Path) -> None:
    held = library(data)
    passage = next(held.passages())
    whole = picked(held, passage.id)
    assert picked(held, f"{passage.id}={whole.words[:40]}").words == whole.words[:40].strip()
    with pytest.raises(BadAnswer, match="does not say"):
        picked(held, f"{passage.id}=Children are small adults.")
    with pytest.raises(BadAnswer, match="is not in the library"):
        picked(held, "nosuchid")
    passed = Passed(data)
    passed.keep("t", ASKED, "sw", "lines", "lines:ada")
    desk = Desk(Settings(exchange_data=data), passed)
    number = passed.open()[0].id
    for text, why in (("", "needs a quote"), ("word " * 200, "fit, so shorten")):
        with pytest.raises(BadAnswer, match=why):
            desk.answer(number, Written(text=text, language="en"), held)
    many = Written(text="word " * 119, language="en", quotes=(whole, whole, whole))
    with pytest.raises(BadAnswer, match="too long for a phone"):
        desk.answer(number, many, held)
    assert passed.open(), "nothing was sent"


@pytest.mark.parametrize("language", ["en", "sw", "fr", "es", "pt", "ar"])
def test_offer_and_thanks_are_short_and_in_the_persons_language(data: Path, language: str) -> None:
    assistant = passing(data)
    assistant._people.choose("lines:ada", language)
    offered = ask(assistant, ASKED)
    thanks = Passing(Passed(data), 14)._thanks(language, ASKED)
    assert is_offered(offered)
    assert length(offered) < 1_000
    assert length(thanks) < 1_000
    if language != "en":
        assert "passed it on" not in said(thanks)
