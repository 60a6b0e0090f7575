"""The Telegram channel with its post, over real HTTP: by long polling, and by webhook."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from bot.channels import telegram_listening
from bot.channels.errors import ChannelFailed
from bot.channels.telegram import TelegramChannel, open_channel
from bot.messages import Button, Kind, Line, Question, Reply, Respond, Span, Style
from tests.doubles.bot_api import HANG, NAME, PATIENCE, RESET, BotApi, Fault, Fields
from tests.doubles.telegram_bot import bot

URL = "https://example.org/guide.pdf?a=1&b=2#page=12"
Serving = Callable[[Respond], AbstractAsyncContextManager[BotApi]]


def reply(text: str, *buttons: Button) -> Reply:
    return Reply(language="en", lines=(Line((Span(text),)),), buttons=buttons)


async def echo(question: Question) -> Reply:
    return reply(f"{question.kind}: {question.text}")


@pytest.fixture(params=[False, True], ids=["polling", "webhook"])
def serving(request: pytest.FixtureRequest, tmp_path: Path) -> Serving:
    @asynccontextmanager
    async def serving(respond: Respond) -> AsyncIterator[BotApi]:
        async with BotApi() as api, bot(api, respond, tmp_path, webhook=request.param):
            await api.until(lambda: bool(api.called("setMyCommands")))
            yield api

    return serving


async def failure(channel: TelegramChannel) -> str:
    async def nowhere(_: object) -> None:
        raise AssertionError

    with pytest.raises(ChannelFailed) as caught:
        async with asyncio.timeout(PATIENCE):
            await channel.listen(nowhere)
    assert caught.value.__cause__ is None
    return str(caught.value)


# Starting and stopping.


@pytest.mark.parametrize("token", ["", "  ", "no-colon", "12:a/../b", "12:a b"])
def test_a_token_that_cannot_be_one_is_refused_at_once(token: str) -> None:
    with pytest.raises(ChannelFailed, match=r"TELEGRAM_TOKEN.*@BotFather") as caught:
        open_channel(token)
    assert not token.strip() or token not in str(caught.value)


async def test_a_wrong_token_is_one_clear_line_without_the_token() -> None:
    async with BotApi() as api:
        message = await failure(open_channel("99:wrong", api.base_url))
    assert "refuses the token" in message
    assert "@BotFather" in message
    assert "99:wrong" not in message


async def test_a_token_revoked_while_polling_ends_the_channel(tmp_path: Path) -> None:
    async with BotApi() as api, bot(api, echo, tmp_path) as work:
        await api.until(lambda: bool(api.called("getUpdates")))
        api.revoke()
        with pytest.raises(ChannelFailed, match="revoked"):
            await asyncio.wait_for(work, PATIENCE)


async def test_a_token_revoked_under_a_webhook_ends_the_channel(tmp_path: Path) -> None:
    async with BotApi() as api, bot(api, echo, tmp_path, webhook=True) as work:
        await api.until(lambda: bool(api.called("setMyCommands")))
        api.revoke()
        api.say("Hello")
        with pytest.raises(ChannelFailed, match="revoked"):
            await asyncio.wait_for(work, PATIENCE)


async def test_no_network_is_another_line() -> None:
    async with BotApi() as api:
        gone = api.base_url
    message = await failure(open_channel("99:a", gone))
    assert "cannot be reached at 127.0.0.1 (NetworkError)" in message
    assert "99:a" not in message


async def test_no_log_holds_the_token_or_a_text(
    serving: Serving, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def respond(question: Question) -> Reply:
        if "fail" in question.text:
            raise ValueError(question.text)
        return reply("a secret answer")

    async with serving(respond) as api:
        api.fail("getUpdates", Fault(502, html=True))
        api.fail("sendMessage", Fault(502, html=True))
        api.say("a secret question")
        api.say("a secret that must fail")
        await api.sent(2)
        token = api.token
    ours = [record for record in caplog.records if not record.name.startswith("uvicorn")]
    text = "\n".join(f"{r.getMessage()} {r.exc_info}" for r in ours)
    assert "secret" not in text
    assert token not in text
    assert "'error': 'ValueError'" in text
    assert "milliseconds" in text


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_stopping_lets_running_answers_finish(webhook: bool, tmp_path: Path) -> None:
    started, go = asyncio.Event(), asyncio.Event()

    async def respond(question: Question) -> Reply:
        started.set()
        await go.wait()
        return reply("still answered")

    async with BotApi() as api:
        async with bot(api, respond, tmp_path, webhook=webhook):
            api.say("Hello")
            await asyncio.wait_for(started.wait(), PATIENCE)
            asyncio.get_running_loop().call_later(0.1, go.set)
        assert [sent.parsed.text for sent in api.messages] == ["still answered"]
        async with bot(api, echo, tmp_path, webhook=webhook):
            api.say("next")
            sent = await api.sent(2)
        assert sent[1].parsed.text == "text: next", "the first is not answered once more"


async def test_an_answer_that_outlasts_the_stop_comes_after_the_next_start(tmp_path: Path) -> None:
    started = asyncio.Event()

    async def respond(question: Question) -> Reply:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with BotApi() as api:
        async with bot(api, respond, tmp_path, drain=0.2):
            api.say("Hello")
            await asyncio.wait_for(started.wait(), PATIENCE)
        assert api.messages == []
        async with bot(api, echo, tmp_path):
            (sent,) = await api.sent(1)
    assert sent.html == "text: Hello"


async def test_what_waits_is_kept_and_the_kinds_are_listed(serving: Serving) -> None:
    async with serving(echo) as api:
        api.say("sent before")
        await api.sent(1)
        asked = api.called("getUpdates") or api.called("setWebhook")
        ended = api.called("deleteWebhook")
        assert all("drop_pending_updates" not in call for call in (*asked, *ended))
        assert asked[0]["allowed_updates"] == [
            *("message", "edited_message", "callback_query", "inline_query", "my_chat_member")
        ]


# Answers.


async def test_an_answer_is_html_with_whole_links_no_preview_and_buttons(serving: Serving) -> None:
    async def respond(question: Question) -> Reply:
        await asyncio.sleep(0.01)
        lines = (
            Line((Span("Listen & believe."),), quote=True),
            Line((Span("Guide <2>", Style.BOLD, URL), Span(", page 12"))),
        )
        button = Button(label="More", data="more:" + "x" * 59)
        return Reply(language="en", lines=lines, buttons=(button,))

    async with serving(respond) as api:
        number = api.say("Hello")
        (sent,) = await api.sent(1)
        assert api.called("sendChatAction") == [{"chat_id": 42, "action": "typing"}]
    assert sent.parsed.quotes == ["Listen & believe."]
    assert sent.parsed.urls == [URL]
    assert sent.parsed.text == "Listen & believe.\nGuide <2>, page 12"
    assert sent.buttons == {"More": "more:" + "x" * 59}
    assert (sent.chat, sent.preview_off, sent.reply_to) == (42, True, number)


async def test_a_long_answer_is_several_messages_with_the_buttons_last(serving: Serving) -> None:
    async def respond(question: Question) -> Reply:
        return reply("word " * 2000, Button(label="More", data="more"))

    async with serving(respond) as api:
        number = api.say("Hello")
        sent = await api.sent(3)
    assert [bool(message.buttons) for message in sent] == [False, False, True]
    assert [message.reply_to for message in sent] == [number, None, None]


async def test_a_pressed_button_is_answered_and_comes_back_with_its_data(serving: Serving) -> None:
    async def respond(question: Question) -> Reply:
        if question.kind is Kind.BUTTON:
            return reply(f"{question.person} {question.text}")
        return reply("?", Button(label="More", data="more:1"))

    async with serving(respond) as api:
        api.say("Hello")
        await api.sent(1)
        api.press("More")
        sent = await api.sent(2)
        assert (sent[1].parsed.text, sent[1].reply_to) == ("telegram:42 more:1", None)
        assert len(api.called("answerCallbackQuery")) == 1


async def test_a_press_that_is_too_old_to_be_answered_still_counts(serving: Serving) -> None:
    async with serving(echo) as api:
        late = "Bad Request: query is too old and response timeout expired or query ID is invalid"
        api.fail("answerCallbackQuery", Fault(400, said=late))
        chat = {"id": 42, "type": "private", "first_name": "Amina"}
        api.press_data("more:1", {"message_id": 3, "date": 0, "chat": chat})  # inaccessible
        (sent,) = await api.sent(1)
    assert (sent.chat, sent.html) == (42, "button: more:1")


async def test_people_are_answered_at_the_same_time_but_each_in_order(serving: Serving) -> None:
    together = asyncio.Event()
    waiting: list[str] = []

    async def respond(question: Question) -> Reply:
        waiting.append(question.text)
        if len(waiting) == 4:
            together.set()
        await asyncio.wait_for(together.wait(), PATIENCE)
        return reply(question.text)

    async with serving(respond) as api:
        for user in (1, 2, 3, 4):
            api.say(f"first {user}", user)
            api.say(f"second {user}", user)
        sent = [message.parsed.text for message in await api.sent(8)]
    assert all(text.startswith("first") for text in waiting[:4])
    for user in (1, 2, 3, 4):
        assert sent.index(f"first {user}") < sent.index(f"second {user}")


async def test_a_failure_is_an_apology_in_the_persons_language(tmp_path: Path) -> None:
    async def respond(question: Question) -> Reply:
        raise RuntimeError("a trace that nobody should read")

    apology = lambda language: f"Pole ({language})"  # noqa: E731
    async with BotApi() as api, bot(api, respond, tmp_path, apology=apology):
        api.say("Habari", language="sw")
        (sent,) = await api.sent(1)
    assert sent.html == "Pole (sw)"


@pytest.mark.parametrize(
    "fault", [Fault(429, retry_after=1), Fault(500), Fault(502, html=True), RESET], ids=str
)
async def test_a_lost_send_is_tried_again(fault: Fault, tmp_path: Path) -> None:
    async with BotApi() as api, bot(api, echo, tmp_path):
        api.fail("sendMessage", fault)
        api.say("Hello")
        sent = await api.sent(1)
    assert [message.html for message in sent] == ["text: Hello"]


async def test_a_send_that_hangs_holds_nobody_else_up(tmp_path: Path) -> None:
    async with BotApi() as api, bot(api, echo, tmp_path):
        api.fail("sendMessage", HANG)
        for user in (1, 2, 3):
            api.say("Hello", user)
        async with asyncio.timeout(8):  # the hanging one is given up after 15 seconds
            await api.sent(2)


async def test_polling_goes_on_after_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram_listening, "PAUSES", (0.05, 0.1))
    async with BotApi() as api:
        api.fail("getUpdates", Fault(502, html=True), HANG, RESET, Fault(409))
        async with bot(api, echo, tmp_path):
            api.say("Hello")
            await api.sent(1)
            assert len(api.called("getUpdates")) >= 5


async def test_faults_of_the_trimmings_do_not_cost_the_answer(serving: Serving) -> None:
    async def respond(question: Question) -> Reply:
        return reply("?", Button(label="More", data="more"))

    async with serving(respond) as api:
        api.fail("sendChatAction", HANG, Fault(400))
        api.fail("answerCallbackQuery", Fault(400))
        api.say("Hello")
        await api.sent(1)
        api.press("More")
        await api.sent(2)


async def test_an_album_is_one_question(serving: Serving) -> None:
    async with serving(echo) as api:
        api.photo("Is this safe?", album="7")
        api.photo(album="7")
        api.say("next")
        api.photo(album="8")
        api.photo("my uncle beats me", album="8")
        sent = await api.sent(4)
    assert [message.html for message in sent] == [
        *("photo: Is this safe?", "text: next", "photo: ", "photo: my uncle beats me")
    ]


async def test_who_blocks_the_bot_has_left_and_is_forgotten(serving: Serving) -> None:
    asked: list[Question] = []

    async def respond(question: Question) -> Reply:
        asked.append(question)
        return reply("answer") if question.kind is Kind.TEXT else Reply(language="en", lines=())

    async with serving(respond) as api:
        group = {"id": -5, "type": "supergroup", "title": "Teachers"}
        api.change("kicked", user=5, chat=group)
        api.change("kicked", user=6)
        api.change("member", user=6)
        api.blocked.add(7)
        api.say("Hello", user=7)
        api.say("Hello", user=8)
        await api.sent(1)
        await api.until(lambda: len(api.called("sendMessage")) == 2)
    left = [question.person for question in asked if question.kind is Kind.LEFT]
    assert sorted(left) == ["telegram:-5", "telegram:6", "telegram:7"]


# What comes in, by way of the real server.


async def test_every_kind_arrives(serving: Serving) -> None:
    asked: list[Question] = []

    async def respond(question: Question) -> Reply:
        asked.append(question)
        return reply("kindly")

    async with serving(respond) as api:
        api.say("/language sw", language="pt-br")
        api.edit("new words")
        api.sticker()
        api.voice()
        api.photo("a caption")
        api.document()
        api.post(contact={"phone_number": "1", "first_name": "A"})
        api.post(language="fil", text="Hello")
        await api.sent(8)
    assert [(question.kind, question.text) for question in asked] == [
        (Kind.COMMAND, "language sw"),
        (Kind.EDITED, "new words"),
        (Kind.STICKER, ""),
        (Kind.VOICE, ""),
        (Kind.PHOTO, "a caption"),
        (Kind.DOCUMENT, ""),
        (Kind.OTHER, ""),
        (Kind.TEXT, "Hello"),
    ]
    assert {question.person for question in asked} == {"telegram:42"}
    assert (asked[0].language, asked[-1].language) == ("pt", None)


async def test_a_group_sees_whose_question_is_answered_in_its_topic(serving: Serving) -> None:
    async with serving(echo) as api:
        chat = {"id": -5, "type": "supergroup", "title": "Teachers"}
        topic: Fields = {"message_thread_id": 3, "is_topic_message": True}
        api.say("what people say to each other", chat=chat)
        number = api.say(f"@{NAME} what is neglect?", chat=chat, **topic)
        (sent,) = await api.sent(1)
    assert (sent.chat, sent.reply_to, sent.html) == (-5, number, "text: what is neglect?")
    assert sent.thread == 3


async def test_a_reply_without_lines_sends_nothing_and_the_next_is_answered(
    serving: Serving,
) -> None:
    async def respond(question: Question) -> Reply:
        if question.text == "flood":
            return Reply(language="en", lines=())
        return reply("answered")

    async with serving(respond) as api:
        api.say("flood")
        api.say("calm")
        (sent,) = await api.sent(1)
        assert sent.parsed.text == "answered"
        assert len(api.called("sendMessage")) == 1
