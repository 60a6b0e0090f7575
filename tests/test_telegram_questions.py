"""What Telegram delivers, read as Questions: the pure edge alone."""

import pytest
from telegram import Update

from bot.channels.telegram_questions import to_question
from bot.messages import Kind, Question
from tests.doubles.bot_api import ME, NAME, Fields

AMINA: Fields = {"id": 42, "is_bot": False, "first_name": "Amina"}


def asked(kind: str = "message", sender: Fields = AMINA, **fields: object) -> Question | None:
    message = {
        "message_id": 1,
        "date": 1,
        "from": sender,
        "chat": {"id": 42, "type": "private"},
    }
    update = Update.de_json({"update_id": 1, kind: {**message, **fields}}, None)
    assert update
    return to_question(update, NAME)


def group(text: str, asks: Fields | None = None) -> str | None:
    chat = {"id": -5, "type": "supergroup", "title": "Teachers"}
    question = asked(text=text, chat=chat, reply_to_message=asks)
    return f"{question.kind} {question.text}" if question else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/start", "start"),
        ("/Start link-7", "start link-7"),
        (f"/help@{NAME}", "help"),
        ("/language  sw \n", "language sw"),
    ],
)
def test_commands(text: str, expected: str) -> None:
    question = asked(text=text)
    assert question
    assert (question.kind, question.text) == (Kind.COMMAND, expected)


@pytest.mark.parametrize("text", ["/", "/home/amina", "// no", "how / why"])
def test_a_slash_alone_is_no_command(text: str) -> None:
    question = asked(text=text)
    assert question
    assert (question.kind, question.text) == (Kind.TEXT, text)


def test_in_a_group_only_what_is_meant_for_the_bot() -> None:
    mine = {"message_id": 2, "date": 1, "from": ME, "chat": {"id": -5, "type": "supergroup"}}
    other = {**mine, "from": {"id": 8, "is_bot": False, "first_name": "Bo", "username": "bo"}}
    assert group("Good morning all") is None
    assert group("/help") is None
    assert group("/help@OtherBot") is None
    assert group("/help@OtherBot", mine) is None
    assert group(f"write to me@{NAME}") is None
    assert group("I agree", other) is None
    assert group(f"/help@{NAME.lower()} me") == "command help me"
    assert group(f"@{NAME} what is neglect?") == "text what is neglect?"
    assert group("and then?", mine) == "text and then?"


def test_not_meant_for_the_bot_at_all() -> None:
    assert asked(new_chat_title="New") is None
    assert asked("channel_post", text="news") is None
    assert asked(text="beep", sender=ME) is None
    place = {"longitude": 1, "latitude": 1}
    assert asked("edited_message", location=place, edit_date=2) is None  # a live location
    dice = asked(dice={"value": 1, "emoji": "🎲"})
    assert dice
    assert dice.kind is Kind.OTHER
