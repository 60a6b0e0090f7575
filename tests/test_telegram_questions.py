"""What Telegram delivers, read as Questions: the pure edge alone."""

import json

import pytest
from telegram import Update

from bot.channels.telegram_questions import Albums, conversation, read, to_question
from bot.messages import Kind, Question
from tests.doubles.bot_api import ME, NAME, Fields
from tests.doubles.telegram_people import standing

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
        ("/start help", "help"),  # the way from inline search to the help card
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


CHAT = {"id": 42, "type": "private"}
SUPER = {"id": -5, "type": "supergroup", "title": "Teachers"}
BASE: Fields = {"message_id": 9, "date": 1, "from": AMINA, "chat": CHAT}


def where(update: Fields) -> Fields | None:
    asked = read({"bot": NAME, "update": {"update_id": 1, **update}})
    if asked is None:
        return None
    to: Fields = json.loads(asked.to)
    assert to.pop("bot") == NAME
    return to


def test_where_a_reply_goes() -> None:
    pointing = {"reply_parameters": {"message_id": 9, "allow_sending_without_reply": True}}
    topic = {"is_topic_message": True, "message_thread_id": 3}
    asked = {**BASE, "chat": SUPER, "text": f"@{NAME} what is neglect?"}
    pressed = {"id": "1", "from": AMINA, "chat_instance": "1", "data": "more:1"}
    old = {"message_id": 3, "date": 0, "chat": CHAT}
    answered = where({"message": {**BASE, "text": "/start card_en_AAAAAAAAAAAA"}})
    assert answered == {"chat_id": 42}, "a colleague's link is not pointed at"
    assert where({"message": {**BASE, "text": "Hello"}}) == {"chat_id": 42, **pointing}
    assert where({"message": {**BASE, "text": "/help"}}) == {"chat_id": 42}
    assert where({"edited_message": {**BASE, "edit_date": 2, "text": "Hello"}}) == {
        "chat_id": 42, **pointing,
    }  # fmt: skip
    assert where({"message": asked}) == {"chat_id": -5, "asker": 42, **pointing}
    assert where({"message": {**asked, **topic}}) == {
        "chat_id": -5, "asker": 42, "message_thread_id": 3, **pointing,
    }  # fmt: skip
    assert where({"callback_query": {**pressed, "message": old}}) == {"chat_id": 42}
    assert where({"callback_query": {**pressed, "inline_message_id": "x"}}) is None
    assert where({"inline_query": {"id": "77", "from": AMINA, "query": "a", "offset": ""}}) == {
        "inline_query_id": "77"
    }


def test_conversations_keep_their_own_order() -> None:
    message = {**BASE, "chat": SUPER}
    assert conversation({"update_id": 1, "message": message}) == "-5"
    assert conversation({"update_id": 1, "callback_query": {"message": message}}) == "-5"
    assert conversation({"update_id": 1, "inline_query": {"from": AMINA}}) == "inline 42"
    assert conversation({"update_id": 1, "unheard_of": {}}) == "inline None"


def test_an_album_has_one_id_but_for_a_later_photo_that_says_something() -> None:
    albums = Albums()

    def id(number: int, **more: object) -> str:
        return albums.id({"update_id": number, "message": {"media_group_id": "7", **more}})

    assert [id(1, caption="a"), id(2), id(1, caption="a")] == 3 * ["album 7"]
    assert id(3, caption="b") == "3"
    assert albums.id({"update_id": 4, "message": {}}) == "4"


def test_inline_and_leaving() -> None:
    inline = {
        "id": "77",
        "from": {**AMINA, "language_code": "sw"},
        "query": "what is",
        "offset": "",
    }
    asked = read({"bot": NAME, "update": {"update_id": 1, "inline_query": inline}})
    assert asked
    assert asked.question == Question(
        text="what is", kind=Kind.INLINE, person="telegram:42", language="sw"
    )
    changed = {
        "chat": CHAT, "from": AMINA, "date": 1,
        "old_chat_member": {"user": ME, "status": "member"},
        "new_chat_member": {"user": ME, "status": "kicked", "until_date": 0},
    }  # fmt: skip
    left = read({"bot": NAME, "update": {"update_id": 1, "my_chat_member": changed}})
    assert left
    assert (left.question.kind, left.question.person) == (Kind.LEFT, "telegram:42")


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("left", "member", Question(text="start", kind=Kind.COMMAND, person="telegram:42",
                                    room="telegram:-5")),
        ("member", "administrator", None),
        ("member", "kicked", Question(text="", kind=Kind.LEFT, person="telegram:-5")),
        ("administrator", "left", Question(text="", kind=Kind.LEFT, person="telegram:-5")),
    ],
)  # fmt: skip
def test_a_group_takes_the_bot_in_and_sends_it_away(
    was: str, now: str, expected: Question | None
) -> None:
    changed = {"from": AMINA, "date": 1, "old_chat_member": standing(was),
               "new_chat_member": standing(now)}  # fmt: skip

    def seen(kind: str) -> Question | None:
        update = {"my_chat_member": {**changed, "chat": {**SUPER, "type": kind}}}
        asked = read({"bot": NAME, "update": {"update_id": 1, **update}})
        return asked.question if asked else None

    assert seen("supergroup") == seen("group") == expected
    assert seen("channel") is None


def test_who_leads_a_group_and_stays_anonymous_there_is_heard() -> None:
    bot = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    led: Fields = {"sender": bot, "sender_chat": SUPER, "chat": SUPER}
    question = asked(text=f"/poll@{NAME} a; b", **led)
    assert question
    assert (question.text, question.person, question.room) == (
        "poll a; b", "telegram:-5", "telegram:-5",
    )  # fmt: skip
    other = {"id": -9, "type": "channel", "title": "News"}
    assert asked(text=f"@{NAME} what is neglect?", **{**led, "sender_chat": other}) is None


def test_a_card_of_ours_that_somebody_put_into_a_chat_is_no_question() -> None:
    assert asked(text="Listen, and believe the child.", via_bot=ME) is None
    assert asked(text=f"See t.me/x @{NAME}", via_bot=ME, chat=SUPER) is None


def test_a_shared_link_is_the_card_and_any_other_payload_a_start() -> None:
    def read(payload: str) -> tuple[Kind, str]:
        question = asked(text=f"/start {payload}")
        assert question
        return question.kind, question.text

    assert read("card_en_AAAA-AAA_AABcd") == (Kind.BUTTON, "card:en:AAAA-AAA_AABcd")
    assert read("start") == (Kind.COMMAND, "start")
    assert read("card_en_") == (Kind.COMMAND, "start card_en_")
    assert read("card_en_a:b") == (Kind.COMMAND, "start card_en_a:b")
