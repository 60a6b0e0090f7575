"""What a reply becomes on its way to Telegram, and what Telegram's refusals mean."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.errors import Gone, Later, Refused
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_calls import CAPTION, pack, plainer
from bot.messages import Attachment, Button, Line, Offer, Reply, Span, Style
from tests.doubles.bot_api import HANG, RESET, BotApi, Fault
from tests.doubles.telegram_html import units

TO = json.dumps({"chat_id": 42})
GROUP = json.dumps({"chat_id": -5})
JPEG, PDF = b"\xff\xd8\xff\xe0 a picture", b"%PDF-1.7 a page"


def reply(text: str = "Hello", **more: Any) -> Reply:  # noqa: ANN401 - passed on
    return Reply(language="en", lines=(Line((Span(text),)),) if text else (), **more)


def file(kind: str, data: bytes, caption: str = "A guide, page 12") -> Attachment:
    return Attachment(name="guide-p12", media_type=kind, data=data, caption=caption)


async def sent_by(api: BotApi, said: Reply, to: str = TO) -> None:
    channel = TelegramChannel(api.token, api.base_url)
    for call in channel.pack(said, to):
        await channel.send(call)


# Files.


async def test_a_picture_and_a_page_are_uploaded_whole() -> None:
    more = Button(label="More", data="more")
    async with BotApi() as api:
        await sent_by(api, reply(attachment=file("image/jpeg", JPEG), buttons=(more,)))
        await sent_by(api, reply("", attachment=file("application/pdf", PDF)))
    text, picture, page = api.messages
    assert (text.html, text.buttons) == ("Hello", {"More": "more"})
    assert picture.photo
    assert (picture.photo.data, picture.photo.name) == (JPEG, "guide-p12")
    assert (picture.html, picture.buttons) == ("A guide, page 12", {})
    assert page.document
    assert (page.document.data, page.document.name) == (PDF, "guide-p12")


async def test_a_picture_that_cannot_be_shown_comes_as_a_file() -> None:
    async with BotApi() as api:
        await sent_by(api, reply(attachment=file("image/jpeg", b"no picture")))
    assert api.messages[1].document
    assert api.messages[1].document.data == b"no picture"


@given(st.text(st.sampled_from("a 😀é.\u0301"), max_size=1100) | st.just("😀" * 1024))
@settings(deadline=None, max_examples=60)
def test_captions_are_within_telegrams_limit(caption: str) -> None:
    (_, call) = pack(reply(attachment=file("image/jpeg", JPEG, caption)), TO)
    shown = json.loads(call)["caption"]
    assert units(shown) <= CAPTION
    assert shown == caption or (shown.endswith("…") and caption.startswith(shown[:-1]))


def test_a_call_is_text_that_can_wait_in_a_file() -> None:
    (_, call) = pack(reply("é 😀 \ud800", attachment=file("application/pdf", PDF)), TO)
    assert base64.b64decode(json.loads(call)["data"]) == PDF
    for call in pack(reply("é 😀 \ud800"), TO):
        call.encode()


# Offers of inline search.

INLINE = json.dumps({"inline_query_id": "77"})
offers = st.builds(
    Offer,
    id=st.text(max_size=90),
    title=st.text(min_size=1, max_size=300),
    description=st.text(max_size=400),
    reply=st.builds(
        reply, st.text(st.characters(categories=["L"]), min_size=1).map(lambda t: t * 60)
    ),
)


@given(st.lists(offers, max_size=4))
@settings(deadline=None, max_examples=60)
def test_offers_are_within_telegrams_limits(made: list[Offer]) -> None:
    (call,) = pack(reply("", offers=tuple(made)), INLINE)
    fields = json.loads(call)
    assert fields["inline_query_id"] == "77"
    assert fields["is_personal"]
    assert fields["cache_time"] <= 10
    assert len({result["id"] for result in fields["results"]}) == len(made)
    for result, offer in zip(fields["results"], made, strict=True):
        assert 0 < units(result["title"]) <= 100
        assert units(result["description"]) <= 200
        assert units(result["input_message_content"]["message_text"]) <= 4096
        assert len(result["id"].encode()) <= 64
        assert offer.title.startswith(result["title"].removesuffix("…"))


async def test_offers_reach_telegram_and_one_without_words_leads_to_the_bot() -> None:
    card = Reply(
        language="en", lines=(Line((Span("A & B", Style.BOLD, "https://example.org/a?b&c"),)),)
    )
    one = Offer(id="p1", title="A guide", description="Listen.", reply=card)
    private = Offer(id="help", title="Write to me", description="", reply=reply(""))
    async with BotApi() as api:
        await sent_by(api, reply("", offers=(one,)), INLINE)
        await sent_by(api, reply("", offers=(private,)), INLINE)
        await sent_by(api, reply(""), INLINE)
    found, led, nothing = api.called("answerInlineQuery")
    (result,) = found["results"]
    assert (result["title"], result["description"]) == ("A guide", "Listen.")
    content = result["input_message_content"]
    assert content["message_text"] == (
        '<b><a href="https://example.org/a?b&amp;c">A &amp; B</a></b>'
    )
    assert content["link_preview_options"] == {"is_disabled": True}
    assert led["results"] == []
    assert led["button"] == {"text": "Write to me", "start_parameter": "help"}
    assert led["cache_time"] == 0
    assert (nothing["results"], "button" in nothing) == ([], False)


async def test_an_inline_query_that_grew_too_old_is_no_failure() -> None:
    said = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    async with BotApi() as api:
        api.fail("answerInlineQuery", Fault(400, said=said))
        await sent_by(api, reply(""), INLINE)


# What Telegram's refusals mean.

BLOCKED = "Forbidden: bot was blocked by the user"
KICKED = "Forbidden: bot was kicked from the supergroup chat"


@pytest.mark.parametrize(
    ("fault", "to", "raised", "why"),
    [
        (Fault(403, said=BLOCKED), TO, Gone, "blocked"),
        (Fault(403, said="Forbidden: user is deactivated"), TO, Gone, "blocked"),
        (Fault(400, said="Bad Request: chat not found"), TO, Gone, "blocked"),
        (Fault(403, said=KICKED), GROUP, Refused, "let the bot go"),
        (Fault(400, said="Bad Request: chat not found"), GROUP, Refused, "let the bot go"),
        (Fault(500), TO, Later, "failed"),
        (Fault(502, html=True), TO, Later, "failed"),
        (RESET, TO, Later, "failed"),
        (Fault(401, said="Unauthorized"), TO, Later, "token"),
    ],
    ids=str,
)
async def test_what_a_fault_means(fault: Fault, to: str, raised: type[Exception], why: str) -> None:
    async with BotApi() as api:
        api.fail("sendMessage", fault)
        with pytest.raises(raised, match=why) as caught:
            await sent_by(api, reply("a secret"), to)
    assert "secret" not in str(caught.value)
    assert api.token not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_telegram_says_how_long_to_wait() -> None:
    async with BotApi() as api:
        api.fail("sendMessage", Fault(429, retry_after=17))
        with pytest.raises(Later) as caught:
            await sent_by(api, reply())
    assert caught.value.seconds == 17


async def test_a_call_that_hangs_comes_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.telegram_line.READ", 0.3)
    async with BotApi() as api:
        api.fail("sendMessage", HANG)
        with pytest.raises(Later):
            await sent_by(api, reply())


async def test_what_telegram_cannot_read_is_said_plainly() -> None:
    fault = Fault(400, said="Bad Request: can't parse entities: a secret")
    said = Reply(
        language="en",
        lines=(Line((Span("A <guide>", Style.BOLD, "https://e.org/?a&b"), Span(" & more"))),),
        buttons=(Button(label="More", data="x" * 65),),
    )
    async with BotApi() as api:
        api.fail("sendMessage", fault)
        await sent_by(api, said)
        await sent_by(api, said)  # the button alone is too much
        api.fail("sendMessage", fault, fault)
        with pytest.raises(Refused, match="markup") as caught:
            await sent_by(api, said)
    assert [message.html for message in api.messages] == 2 * [
        "A <guide> (https://e.org/?a&b) & more"
    ]
    assert "secret" not in str(caught.value)


def test_the_plain_form_is_within_the_limit_too() -> None:
    link = Span("x", url="https://example.org/" + "y" * 3000)
    (call,) = pack(Reply(language="en", lines=(Line((link, link)),)), TO)
    plain = plainer(json.loads(call))
    assert plain
    assert units(plain["text"]) <= 4096


async def test_a_group_that_became_a_supergroup_is_answered_there() -> None:
    async with BotApi() as api:
        api.moved[-5] = -1005
        await sent_by(api, reply(), GROUP)
    assert [message.chat for message in api.messages] == [-1005]
