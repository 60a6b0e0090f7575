"""Two machines of a hub, each with its own folder and copy of the library, and one database."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import app, following, retention
from bot.assistant import Assistant
from bot.channels.terminal import as_text
from bot.console.accounts import Accounts
from bot.counts import today, week
from bot.desk.contributions import Contributions, Told
from bot.messages import Kind, Question
from bot.opening import open_counts, open_part, open_people
from bot.settings import Settings
from index.withdrawn import Withdrawn
from tests.doubles.desk import PASSWORD, STAFF, console_at, visiting
from tests.libraries import copy_library

PERSON = "lines:4242424242"
ASKED = "Je, ulinzi wa mtoto unaoongozwa na jamii ni nini?"


@pytest.fixture
def machine(starter: Settings, tmp_path: Path, dsn: str) -> Callable[[str], Settings]:
    def made(name: str) -> Settings:
        data = copy_library(starter.exchange_data, tmp_path / name)
        return Settings(exchange_data=data, database_url=SecretStr(dsn))

    return made


def say(assistant: Assistant, text: str, kind: Kind = Kind.TEXT) -> str:
    return as_text(assistant.reply(Question(text=text, kind=kind, person=PERSON)))


def test_what_a_person_told_one_machine_the_other_knows_and_both_forget(
    machine: Callable[[str], Settings],
) -> None:
    settings = [machine(name) for name in ("one", "two")]
    one, two = (app.open_assistant(each, limited=True) for each in settings)
    say(one, "language sw", Kind.COMMAND)
    assert say(two, "privacy", Kind.COMMAND) == say(one, "privacy", Kind.COMMAND)
    say(one, ASKED)
    with closing(open_people(settings[1])) as people:
        assert people.language(PERSON) == "sw"
        assert (turn := people.turn(PERSON)) is not None
        assert turn.language == "sw"
        say(two, "forget", Kind.COMMAND)
        assert people.language(PERSON) is None
        assert people.turn(PERSON) is None
        rows = people._db.execute("select person from limits").rows
        assert rows == [("everybody",)]
    with closing(open_counts(settings[0])) as counts:
        assert counts._db.execute("select * from marks").rows == []
        (every,) = (c for c in counts.closed(today() + timedelta(days=7)) if c.by == "all")
        assert (every.week, every.messages) == (week(today()), 5)
    assert not list(settings[0].exchange_data.glob("people*"))
    assert not list(settings[1].exchange_data.glob("counts*"))


async def test_staff_sign_in_once(tmp_path: Path, dsn: str) -> None:
    each = [Settings(exchange_data=tmp_path / name, database_url=SecretStr(dsn)) for name in "ab"]
    with closing(open_part(Accounts, each[0])) as accounts:
        accounts.add("edith", STAFF["edith"], PASSWORD)
    async with console_at(each[0]) as one, visiting(one, "edith") as client:
        session = client.cookies["console"]
        async with console_at(each[1]) as two, visiting(two) as other:
            assert (await other.get("/")).status_code == 303
            other.cookies["console"] = session
            assert (await other.get("/")).status_code == 200


def test_one_sweep_is_enough_and_a_second_does_no_harm(tmp_path: Path, dsn: str) -> None:
    each = [Settings(exchange_data=tmp_path / name, database_url=SecretStr(dsn)) for name in "ab"]
    with closing(open_people(each[0])) as people:
        people.ask_trainer(PERSON, "abcd2345")
        people._db.execute("update trainers set at = 0")
    assert retention.sweep(each[1])["lapsed people"] == 1
    assert set(retention.sweep(each[0]).values()) == {0}


async def test_what_is_taken_back_at_one_machine_answers_at_none(tmp_path: Path, dsn: str) -> None:
    one, two = (
        Settings(exchange_data=tmp_path / name, database_url=SecretStr(dsn)) for name in "ab"
    )
    held = open_part(Contributions, one)
    told = Told(text="It worked.", place="", year="", language="en", name="", speaks="en")
    taken = held.coded(held.add(told).code)
    assert taken is not None
    following.follow(two)
    assert Withdrawn(two.exchange_data)() == frozenset()
    held.withdraw(taken.id)  # and this machine is lost before it looks again
    task = asyncio.create_task(following.follow_on(two))
    async with asyncio.timeout(10):
        while taken.source not in Withdrawn(two.exchange_data)():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    task.cancel()
    following.follow(two)
    listed = (two.exchange_data / "withdrawn.txt").read_text().split()
    assert listed == [taken.source], "once"
