"""In a room, over real HTTP: groups, votes, shared answers, with the real assistant."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from bot import app
from bot.assistant import Assistant
from bot.channels.port import Incoming
from bot.channels.telegram import TelegramChannel
from bot.messages import Line, Poll, Question, Reply, Span
from bot.phrases import languages, speak
from bot.safeguarding.cards import DANGER, PRIVATELY
from bot.settings import Settings
from tests.doubles.bot_api import NAME, BotApi, Fault, Fields
from tests.doubles.telegram_bot import bot
from tests.libraries import copy_library
from tests.test_conversation import FIRST

GROUP: Fields = {"id": -5, "type": "supergroup", "title": "Teachers", "is_forum": True}
TOPIC: Fields = {"message_thread_id": 3, "is_topic_message": True}
WAY = "I answer this in private. Please open my chat and write to me there."
SECRET = "zqneighbours zqchild zqbruises"


@pytest.fixture(scope="module")
def own(starter: Settings, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    data = tmp_path_factory.mktemp("rooms") / "data"
    copy_library(starter.exchange_data, data)
    return app.open_assistant(starter.model_copy(update={"exchange_data": data}))


@asynccontextmanager
async def room(own: Assistant, data: Path) -> AsyncIterator[BotApi]:
    async with BotApi() as api, bot(api, own.respond, data):
        await api.until(lambda: bool(api.called("setMyCommands")))
        yield api


def shared(buttons: dict[str, str]) -> str:
    """The payload of the link that the button of an answer shares."""
    (url,) = parse_qs(urlsplit(buttons["Share this answer"]).query)["url"]
    (payload,) = parse_qs(urlsplit(url).query)["start"]
    assert url == f"https://t.me/{NAME}?start={payload}"
    return payload


def written(folder: Path, which: str = "*") -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob(which) if path.is_file())


# What is not meant for the bot.

OTHERS: Sequence[Fields] = (
    {"text": SECRET},
    {"text": f"/help {SECRET}"},
    {"text": f"/poll@OtherBot {SECRET}"},
    {"text": f"mail us at office@{NAME} {SECRET}"},
    {"photo": [{"file_id": "f", "file_unique_id": "f", "width": 9, "height": 9}],
     "caption": SECRET},
    {"text": SECRET, "via_bot": {"id": 7, "is_bot": True, "first_name": "E", "username": NAME}},
    {"new_chat_members": [{"id": 8, "is_bot": False, "first_name": SECRET}]},
    {"left_chat_member": {"id": 8, "is_bot": False, "first_name": SECRET}},
    {"migrate_to_chat_id": -1005},
    {"new_chat_title": SECRET},
    {"forum_topic_created": {"name": SECRET, "icon_color": 1}},
)  # fmt: skip


async def test_what_people_say_to_each_other_goes_no_further_than_the_line_it_came_on() -> None:
    kept: list[Incoming] = []

    async def receive(messages: Sequence[Incoming]) -> None:
        kept.extend(messages)

    async with BotApi() as api:
        channel = TelegramChannel(api.token, api.base_url, wait=1)
        listening = asyncio.create_task(channel.listen(receive))
        for fields in OTHERS:
            api.post(42, chat=GROUP, **fields)
            api.post(42, "edited_message", chat=GROUP, edit_date=2, **fields)
        api.say(f"@{NAME} what is neglect?", chat=GROUP)
        await api.until(lambda: not api.pending())
        listening.cancel()
        await asyncio.wait({listening})
        done = {name for name, _ in api.calls} - {"getMe", "deleteWebhook", "setMyCommands"}
    assert [("what is neglect?" in one.body, SECRET in one.body) for one in kept] == [(True, False)]
    assert done == {"getUpdates"}, "not even a mark that it was read"


async def test_nothing_of_it_stands_in_a_file_even_before_an_answer(tmp_path: Path) -> None:
    answering = asyncio.Event()

    async def respond(question: Question) -> Reply:
        answering.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with BotApi() as api, bot(api, respond, tmp_path, drain=0.2):
        for fields in OTHERS:
            api.post(42, chat=GROUP, **fields)
        api.say(f"@{NAME} zqneglect", chat=GROUP)
        await answering.wait()
        assert b"zqneglect" in written(tmp_path), "what was meant for it waits for its answer"
        assert b"zqbruises" not in written(tmp_path)


# Groups.


@pytest.mark.parametrize("way", ["mention", "reply", "end", "case"])
async def test_who_addresses_the_bot_is_answered_in_their_topic(
    own: Assistant, tmp_path: Path, way: str
) -> None:
    mine: Fields = {"message_id": 2, "date": 1, "chat": GROUP, "text": "?"}
    mine["from"] = {"id": 7, "is_bot": True, "first_name": "Exchange", "username": NAME}
    texts = {
        "mention": f"@{NAME} {FIRST['en']}",
        "reply": FIRST["en"],
        "end": f"{FIRST['en']} @{NAME}",
        "case": f"@{NAME.lower()} {FIRST['en']}",
    }
    more: Fields = {"reply_to_message": mine} if way == "reply" else {}
    async with room(own, tmp_path) as api:
        number = api.say(texts[way], chat=GROUP, **TOPIC, **more)
        (sent,) = await api.sent(1)
    assert (sent.chat, sent.thread, sent.reply_to) == (-5, 3, number)
    assert sent.parsed.quotes
    assert set(sent.buttons) <= {"More", "Sources", "See the page", "Share this answer"}


@pytest.mark.parametrize("text", ["my uncle beats me every night", "HELP"])
async def test_a_disclosure_is_answered_in_private_and_the_group_sees_nothing(
    own: Assistant, tmp_path: Path, text: str
) -> None:
    async with room(own, tmp_path) as api:
        api.say(f"@{NAME} {text}", chat=GROUP, **TOPIC)
        (sent,) = await api.sent(1)
        api.say(f"@{NAME} hello", chat=GROUP, **TOPIC)
        sent, after = await api.sent(2)
    assert (sent.chat, sent.thread, sent.reply_to) == (42, None, None)
    assert DANGER in sent.parsed.text
    assert after.chat == -5


@pytest.mark.parametrize("language", languages())
async def test_who_has_no_chat_with_the_bot_is_led_there_without_a_word_on_why(
    own: Assistant, tmp_path: Path, language: str
) -> None:
    async with room(own, tmp_path) as api:
        api.strangers.add(42)
        api.say(f"/help@{NAME}", chat=GROUP, language=language, **TOPIC)
        api.say(f"/country@{NAME} Uganda", chat=GROUP, language=language, **TOPIC)
        helped, told = await api.sent(2)
        assert helped.parsed.text == told.parsed.text == speak(language)(WAY)
        assert {helped.chat, told.chat} == {-5}
        assert (helped.thread, helped.reply_to) == (3, None)
        assert list(helped.buttons.values()) == [f"https://t.me/{NAME}?start=help"]
        assert list(told.buttons.values()) == [f"https://t.me/{NAME}"]
        api.strangers.clear()
        api.say("/start help", language=language)
        assert speak(language)(DANGER) in (await api.sent(3))[2].parsed.text


async def test_joining_is_greeted_once_and_leaving_forgets(own: Assistant, tmp_path: Path) -> None:
    async with room(own, tmp_path) as api:
        api.change("member", chat=GROUP, was="left")
        api.change("administrator", chat=GROUP, was="member")
        (sent,) = await api.sent(1)
        assert "In this group I answer only what is written to me" in sent.parsed.text
        api.say(f"@{NAME} {FIRST['en']}", chat=GROUP)
        await api.sent(2)
        api.change("kicked", chat=GROUP)
        api.say(f"@{NAME} more", chat=GROUP)
        assert "I do not know what we spoke of last" in (await api.sent(3))[2].parsed.text


async def test_a_group_that_became_a_supergroup_is_answered_and_asked_there(
    own: Assistant, tmp_path: Path
) -> None:
    async with room(own, tmp_path) as api:
        api.moved[-5] = -1005
        api.leaders[-1005] = [42]
        api.say(f"@{NAME} hello", chat={**GROUP, "type": "group"})
        assert (await api.sent(1))[0].chat == -1005
        api.say(f"/poll@{NAME} neglect; early marriage", chat={**GROUP, "type": "group"})
        await api.until(lambda: bool(api.polls))
        assert api.polls[0].chat == -1005


async def test_telegrams_own_pace_in_a_group_delays_and_loses_nothing(
    own: Assistant, tmp_path: Path
) -> None:
    async with room(own, tmp_path) as api:
        api.fail("sendMessage", Fault(429, retry_after=1), Fault(429, retry_after=1))
        asked = [api.say(f"@{NAME} hello", user=user, chat=GROUP) for user in range(100, 140)]
        sent = await api.sent(40)
        assert [message.reply_to for message in sent] == asked, "all forty, in their order"


# Votes.


async def test_an_administrator_asks_the_room_and_nobody_sees_who_chose(
    own: Assistant, tmp_path: Path
) -> None:
    async with room(own, tmp_path) as api:
        api.leaders[-5] = [9, 42]
        text = f"/poll@{NAME} early marriage; child labour; neglect"
        api.say(text, chat=GROUP, **TOPIC)
        await api.until(lambda: bool(api.polls))
        api.say(f"@{NAME} hello", chat=GROUP)
        await api.sent(1)
    (poll,) = api.polls
    assert (poll.chat, poll.thread, poll.anonymous) == (-5, 3, True)
    assert poll.question == "Which shall we take first?"
    assert poll.options == ["early marriage", "child labour", "neglect"]
    assert b"child labour" not in written(tmp_path, "*.db"), "the trainer's words are not kept"
    wanted = api.called("getUpdates")[0]["allowed_updates"]
    assert not {"poll", "poll_answer"} & set(wanted), "no choice comes to us"


async def test_whoever_does_not_lead_the_room_is_told_so(own: Assistant, tmp_path: Path) -> None:
    async with room(own, tmp_path) as api:
        api.leaders[-5] = [9]
        number = api.say(f"/poll@{NAME} early marriage; neglect", chat=GROUP)
        (sent,) = await api.sent(1)
    assert not api.polls
    assert "Only an administrator of this group can ask it to vote." in sent.parsed.text
    assert (sent.chat, sent.reply_to) == (-5, number)


async def test_a_named_trainer_asks_without_leading_the_room(tmp_path: Path) -> None:
    async def respond(question: Question) -> Reply:
        poll = Poll(question="Which?", options=("a", "b"), named=True)
        return Reply(language="en", lines=(Line((Span("only"),)),), poll=poll)

    async with BotApi() as api, bot(api, respond, tmp_path):
        api.say(f"/poll@{NAME}", chat=GROUP)
        await api.until(lambda: bool(api.polls))
    assert not api.called("getChatAdministrators")
    assert not api.messages


async def test_a_leader_who_stays_anonymous_may_ask(own: Assistant, tmp_path: Path) -> None:
    async with room(own, tmp_path) as api:
        sender = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GAB"}
        led: Fields = {"from": sender, "sender_chat": GROUP, "chat": GROUP}
        api.say(f"/poll@{NAME} facilitation", **led)
        await api.until(lambda: bool(api.polls))
        api.say(f"/language@{NAME}", **led)
        (sent,) = await api.sent(1)
    assert len(api.polls[0].options) == 3
    assert not api.called("getChatAdministrators")
    assert (sent.chat, sent.parsed.text) == (-5, WAY), "nobody is known to whom to write alone"


async def test_a_fault_while_asking_who_leads_is_tried_again(
    own: Assistant, tmp_path: Path
) -> None:
    async with room(own, tmp_path) as api:
        api.leaders[-5] = [42]
        api.fail("getChatAdministrators", Fault(502, html=True), Fault(429, retry_after=1))
        api.say(f"/poll@{NAME} early marriage; neglect", chat=GROUP)
        await api.until(lambda: bool(api.polls))
    assert len(api.polls) == 1
    assert not api.messages


async def test_in_private_there_is_no_room_to_ask(own: Assistant, tmp_path: Path) -> None:
    async with room(own, tmp_path) as api:
        api.say("/poll early marriage; neglect")
        (sent,) = await api.sent(1)
    assert "Add me to your group in Telegram" in sent.parsed.text


# Sharing.


@pytest.mark.parametrize("where", ["private", "group"])
async def test_a_shared_answer_opens_for_a_colleague_as_the_same_card(
    own: Assistant, tmp_path: Path, where: str
) -> None:
    async with room(own, tmp_path) as api:
        if where == "group":
            api.say(f"@{NAME} {FIRST['en']}", chat=GROUP)
        else:
            api.say(FIRST["en"])
        first = (await api.sent(1))[0]
        payload = shared(first.buttons)
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload)
        api.say(f"/start {payload}", user=77, language="sw")
        again = (await api.sent(2))[1]
    assert again.chat == 77
    assert again.parsed.quotes == first.parsed.quotes
    assert shared(again.buttons) == payload
    assert "neglect" not in unquote(first.buttons["Share this answer"])


async def test_a_link_to_what_is_gone_says_so(own: Assistant, tmp_path: Path) -> None:
    async with room(own, tmp_path) as api:
        api.say("/start card_en_AAAAAAAAAAAAAA")
        (sent,) = await api.sent(1)
    assert "The library has changed since then" in sent.parsed.text
    assert not any("share" in label.lower() for label in sent.buttons)


# Inline.


async def test_inline_offers_three_cards_with_the_way_to_each(
    own: Assistant, tmp_path: Path
) -> None:
    async with room(own, tmp_path) as api:
        api.type_inline(FIRST["en"][:256])
        await api.until(lambda: bool(api.called("answerInlineQuery")))
        (given,) = api.called("answerInlineQuery")
        assert 1 <= len(given["results"]) <= 3
        assert given["is_personal"] is True
        assert given["cache_time"] <= 5
        for result in given["results"]:
            ((key,),) = result["reply_markup"]["inline_keyboard"]
            assert key["text"] == "Open in my chat"
            api.say(f"/start {parse_qs(urlsplit(key['url']).query)['start'][0]}")
        count = len(given["results"])
        for result, sent in zip(given["results"], await api.sent(count), strict=True):
            quote = sent.parsed.quotes[0].split("\n")[0].strip("“”")
            assert quote[:100] in result["description"]


@pytest.mark.parametrize(
    ("typed", "title", "opens"),
    [
        ("how do I mend a bicycle tyre", "I found nothing for that. Ask me in my chat", "start"),
        ("my uncle beats me every night", PRIVATELY, "help"),
    ],
)
async def test_inline_leads_to_the_chat_where_it_offers_nothing(
    own: Assistant, tmp_path: Path, typed: str, title: str, opens: str
) -> None:
    async with room(own, tmp_path) as api:
        api.type_inline(typed)
        await api.until(lambda: bool(api.called("answerInlineQuery")))
        (given,) = api.called("answerInlineQuery")
        assert given["results"] == []
        assert given["button"] == {"text": title, "start_parameter": opens}
        assert given["cache_time"] == 0
        api.say(f"/start {opens}")
        said = (await api.sent(1))[0].parsed.text
        assert (DANGER in said) == (opens == "help")
        assert ("I am an automated assistant" in said) == (opens == "start")


async def test_a_message_of_several_parts_reaches_its_asker_alone(tmp_path: Path) -> None:
    async def respond(question: Question) -> Reply:
        lines = tuple(Line((Span("word " * 200),)) for _ in range(8))
        return Reply(language="en", lines=lines, private="start")

    async with BotApi() as api, bot(api, respond, tmp_path):
        await api.until(lambda: bool(api.called("setMyCommands")))
        api.say(f"@{NAME} hello", chat=GROUP)
        assert {message.chat for message in await api.sent(2)} == {42}
        api.strangers.add(42)
        api.say(f"@{NAME} hello", chat=GROUP)
        api.say(f"@{NAME} hello", user=43, chat=GROUP)
        sent = await api.sent(5)
    assert [message.chat for message in sent[2:]] == [-5, 43, 43], "the way there is said once"
