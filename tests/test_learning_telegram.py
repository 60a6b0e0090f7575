"""A path over real HTTP: the Bot API double, the post, the whole assistant, a clock that is set."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot import app
from bot.assistant import Assistant
from bot.channels.telegram import TelegramChannel
from bot.counts import Counts
from bot.delivery.post import Post
from bot.delivery.sqlite import SqliteStore
from bot.desk.contributions import Contributions
from bot.desk.sharing import Sharing
from bot.keys import DAY
from bot.learning.guiding import Learning, open_learning
from bot.learning.reminding import remind
from bot.limits import Limits
from bot.messages import Kind, Question, Reply
from bot.people import People
from bot.settings import Settings
from index.opened import Current
from tests.doubles.bot_api import BotApi
from tests.doubles.clock import Clock
from tests.doubles.paths import NOON, said
from tests.libraries import copy_library

PERSON = "telegram:42"


class Served:
    """The bot of one data folder."""

    def __init__(self, data: Path) -> None:
        self.data, self.clock = data, Clock(NOON)
        settings = Settings(exchange_data=data)
        self.current = Current(data, settings.engine, app.open_embedder(settings))
        self.people = People(data, now=self.clock)
        self.learning = open_learning(
            Settings(exchange_data=data), self.people, lambda: self.current().library
        )
        self.learning._now = self.clock
        self.counts = Counts(data)
        self.assistant = Assistant(
            self.current,
            self.people,
            counts=self.counts,
            learning=self.learning,
            limits=Limits(self.people, 3, 100, self.clock),
            sharing=Sharing(Contributions(data)),
        )

    @asynccontextmanager
    async def carried(self, api: BotApi) -> AsyncIterator[SqliteStore]:
        """The post and the reminders at work, as `exchange serve` has them."""
        store = SqliteStore(self.data)
        channel = TelegramChannel(api.token, api.base_url, wait=1)
        post = Post(store, [channel], self.assistant.respond, app.apologise)
        tasks = [
            asyncio.create_task(post.run()),
            asyncio.create_task(remind(self.learning, store, every=0.05)),
        ]
        try:
            yield store
        finally:
            for task in reversed(tasks):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            store.close()

    def ask(self, text: str, kind: Kind = Kind.TEXT) -> Reply:
        return self.assistant.reply(Question(text=text, kind=kind, person=PERSON, later=True))


@pytest.fixture
def served(starter: Settings, tmp_path: Path) -> Served:
    return Served(copy_library(starter.exchange_data, tmp_path / "data"))


async def read(api: BotApi, wanted: str) -> str:
    """Wait for a message that holds these words."""
    await api.until(lambda: any(wanted in one.parsed.text for one in api.messages))
    return api.messages[-1].parsed.text


async def sleeps(served: Served, api: BotApi, days: float) -> None:
    """So many days pass, and the bot has looked twice what is due."""
    served.clock.now += days * DAY
    await asyncio.sleep(1.5)


async def test_a_path_a_step_a_day_to_its_end(served: Served) -> None:
    async with BotApi() as api:
        async with served.carried(api):
            api.say("/learn")
            await read(api, "Learning paths")
            api.press("Listening before acting")
            await read(api, "5 short steps")
            api.press("Begin")
            await read(api, "(step 1 of 5)")
            served.clock.now += 60
            api.press("Form a committee")
            assert "Not quite." in await read(api, "before you know what it may replace")
            served.clock.now += 60
            api.press("Tomorrow")
            await read(api, "I send you the next step tomorrow")
            await sleeps(served, api, 0.5)
            before = len(api.messages)
        async with served.carried(api):  # started anew
            await sleeps(served, api, 0.5)
            await api.sent(before + 1)
            assert api.messages[-1].parsed.text.startswith("Your next step, as you asked.")
            await sleeps(served, api, 3)
            assert len(api.messages) == before + 1, "once"
            for label in ("Learn first", "What worries you?", "A small group", "The villages"):
                step = len(api.messages)
                api.press(label)
                await api.sent(step + 1)
                assert "Yes, that is right." in api.messages[-1].parsed.text
                assert "https://" in api.messages[-1].html
                served.clock.now += 60
                if label != "The villages":
                    api.press("Next step")
                    await api.sent(step + 2)
                    served.clock.now += 60
            assert "That was the last step" in api.messages[-1].parsed.text
    assert served.people.place(PERSON) is None
    assert served.people.due() == []


@pytest.mark.parametrize("leaves", ["STOP", "/stop", "/forget", "kicked"])
async def test_nothing_comes_to_who_left_stopped_or_was_forgotten(
    served: Served, leaves: str
) -> None:
    async with BotApi() as api, served.carried(api) as store:
        api.say("/learn listening")
        await read(api, "5 short steps")
        api.press_data("learn:en:listening:2:t", {"message_id": 1, **_chat()})
        await read(api, "I send you the next step tomorrow")
        assert store._one("select count(*) from reach") == (1,)
        before = len(api.messages)
        if leaves == "kicked":
            api.change("kicked")
        else:
            api.say(leaves)
            await api.sent(before + 1)
            before += 1
        for _ in range(100):
            if store._one("select count(*) from reach") == (0,):
                break
            await asyncio.sleep(0.1)
        assert store._one("select count(*) from reach") == (0,)
        assert served.people.place(PERSON) is None
        await sleeps(served, api, 2)
        assert len(api.messages) == before


def _chat() -> dict[str, object]:
    return {"date": 1, "chat": {"id": 42, "type": "private", "first_name": "Amina"}}


def test_stop_is_heard_however_fast_somebody_writes(served: Served) -> None:
    served.ask("learn:en:listening:2:t", Kind.BUTTON)
    for _ in range(10):
        last = served.ask("What is child protection?")
    assert last.lines == (), "too fast"
    assert said(served.ask("Stop")).startswith("Stopped.")
    served.ask("learn:en:listening:2:t", Kind.BUTTON)


def test_stop_ends_a_draft_of_sharing_too(served: Served) -> None:
    served.ask("share", Kind.COMMAND)
    assert said(served.ask("stop")).startswith("Stopped.")
    served.clock.now += 60
    told = served.ask("What is community-led child protection?")
    assert any(line.quote for line in told.lines), "a question again, no draft"


def test_a_cry_for_help_in_the_middle_of_a_path_has_its_card(served: Served) -> None:
    served.ask("learn:en:listening:2:s", Kind.BUTTON)
    assert "child helpline" in said(served.ask("HELP")).lower()
    assert served.people.place(PERSON)


def test_questions_are_answered_on_the_way(served: Served) -> None:
    served.ask("learn:en:listening:2:s", Kind.BUTTON)
    told = served.ask("How are findings fed back to a community?")
    assert any(line.quote for line in told.lines)


def test_what_waits_is_offered_under_the_next_answer(served: Served) -> None:
    asked = Question(text="learn:en:listening:2:t", kind=Kind.BUTTON, person=PERSON)
    assert "I cannot write to you here by myself" in said(served.assistant.reply(asked))
    served.clock.now += DAY
    told = served.ask("What is community-led child protection?")
    assert [b.data for b in told.buttons if b.label == "Learning: go on"] == [
        "learn:en:listening:2:s"
    ]
    served.clock.now += 60
    again = served.ask("What is community-led child protection?")
    assert "Learning: go on" not in [button.label for button in again.buttons]


def test_steps_are_counted_as_commands_and_nothing_of_the_path(served: Served) -> None:
    for text in ("learn:en:listening:2:s", "learn:en:listening:2:a0"):
        served.ask(text, Kind.BUTTON)
    rows = str(served.counts._db.execute("select * from weekly").fetchall())
    assert "command" in rows
    assert "listening" not in rows


def test_the_menu_and_the_cards_tell_of_it(served: Served) -> None:
    assert "learning path" in said(served.ask("privacy", Kind.COMMAND))
    assert "your learning path" in said(served.ask("forget", Kind.COMMAND))
    assert isinstance(app.open_assistant(Settings(exchange_data=served.data)).learning, Learning)
