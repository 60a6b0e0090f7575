"""One step a day: sent once, by itself, where the network can; over kills, STOP, /forget."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.channels.port import Incoming
from bot.delivery.late import read, written
from bot.delivery.port import Reach
from bot.delivery.sqlite import SqliteStore
from bot.keys import DAY
from bot.learning.hours import EVENING, LATER, MORNING, next_day
from bot.learning.shelf import BUILT_IN
from bot.messages import Question, Reply
from tests.doubles.paths import ADA, NOON, Learner, said

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def ada(tmp_path: Path) -> Learner:
    return Learner(tmp_path)


def tomorrow(ada: Learner) -> Reply:
    return ada.press(ada.press(ada.begin(), "Form a committee"), "Tomorrow")


def test_the_next_step_comes_the_next_day_once(ada: Learner) -> None:
    reply = tomorrow(ada)
    assert reply.reach
    ada.clock.now += LATER - 1
    assert ada.remind() == 0
    ada.clock.now += 1
    assert ada.remind() == 1
    ((token, step),) = ada.sent
    assert token == reply.reach
    assert said(step).startswith("Your next step, as you asked. STOP ends this.")
    assert "(step 2 of 5)" in said(step)
    assert read(written(step)) == step, "what is left for the post is the whole step"
    ada.clock.now += 10 * DAY
    assert ada.remind() == 0, "nobody is pressed: only who asks again gets one again"
    assert "(step 3 of 5)" in said(ada.press(ada.press(step, "Learn first"), "Next step"))


def test_it_is_sent_within_the_day_in_which_whatsapp_takes_it() -> None:
    assert DAY - 3_600 < LATER < DAY - 300


def test_who_goes_on_by_hand_is_not_reminded(ada: Learner) -> None:
    reply = tomorrow(ada)
    listed = ada.does("learn")
    ada.press(listed, "Go on")
    assert ada.gone == [reply.reach]
    ada.clock.now += DAY
    assert ada.remind() == 0


def test_asked_twice_it_comes_once(ada: Learner) -> None:
    after = ada.press(ada.begin(), "Form a committee")
    first, second = ada.press(after, "Tomorrow"), ada.press(after, "Tomorrow")
    assert ada.gone == [first.reach]
    ada.clock.now += DAY
    assert ada.remind() == 1
    assert ada.sent[0][0] == second.reach


def test_a_path_that_is_gone_is_not_sent_and_not_tried_for_ever(ada: Learner) -> None:
    folder = ada.data / "paths"
    folder.mkdir()
    own = folder / "hearing.md"
    own.write_bytes((BUILT_IN / "listening.md").read_bytes())
    ada.press(ada.press(ada.begin("hearing"), "Form a committee"), "Tomorrow")
    own.unlink()
    ada.clock.now += DAY
    assert ada.remind() == 0
    assert ada.people.due() == []


def test_a_kill_between_leaving_and_noting_leaves_one_reply(ada: Learner, tmp_path: Path) -> None:
    """The store takes one reply a token, whoever leaves it again."""
    reply = tomorrow(ada)
    store = SqliteStore(tmp_path)
    store.put("lines", [Incoming(id="1", conversation="ada", body="x")])
    job = store.take()
    assert job
    store.answered(job, ADA, [], reach=Reach(token=reply.reach, to="ada"))
    ada.clock.now += DAY

    class Killed(BaseException):
        pass

    def killed(token: str, made: Reply) -> bool:
        assert store.leave(token, written(made))
        raise Killed

    with pytest.raises(Killed):
        ada.learning.remind(killed)
    store.close()
    store = SqliteStore(tmp_path)
    assert ada.learning.remind(lambda token, made: store.leave(token, written(made))) == 0
    assert ada.people.due() == []
    assert store.take_late()
    assert store.take_late() is None
    store.close()


def test_where_nothing_can_be_sent_the_step_is_offered_once(tmp_path: Path) -> None:
    ada = Learner(tmp_path, later=False)
    assert "I cannot write to you here by myself" in said(tomorrow(ada))
    answer = Reply(language="en", lines=())
    asked = Question(text="anything", person=ADA)
    assert ada.learning.offered(asked, answer) == answer, "not before tomorrow"
    ada.clock.now += DAY
    assert ada.remind() == 0
    offered = ada.learning.offered(asked, answer)
    assert [button.label for button in offered.buttons] == ["Learning: go on"]
    assert "(step 2 of 5)" in said(ada.press(offered, "Learning: go on"))
    assert ada.learning.offered(asked, answer) == answer


@pytest.mark.parametrize("country", ["", "KE", "SL", "BR", "ID", "XX"])
@pytest.mark.parametrize("hour", range(24))
def test_never_at_night_where_a_country_is_known(country: str, hour: int) -> None:
    now = NOON + hour * 3_600
    due = next_day(now, country)
    assert now <= due <= now + LATER
    zones = {"KE": "Africa/Nairobi", "SL": "Africa/Freetown"}
    if country in zones:
        local = datetime.fromtimestamp(due, UTC).astimezone(ZoneInfo(zones[country]))
        assert MORNING <= local.hour < EVENING
    if not zones.get(country) and country in ("", "XX"):
        assert due == now + LATER


def test_the_country_that_a_person_chose_decides(ada: Learner) -> None:
    ada.clock.now = NOON + 10.5 * 3_600  # 22:30 UTC
    ada.people.stand(ADA, country="SL")
    tomorrow(ada)
    place = ada.people.place(ADA)
    assert place
    assert datetime.fromtimestamp(place.due, UTC).hour == EVENING - 1


# As it runs: a process that is killed, over the line protocol.


class Phone:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, id: str, text: str) -> None:
        self._writer.write(f"ada {id} {text}\n".encode())
        await self._writer.drain()

    async def until(self, wanted: str) -> str:
        while wanted not in (
            line := (await asyncio.wait_for(self._reader.readline(), 60)).decode()
        ):
            assert line, f"the line ended before {wanted!r}"
        return line

    async def hears_no_step(self, seconds: float = 3.0) -> None:
        try:
            async with asyncio.timeout(seconds):
                while line := (await self._reader.readline()).decode():
                    assert "Your next step" not in line
        except TimeoutError:
            return


@asynccontextmanager
async def on_day(data: Path, day: float, port: int) -> AsyncIterator[tuple[Phone, int]]:
    """A phone of ada's before a process that is killed at the end, so many days from now."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.doubles.paths", str(data), str(port), str(day * DAY),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert process.stdout
    try:
        port = int(await asyncio.wait_for(process.stdout.readline(), 60))
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            yield Phone(reader, writer), port
        finally:
            writer.close()
    finally:
        process.kill()
        await process.wait()


