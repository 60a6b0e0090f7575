"""The Telegram channel through the library's own Application, over real HTTP."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from bot.channels.errors import ChannelFailed
from bot.channels.telegram import TelegramChannel, open_channel
from bot.messages import Button, Kind, Line, Question, Reply, Respond, Span, Style
from tests.doubles.bot_api import HANG, NAME, PATIENCE, RESET, BotApi, Fault

URL = "https://example.org/guide.pdf?a=1&b=2#page=12"


def reply(text: str, *buttons: Button) -> Reply:
    return Reply(language="en", lines=(Line((Span(text),)),), buttons=buttons)


async def echo(question: Question) -> Reply:
    return reply(f"{question.kind}: {question.text}")


def channel_of(api: BotApi, drain: float = PATIENCE) -> TelegramChannel:
    return TelegramChannel(api.token, api.base_url, pauses=(0.05, 0.05), drain=drain)


@asynccontextmanager
async def serving(
    respond: Respond, channel: Callable[[BotApi], TelegramChannel] = channel_of
) -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        task = asyncio.create_task(channel(api).serve(respond))
        try:
            await api.until(lambda: bool(api.called("setMyCommands")))
            yield api
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def failure(serve: Awaitable[None]) -> str:
    with pytest.raises(ChannelFailed) as caught:
        async with asyncio.timeout(PATIENCE):
            await serve
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
        message = await failure(open_channel("99:wrong", api.base_url).serve(echo))
    assert "refuses the token" in message
    assert "@BotFather" in message
    assert "99:wrong" not in message


async def test_a_token_revoked_while_running_ends_the_channel() -> None:
    async with BotApi() as api:
        serve = asyncio.create_task(channel_of(api).serve(echo))
        await api.until(lambda: bool(api.called("getUpdates")))
        api.revoke()
        api.say("ends the long poll that is open")
        assert "revoked" in await failure(serve)


async def test_no_network_is_another_line() -> None:
    async with BotApi() as api:
        gone = api.base_url
    message = await failure(open_channel("99:a", gone).serve(echo))
    assert "cannot be reached at 127.0.0.1 (NetworkError)" in message
    assert "99:a" not in message


async def test_no_log_holds_the_token_or_a_text(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def respond(question: Question) -> Reply:
        if "fail" in question.text:
            raise ValueError(question.text)
        return reply("a secret answer")

    async with serving(respond) as api:
        api.fail("getUpdates", Fault(502, html=True))
        api.say("a secret question")
        api.say("a secret that must fail")
        await api.sent(2)
    ours = [record for record in caplog.records if not record.name.startswith("uvicorn")]
    text = "\n".join(f"{r.getMessage()} {r.exc_info}" for r in ours)
    assert "secret" not in text
    assert api.token not in text
    assert "'error': 'ValueError'" in text
    assert "milliseconds" in text


async def test_stopping_lets_running_answers_finish_and_confirms_them() -> None:
    started, go = asyncio.Event(), asyncio.Event()

    async def respond(question: Question) -> Reply:
        started.set()
        await go.wait()
        return reply("still answered")

    async with BotApi() as api:
        serve = asyncio.create_task(channel_of(api).serve(respond))
        api.say("Hello")
        await started.wait()
        serve.cancel()
        asyncio.get_running_loop().call_later(0.1, go.set)
        with suppress(asyncio.CancelledError):
            await serve
        assert [sent.parsed.text for sent in api.messages] == ["still answered"]
        assert api.pending() == 0


async def test_stopping_gives_up_an_answer_that_never_comes() -> None:
    started = asyncio.Event()

    async def respond(question: Question) -> Reply:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with serving(respond, lambda api: channel_of(api, drain=0.2)) as api:
        api.say("Hello")
        await asyncio.wait_for(started.wait(), PATIENCE)
    assert api.messages == []


async def test_pending_updates_are_kept_and_the_kinds_listed() -> None:
    async with serving(echo) as api:
        api.say("sent before")
        await api.sent(1)
        assert all("drop_pending_updates" not in call for call in api.called("deleteWebhook"))
        assert api.called("getUpdates")[0]["allowed_updates"] == [
            *("message", "edited_message", "callback_query")
        ]


# Answers.


async def test_an_answer_is_html_with_whole_links_no_preview_and_buttons() -> None:
    async def respond(question: Question) -> Reply:
        await asyncio.sleep(0.01)
        lines = (
            Line((Span("Listen & believe."),), quote=True),
            Line((Span("Guide <2>", Style.BOLD, URL), Span(", page 12"))),
        )
        button = Button(label="More", data="more:" + "x" * 59)
        return Reply(language="en", lines=lines, buttons=(button,))

    async with serving(respond) as api:
        api.say("Hello")
        (sent,) = await api.sent(1)
    assert sent.parsed.quotes == ["Listen & believe."]
    assert sent.parsed.urls == [URL]
    assert sent.parsed.text == "Listen & believe.\nGuide <2>, page 12"
    assert sent.buttons == {"More": "more:" + "x" * 59}
    assert (sent.chat, sent.preview_off, sent.reply_to) == (42, True, None)
    assert api.called("sendChatAction") == [{"chat_id": 42, "action": "typing"}]


async def test_a_long_answer_is_several_messages_with_the_buttons_last() -> None:
    async def respond(question: Question) -> Reply:
        return reply("word " * 2000, Button(label="More", data="more"))

    async with serving(respond) as api:
        api.say("Hello")
        sent = await api.sent(3)
    assert [bool(message.buttons) for message in sent] == [False, False, True]


async def test_a_pressed_button_is_answered_and_comes_back_with_its_data() -> None:
    async def respond(question: Question) -> Reply:
        if question.kind is Kind.BUTTON:
            return reply(f"{question.person} {question.text}")
        return reply("?", Button(label="More", data="more:1"))

    async with serving(respond) as api:
        api.say("Hello")
        await api.sent(1)
        api.press("More")
        sent = await api.sent(2)
        assert sent[1].parsed.text == "telegram:42 more:1"
        assert len(api.called("answerCallbackQuery")) == 1


async def test_people_are_answered_at_the_same_time_but_each_in_order() -> None:
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


async def test_a_failure_is_an_apology_in_the_persons_language() -> None:
    async def respond(question: Question) -> Reply:
        raise RuntimeError("a trace that nobody should read")

    def make(api: BotApi) -> TelegramChannel:
        return open_channel(api.token, api.base_url, apology=lambda language: f"Pole ({language})")

    async with serving(respond, make) as api:
        api.say("Habari", language="sw")
        (sent,) = await api.sent(1)
    assert sent.html == "Pole (sw)"


async def test_a_reply_that_telegram_refuses_is_an_apology() -> None:
    async def respond(question: Question) -> Reply:
        return reply("fine", Button(label="More", data="x" * 65))

    async with serving(respond) as api:
        api.say("Hello")
        (sent,) = await api.sent(1)
    assert sent.html.startswith("Sorry")


@pytest.mark.parametrize(
    "fault", [Fault(429, retry_after=1), Fault(500), Fault(502, html=True), RESET], ids=str
)
async def test_a_lost_send_is_tried_again(fault: Fault) -> None:
    async with serving(echo) as api:
        api.fail("sendMessage", fault)
        api.say("Hello")
        sent = await api.sent(1)
    assert [message.html for message in sent] == ["text: Hello"]


async def test_polling_goes_on_after_faults() -> None:
    async with serving(echo) as api:
        api.fail("getUpdates", Fault(502, html=True), RESET)
        api.say("Hello")
        await api.sent(1)


async def test_faults_of_the_trimmings_do_not_cost_the_answer() -> None:
    async def respond(question: Question) -> Reply:
        return reply("?", Button(label="More", data="more"))

    async with serving(respond) as api:
        api.fail("sendChatAction", HANG, Fault(400))
        api.fail("answerCallbackQuery", Fault(400))
        api.say("Hello")
        await api.sent(1)
        api.press("More")
        await api.sent(2)


async def test_an_album_is_one_question() -> None:
    async with serving(echo) as api:
        api.photo("Is this safe?", album="7")
        api.photo(album="7")
        api.say("next")
        sent = await api.sent(2)
    assert [message.html for message in sent] == ["photo: Is this safe?", "text: next"]


# What comes in, by way of the real server.


async def test_every_kind_arrives() -> None:
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


async def test_a_group_sees_whose_question_is_answered() -> None:
    async with serving(echo) as api:
        chat = {"id": -5, "type": "supergroup", "title": "Teachers"}
        number = api.say(f"@{NAME} what is neglect?", chat=chat)
        (sent,) = await api.sent(1)
    assert (sent.chat, sent.reply_to, sent.html) == (-5, number, "text: what is neglect?")


async def test_a_reply_without_lines_sends_nothing_and_the_next_is_answered() -> None:
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
