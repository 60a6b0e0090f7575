"""The WhatsApp channel over real HTTP: what comes in, what goes out, what goes wrong."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bot import app
from bot.channels.errors import ChannelFailed, Later, Refused, plain_apology
from bot.channels.port import Asked, Incoming
from bot.channels.whatsapp import LARGEST, PATH, Account, WhatsAppChannel, open_channel
from bot.channels.whatsapp_questions import read, split
from bot.delivery.post import Post
from bot.delivery.sqlite import SqliteStore
from bot.messages import Attachment, Button, Kind, Line, Question, Reply, Respond, Span
from bot.settings import Settings
from scripts.cli import cli
from tests.doubles.graph_api import (
    BSUID,
    HANG,
    NUMBER,
    PHONE,
    RESET,
    SECRET,
    VERIFY,
    Fault,
    GraphApi,
    signature,
    webhook,
)  # fmt: skip
from tests.doubles.mounting import mounted
from tests.test_render import unhurried

ACCOUNT = Account(token="t-secret", phone=PHONE, secret="s-secret", verify="v-secret")


def reply(text: str, *buttons: Button) -> Reply:
    return Reply(language="en", lines=(Line((Span(text),)),), buttons=buttons)


async def echo(question: Question) -> Reply:
    return reply(f"{question.kind}: {question.text}")


@asynccontextmanager
async def serving(
    data: Path, respond: Respond = echo, template: str = "", patience: float = 20.0
) -> AsyncIterator[tuple[GraphApi, SqliteStore]]:
    async with GraphApi() as api:
        channel = open_channel(replace(api.account, template=template), patience=patience)
        store = SqliteStore(data)
        post = Post(store, [channel], respond, plain_apology, pauses=(0.02, 0.02), drain=1.0)
        task = asyncio.create_task(post.run())
        try:
            async with mounted(channel.routes(post.receive(channel))) as api.webhook:
                yield api, store
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            store.close()


# Opening.


def test_what_is_missing_is_named_with_where_to_get_it() -> None:
    with pytest.raises(ChannelFailed) as caught:
        open_channel(replace(ACCOUNT, token=" ", secret=""))
    said = str(caught.value)
    assert "WHATSAPP_TOKEN" in said
    assert "WHATSAPP_APP_SECRET" in said
    assert "WHATSAPP_PHONE_ID" not in said
    assert "developers.facebook.com" in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"phone": "+254 700"}, "WHATSAPP_PHONE_ID"),
        ({"token": "t-secret x"}, "WHATSAPP_TOKEN"),
        ({"api": "graph.facebook.com"}, "WHATSAPP_API"),
    ],
)
def test_what_cannot_be_right_is_one_line_without_secrets(wrong: dict[str, str], name: str) -> None:
    with pytest.raises(ChannelFailed, match=name) as caught:
        open_channel(replace(ACCOUNT, **wrong))
    assert "secret" not in str(caught.value)


def test_settings_open_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ChannelFailed, match="WHATSAPP_VERIFY_TOKEN"):
        app.open_whatsapp(Settings())
    for name in ("TOKEN", "PHONE_ID", "APP_SECRET", "VERIFY_TOKEN"):
        monkeypatch.setenv(f"WHATSAPP_{name}", "1234567")
    settings = Settings()
    assert app.open_whatsapp(settings).name == "whatsapp"
    assert "1234567" not in repr(settings.whatsapp_token)


def test_the_command_says_in_one_line_what_is_missing() -> None:
    result = CliRunner().invoke(cli, ["serve", "whatsapp"])
    assert result.exit_code == 1
    assert "WHATSAPP_TOKEN" in result.output
    assert len(result.output.strip().splitlines()) == 1


# The webhook.


@asynccontextmanager
async def hooked(
    kept: list[Incoming], failing: Exception | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    async def receive(messages: Sequence[Incoming]) -> None:
        if failing:
            raise failing
        kept.extend(messages)

    account = replace(ACCOUNT, secret=SECRET, verify=VERIFY)
    async with (
        mounted(open_channel(account).routes(receive)) as address,
        httpx.AsyncClient(base_url=address) as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("mode", "token", "status"),
    [
        ("subscribe", VERIFY, 200),
        ("subscribe", "another", 403),
        ("subscribe", "", 403),
        ("subscribe", "é", 403),
        ("unsubscribe", VERIFY, 403),
    ],
)
async def test_the_challenge_goes_back_only_to_who_knows_the_word(
    mode: str, token: str, status: int
) -> None:
    asked = {"hub.mode": mode, "hub.verify_token": token, "hub.challenge": "<1158201444>"}
    async with hooked([]) as client:
        answer = await client.get(PATH, params=asked)
    assert answer.status_code == status
    assert (answer.text == "<1158201444>") is (status == 200)
    assert answer.headers["content-type"].startswith("text/plain")


RAW = json.dumps(webhook({"id": "wamid.1", "type": "text", "text": {"body": "Hello"}})).encode()


@pytest.mark.parametrize(
    ("raw", "signed", "status"),
    [
        (RAW, signature(RAW), 200),
        (RAW, None, 401),
        (RAW, "", 401),
        (RAW, signature(RAW, "another secret"), 403),
        (RAW, "sha256=é", 403),
        (RAW + b" ", signature(RAW), 403),
        (RAW + b"\n", signature(RAW + b"\n"), 200),
        (b" " * (LARGEST + 1), signature(b""), 413),
    ],
)
async def test_only_what_meta_signed_is_kept(raw: bytes, signed: str | None, status: int) -> None:
    kept: list[Incoming] = []
    headers = [] if signed is None else [(b"X-Hub-Signature-256", signed.encode())]
    async with hooked(kept) as client:
        answer = await client.post(PATH, content=raw, headers=headers)
    assert answer.status_code == status
    assert [one.id for one in kept] == (["wamid.1"] if status == 200 else [])


async def test_what_cannot_be_kept_is_not_acknowledged() -> None:
    async with hooked([], OSError("no space left on device")) as client:
        headers = {"X-Hub-Signature-256": signature(RAW)}
        answer = await client.post(PATH, content=RAW, headers=headers)
    assert answer.status_code == 503
    assert "space" not in answer.text


async def test_it_is_delivered_again_until_it_is_kept_and_answered_once(tmp_path: Path) -> None:
    async with serving(tmp_path) as (api, store):
        put = store.put
        failures = iter([OSError("full"), OSError("full")])

        def full_twice(channel: str, messages: Sequence[Incoming]) -> int:
            if error := next(failures, None):
                raise error
            return put(channel, messages)

        store.put = full_twice  # type: ignore[method-assign]
        body = webhook({"id": "wamid.1", "type": "text", "text": {"body": "Hello"}})
        await api.deliver(body)
        await api.deliver(body)  # a duplicate
        await api.say("and on")
        sent = await api.sent(2)
        assert api.answers == [503, 503, 200, 200, 200]
        assert [one.body for one in sent] == ["text: Hello", "text: and on"]


# Splitting.

_names = st.sampled_from(
    "id type from from_user_id text body interactive button_reply list_reply system entry changes"
    " edit message image caption statuses errors code contacts messages field value user_id".split()
)


def entries(*calls: dict[str, Any]) -> bytes:
    together = [entry for call in calls for entry in call["entry"]]
    return json.dumps({"object": "whatsapp_business_account", "entry": together}).encode()


def text(id: str, body: str = "Hello") -> dict[str, Any]:
    return {"id": id, "type": "text", "text": {"body": body}}


def test_one_call_may_hold_many_people_and_messages() -> None:
    raw = entries(
        webhook(text("wamid.1"), text("wamid.2")),
        webhook(text("wamid.3"), number="254700000043"),
        webhook(text("wamid.4"), number="", bsuid=BSUID),
        webhook(statuses=[{"id": "wamid.0", "status": "read"}]),
    )
    assert [(one.id, one.conversation) for one in split(raw, PHONE).messages] == [
        ("wamid.1", NUMBER), ("wamid.2", NUMBER), ("wamid.3", "254700000043"), ("wamid.4", BSUID)
    ]  # fmt: skip


def test_the_profile_is_not_kept() -> None:
    (one,) = split(json.dumps(webhook(text("wamid.1"))).encode(), PHONE).messages
    assert "Amina" not in one.body


def test_people_in_one_call_are_not_mistaken_for_each_other() -> None:
    call = webhook(text("wamid.1"), number="1")
    value = call["entry"][0]["changes"][0]["value"]
    value["contacts"] = [
        {"wa_id": "2", "user_id": "KE.two"}, {"wa_id": "1", "user_id": "KE.one"}
    ]  # fmt: skip
    (one,) = split(json.dumps(call).encode(), PHONE).messages
    assert one.conversation == "KE.one"
    value["contacts"] = [{"wa_id": "2", "user_id": "KE.two"}]
    (one,) = split(json.dumps(call).encode(), PHONE).messages
    assert one.conversation == "1"


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b"{", b"[]", b"1", b"\xff", b"[" * 100_000, b'{"entry": 1}', b'{"entry": [1]}'),
        b'{"entry": [{"changes": [{"field": "messages", "value": 1}]}]}',
        b'{"entry": [{"changes": [{"field": "messages", "value": {"messages": {}}}]}]}',
        b'{"entry": [{"changes": [{"field": "messages", "value": {"messages": [1]}}]}]}',
        b'{"entry": [{"changes": [{"field": "messages", "value": {"messages": [{}]}}]}]}',
        b'{"entry": [{"changes": [{"field": "messages", "value": {"messages": [{"id": "w"}]}}]}]}',
    ],
)
def test_what_cannot_be_read_is_kept_whole(raw: bytes) -> None:
    (one,) = split(raw, PHONE).messages
    assert split(raw, PHONE).messages == (one,), "the same id: a repetition is known"
    assert one.id
    with pytest.raises(ValueError, match="nobody"):
        read(one.body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=4),
    max_leaves=12,
)


@unhurried
@given(JSON)
def test_nothing_that_comes_is_dropped_or_breaks_the_webhook(value: object) -> None:
    split(json.dumps(value).encode(), PHONE)
    call = webhook({"id": "wamid.1", "type": "text"}, value=value)
    call["entry"][0]["changes"][0]["value"]["messages"] = [value, {"id": "wamid.2", "x": value}]
    messages = split(json.dumps(call).encode(), PHONE).messages
    assert len(messages) == 2
    for one in messages:
        with suppress(ValueError):
            read(one.body)


@unhurried
@given(st.dictionaries(_names, JSON, max_size=6))
def test_a_message_of_any_form_gets_a_word_where_there_is_a_person(
    message: dict[str, object],
) -> None:
    call = webhook({**message, "id": "wamid.1"})
    (one,) = split(json.dumps(call).encode(), PHONE).messages
    assert one.id == "wamid.1"
    read(one.body)


def test_a_strange_message_takes_no_good_one_with_it() -> None:
    call = webhook(text("wamid.1"), text("wamid.2"))
    call["entry"][0]["changes"][0]["value"]["messages"].insert(1, "strange")
    first, strange, second = split(json.dumps(call).encode(), PHONE).messages
    assert (first.id, second.id) == ("wamid.1", "wamid.2")
    assert "strange" in strange.body


async def test_what_cannot_be_read_becomes_a_row_that_staff_see(tmp_path: Path) -> None:
    async with serving(tmp_path) as (api, store):
        await api.deliver(b"a text that is nobody's JSON")
        await api.say("Hello")
        await api.sent(1)
        while not store.failures():  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.01)
        (failure,) = store.failures()
        assert failure.channel == "whatsapp"
        assert failure.why.startswith("ValueError bot/channels/whatsapp_questions.py:")
        assert store.waiting().messages == 0


def test_other_fields_and_other_numbers_are_left() -> None:
    other = webhook(text("wamid.1"), phone="999")
    change = {"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}}
    raw = entries(other, {"entry": [{"changes": [change]}]})
    delivered = split(raw, PHONE)
    assert (delivered.messages, delivered.strangers) == ((), 1)


# Reading.


def asked(message: dict[str, Any], number: str = NUMBER, bsuid: str = "") -> Asked | None:
    call = webhook({"id": "wamid.1", **message}, number=number, bsuid=bsuid)
    (one,) = split(json.dumps(call).encode(), PHONE).messages
    return read(one.body)


def chosen(kind: str) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, kind: {"id": "more:1"}}}


@pytest.mark.parametrize(
    ("message", "kind", "words"),
    [
        ({"type": "text", "text": {"body": "Hello"}}, Kind.TEXT, "Hello"),
        ({"type": "text", "text": {"body": "/language sw"}}, Kind.COMMAND, "language sw"),
        ({"type": "text", "text": {"body": " /Start\n"}}, Kind.COMMAND, "start"),
        ({"type": "text", "text": {"body": "and/or"}}, Kind.TEXT, "and/or"),
        ({"type": "text", "text": {"body": "a\ud83d"}}, Kind.TEXT, "a�"),
        (chosen("button_reply"), Kind.BUTTON, "more:1"),
        (chosen("list_reply"), Kind.BUTTON, "more:1"),
        ({"type": "interactive", "interactive": {"nfm_reply": {}}}, Kind.OTHER, ""),
        ({"type": "audio", "audio": {"id": "1", "voice": True}}, Kind.VOICE, ""),
        ({"type": "image", "image": {"id": "1", "caption": "Look"}}, Kind.PHOTO, "Look"),
        ({"type": "document", "document": {"id": "1"}}, Kind.DOCUMENT, ""),
        ({"type": "sticker", "sticker": {"id": "1"}}, Kind.STICKER, ""),
        ({"type": "video", "video": {"id": "1"}}, Kind.OTHER, ""),
        ({"type": "location", "location": {"latitude": 1}}, Kind.OTHER, ""),
        ({"type": "contacts", "contacts": [{"name": {}}]}, Kind.OTHER, ""),
        ({"type": "unsupported", "errors": [{"code": 131051}]}, Kind.OTHER, ""),
        ({"type": "hologram", "hologram": 1}, Kind.OTHER, ""),
        ({}, Kind.OTHER, ""),
        ({"type": "text"}, Kind.TEXT, ""),
        ({"type": "text", "text": "bare"}, Kind.TEXT, ""),
        ({"type": "request_welcome"}, Kind.COMMAND, "start"),
        (
            {"type": "edit", "edit": {"message": {"type": "text", "text": {"body": "new"}}}},
            Kind.EDITED,
            "new",
        ),
    ],
)
def test_what_people_send(message: dict[str, Any], kind: Kind, words: str) -> None:
    read = asked(message)
    assert read
    assert (read.question.kind, read.question.text) == (kind, words)
    assert (read.question.person, read.to) == (f"whatsapp:{NUMBER}", NUMBER)
    assert read.question.language is None


@pytest.mark.parametrize(
    "message",
    [
        {"type": "reaction", "reaction": {"emoji": "👍"}},
        {"type": "revoke", "revoke": {"original_message_id": "wamid.0"}},
        {"type": "button", "button": {"text": "Read", "payload": "x"}},
        {"type": "text", "text": {"body": "Hello"}, "group_id": "g"},
        {"type": "system", "system": {"type": "customer_identity_changed"}},
    ],
)
def test_what_asks_nothing(message: dict[str, Any]) -> None:
    assert asked(message) is None


def test_a_business_scoped_id_comes_first_and_is_enough() -> None:
    for number in (NUMBER, ""):
        read = asked({"type": "text", "text": {"body": "Hello"}}, number=number, bsuid=BSUID)
        assert read
        assert (read.question.person, read.to) == (f"whatsapp:{BSUID}", BSUID)


def test_who_has_a_new_number_is_forgotten_under_the_old_one() -> None:
    system = {"type": "user_changed_number", "wa_id": "254711111111"}
    read = asked({"type": "system", "system": system})
    assert read
    assert (read.question.kind, read.question.person) == (Kind.LEFT, f"whatsapp:{NUMBER}")
    stranger: list[dict[str, Any]] = [{"type": []}, {"type": "user_changed_number", "wa_id": []}]
    for strange in stranger:
        asked({"type": "system", "system": strange})
    system = {"type": "user_changed_user_id", "user_id": BSUID}
    assert asked({"type": "system", "system": system}, number="", bsuid=BSUID) is None


# Answering.


async def test_who_has_no_number_gets_an_answer_too(tmp_path: Path) -> None:
    async with serving(tmp_path) as (api, _):
        await api.post({"type": "text", "text": {"body": "Hello"}}, number="", bsuid=BSUID)
        await api.say("Hello")
        sent = await api.sent(2)
        assert {"recipient": BSUID} in [one.to for one in sent]
        assert {"to": NUMBER} in [one.to for one in sent]
        assert sent[0].message["text"]["preview_url"] is False


async def test_it_is_marked_as_read_and_typing_while_the_answer_is_made(tmp_path: Path) -> None:
    async def respond(question: Question) -> Reply:
        await api.until(lambda: bool(api.marks))
        return reply("Here it is")

    async with serving(tmp_path, respond) as (api, _):
        id = await api.say("Hello")
        await api.sent(1)
        assert api.marks == [
            {
                "messaging_product": "whatsapp", "status": "read", "message_id": id,
                "typing_indicator": {"type": "text"},
            }
        ]  # fmt: skip


async def test_a_mark_that_fails_costs_nobody_the_answer(tmp_path: Path) -> None:
    async with serving(tmp_path) as (api, _):
        api.token = "another"  # marks and messages are refused
        await api.say("Hello")
        await api.until(lambda: bool(api.marks))
        api.token = "a-good-token"
        await api.sent(1)


async def test_a_page_goes_up_first_and_then_in_a_message(tmp_path: Path) -> None:
    page = Attachment(name="p12.jpg", media_type="image/jpeg", data=b"\xff\xd8" * 9, caption="p.12")

    async def respond(question: Question) -> Reply:
        return replace(reply("The page", Button(label="More", data="more:1")), attachment=page)

    async with serving(tmp_path, respond) as (api, _):
        api.fail(Fault(503))
        await api.say("Hello")
        picture, asked = await api.sent(2)
        assert (picture.kind, picture.body, asked.kind) == ("image", "p.12", "interactive")
        (held,) = {api.media[one.message["image"]["id"]] for one in [picture]}
        assert held == ("p12.jpg", "image/jpeg", page.data)


@pytest.mark.parametrize(
    "faults",
    [
        [Fault(500), Fault(502, html=True), Fault(503, 131016)],
        [RESET, RESET],
        [HANG],
        [Fault(400, 130429), Fault(429, 80007), Fault(400, 131000)],
        [Fault(200, html=True)],
    ],
    ids=["5xx", "reset", "hang", "limits", "no JSON"],
)
async def test_what_passes_is_tried_again(
    tmp_path: Path, faults: list[Fault], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.whatsapp_faults.WAIT", 0.02)
    async with serving(tmp_path, patience=0.5) as (api, _):
        api.fail(*faults)
        await api.say("Hello")
        await api.say("again")
        assert [one.body for one in await api.sent(2)] == ["text: Hello", "text: again"]


async def sending(fault: Fault, template: str = "") -> Exception | None:
    async with GraphApi() as api:
        channel = open_channel(replace(api.account, template=template))
        api.fail(fault)
        (call,) = channel.pack(reply("Hello"), NUMBER)
        try:
            await channel.send(call)
        except (Later, Refused) as error:
            return error
    return None


@pytest.mark.parametrize(
    ("fault", "seconds", "act"),
    [
        (Fault(400, 131056), 6.0, ""),
        (Fault(400, 130429), None, ""),
        (Fault(401, 190), 300.0, "WHATSAPP_TOKEN"),
        (Fault(401), 300.0, "WHATSAPP_TOKEN"),
        (Fault(403, 10), 300.0, "WHATSAPP_TOKEN"),
        (Fault(403, 200), 300.0, "WHATSAPP_TOKEN"),
        (Fault(403, 131031), 300.0, "business.facebook.com"),
        (Fault(403, 368), 300.0, "business.facebook.com"),
        (Fault(400, 131042), 300.0, "payment"),
        (Fault(400, 100, 33), 300.0, "WHATSAPP_PHONE_ID"),
        (Fault(404, html=True), 300.0, "WHATSAPP_PHONE_ID"),
    ],
)
async def test_what_somebody_must_mend_is_told_and_nothing_is_lost(
    fault: Fault, seconds: float | None, act: str, caplog: pytest.LogCaptureFixture
) -> None:
    error = await sending(fault)
    assert isinstance(error, Later)
    assert error.seconds == seconds
    told = [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]
    assert bool(told) is bool(act)
    assert act in str(told)
    assert "Hello" not in str(error) + str(told)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (131026, "cannot be reached"),
        (131030, "test number"),
        (131009, "a value"),
        (131047, "WHATSAPP_TEMPLATE"),
        (999999, "999999"),
    ],
)
async def test_what_will_never_go_is_refused_with_the_reason(code: int, why: str) -> None:
    error = await sending(Fault(400, code))
    assert isinstance(error, Refused)
    assert why in str(error)
    assert NUMBER not in str(error)


async def test_the_same_thing_is_told_once_a_minute(
    caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.whatsapp_faults.WAIT", 0.01)
    async with serving(tmp_path) as (api, _):
        api.fail(*[Fault(401, 190)] * 5)
        await api.say("Hello")
        await api.sent(1)
    assert [one.levelname for one in caplog.records if "'act'" in str(one.msg)] == ["ERROR"]


async def test_failed_statuses_are_told_and_others_are_not(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    failed = {"id": "wamid.9", "status": "failed", "recipient_id": NUMBER}
    async with serving(tmp_path) as (api, store):
        await api.deliver(webhook(statuses=[{"id": "wamid.9", "status": "delivered"}]))
        assert "act" not in caplog.text
        await api.deliver(webhook(statuses=[failed | {"errors": [{"code": 131047}]}]))
        assert store.waiting().messages == 0
    assert "131047" in caplog.text
    assert "WHATSAPP_TEMPLATE" in caplog.text
    assert NUMBER not in caplog.text


# The 24-hour window.


async def test_who_wrote_long_ago_gets_the_template_once_and_the_answer_when_they_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.whatsapp.WAIT", 0.02)
    async with serving(tmp_path, template="answer_ready") as (api, _):
        api.fail(*[Fault(400, 131047)])
        await api.say("Hello")
        template, answer = await api.sent(2)
        assert template.message["template"] == {"name": "answer_ready", "language": {"code": "en"}}
        assert template.to == {"to": NUMBER}
        assert answer.body == "text: Hello"


async def test_the_template_is_sent_once_a_day() -> None:
    async with GraphApi() as api:
        channel = open_channel(replace(api.account, template="answer_ready"))
        (call,) = channel.pack(reply("Hello"), BSUID)
        for spoilt in ([Fault(400, 131047)], [Fault(400, 131047)]):
            api.fail(*spoilt)
            with pytest.raises(Later, match="24 hours") as caught:
                await channel.send(call)
            assert caught.value.seconds == 300.0
        assert [one.kind for one in api.messages] == ["template"]
        assert api.messages[0].to == {"recipient": BSUID}


def test_a_late_answer_is_promised_only_where_the_template_can_bring_it() -> None:
    """A question is passed on only where a channel keeps a reply for a day (bot.delivery.tasks)."""
    assert open_channel(ACCOUNT).keeps < 86_400
    assert open_channel(replace(ACCOUNT, template="answer_ready")).keeps > 86_400


async def test_a_template_that_is_not_approved_is_named() -> None:
    async with GraphApi() as api:
        channel = open_channel(replace(api.account, template="answer_ready"))
        api.fail(Fault(400, 131047), Fault(404, 132001))
        (call,) = channel.pack(reply("Hello"), NUMBER)
        with pytest.raises(Refused, match="WHATSAPP_TEMPLATE is not an approved"):
            await channel.send(call)


# Starting.


async def test_a_token_that_is_refused_is_told_at_once_and_people_are_still_heard(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def receive(messages: Sequence[Incoming]) -> None:
        """Nothing comes."""

    async with GraphApi() as api:
        channel: WhatsAppChannel = open_channel(replace(api.account, token="expired-secret"))
        task = asyncio.create_task(channel.listen(receive))
        async with asyncio.timeout(20):
            while "WHATSAPP_TOKEN is expired" not in caplog.text:  # noqa: ASYNC110 - a log
                await asyncio.sleep(0.01)
        assert not task.done()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert "expired-secret" not in caplog.text