async def wants_a_step(phone: Phone, id: str) -> None:
    await phone.send(id, "#learn:en:listening:2:t")
    await phone.until("I send you the next step tomorrow")


async def test_a_reminder_survives_kills_and_is_sent_once(tmp_path: Path) -> None:
    async with on_day(tmp_path, 0, 0) as (ada, port):
        await wants_a_step(ada, "1")
    async with on_day(tmp_path, 0.5, port) as (ada, _):
        await ada.send("2", "/nothing")
        await ada.hears_no_step()
    async with on_day(tmp_path, 1, port) as (ada, _):
        await ada.send("3", "/hello")  # she is there
        await ada.until("Your next step, as you asked")
        await ada.until("#learn:en:listening:2:p")
        await ada.hears_no_step()
    async with on_day(tmp_path, 2, port) as (ada, _):
        await ada.send("4", "/hello")
        await ada.hears_no_step()
    store = SqliteStore(tmp_path, serving=False)
    assert store._one("select count(*) from reach") == (0,)
    store.close()


async def test_stop_prevents_it_and_leaves_no_token(tmp_path: Path) -> None:
    async with on_day(tmp_path, 0, 0) as (ada, port):
        await wants_a_step(ada, "1")
        await ada.send("2", "STOP")
        await ada.until("Stopped.")
        store = SqliteStore(tmp_path, serving=False)
        assert store._one("select count(*) from reach") == (0,)
        store.close()
    async with on_day(tmp_path, 1, port) as (ada, _):
        await ada.send("3", "/hello")
        await ada.hears_no_step()
