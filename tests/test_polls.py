"""/poll: what a room is asked, and by whom."""

from pathlib import Path

import pytest

from bot import app
from bot.assistant import Assistant
from bot.channels.terminal import as_text
from bot.messages import Kind, Poll, Question, Reply
from bot.people import People
from bot.phrases import languages, speak
from bot.settings import Settings
from bot.workshops.kept import Workshops
from tests.libraries import copy_library

ASKS = "Which shall we take first?"


def vote(assistant: Assistant, text: str, room: str = "telegram:-5", language: str = "en") -> Reply:
    command = f"poll {text}".strip()
    return assistant.reply(
        Question(
            text=command, kind=Kind.COMMAND, person="telegram:42", room=room, language=language
        )
    )


@pytest.mark.parametrize(
    "text", ["early marriage; child labour; neglect", "early marriage\nchild labour ;; neglect;"]
)
def test_the_trainers_own_options_are_put_to_the_room(assistant: Assistant, text: str) -> None:
    said = vote(assistant, text)
    assert said.poll == Poll(question=ASKS, options=("early marriage", "child labour", "neglect"))
    assert said.private == ""
    assert "Only an administrator of this group can ask it to vote." in as_text(said)


def test_arabic_options_are_parted_by_its_own_sign(assistant: Assistant) -> None:
    said = vote(assistant, "زواج الأطفال؛ عمل الأطفال؛ الإهمال")
    assert said.language == "ar"
    assert said.poll
    assert said.poll.question == speak("ar")(ASKS)
    assert len(said.poll.options) == 3


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("topic", ["", "facilitation"])
def test_without_options_they_are_headings_of_the_library(
    assistant: Assistant, language: str, topic: str
) -> None:
    said = vote(assistant, topic, language=language)
    assert said.poll
    assert len(set(said.poll.options)) == 3
    library = assistant.opened().library
    titles = {source.title for source in library.sources().values()}
    assert set(said.poll.options) <= titles, "the starter library has no other headings"
    if not topic:
        assert said.poll.question == speak(language)(ASKS)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (";".join(f"topic {n}" for n in range(11)), "two to ten topics"),
        (f"neglect; {'x' * 101}", "two to ten topics"),
        ("neglect; the case of Amina Nakato, +256 772 123456", "leave names"),
    ],
)
def test_what_cannot_be_put_to_a_room_is_told_in_a_line(
    assistant: Assistant, text: str, fault: str
) -> None:
    said = vote(assistant, text)
    assert said.poll is None
    assert fault in as_text(said)


@pytest.mark.parametrize("room", [""])
def test_without_a_room_there_is_nobody_to_vote(assistant: Assistant, room: str) -> None:
    said = vote(assistant, "early marriage; child labour; neglect", room)
    assert said.poll is None
    assert "Add me to your group in Telegram" in as_text(said)


def test_a_trainer_whom_the_hub_named_need_not_lead_the_room(
    starter: Settings, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    own, people = open_own(starter, data), People(data)
    assert not named(vote(own, "early marriage; neglect"))
    people.ask_trainer("telegram:42", "abcdefgh")
    assert not named(vote(own, "early marriage; neglect")), "to ask is not to be named"
    assert people.name_trainer("abcdefgh")
    assert named(vote(own, "early marriage; neglect"))


def test_the_topic_is_that_of_the_rooms_workshop(starter: Settings, tmp_path: Path) -> None:
    data = tmp_path / "data"
    own = open_own(starter, data)
    made = Workshops(data).new(title="Kampala", language="en", topic="case management volunteers")
    before = vote(own, "")
    joined = own.reply(
        Question(
            text=f"start {made.code}",
            kind=Kind.COMMAND,
            person="telegram:42",
            room="telegram:-5",
            language="en",
        )
    )
    assert "Kampala" in as_text(joined)
    assert joined.private == ""
    after, typed = vote(own, ""), vote(own, "case management volunteers")
    assert after.poll
    assert typed.poll
    assert after.poll.options == typed.poll.options != (before.poll and before.poll.options)
    elsewhere = vote(own, "", room="telegram:-6")
    assert elsewhere.poll == before.poll, "nor is it their own: another room has no topic"


def open_own(starter: Settings, data: Path) -> Assistant:
    copy_library(starter.exchange_data, data)
    return app.open_assistant(starter.model_copy(update={"exchange_data": data}))


def named(reply: Reply) -> bool:
    assert reply.poll
    return reply.poll.named
