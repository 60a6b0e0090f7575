"""The web chat over real HTTP: what it lets in, what it says of itself, what it survives."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from bot.channels import web_streams
from bot.channels.errors import Later, plain_apology
from bot.channels.web import LATE, open_channel
from bot.channels.web_door import ALL_PAGES, MESSAGES, Door, network
from bot.channels.web_messages import BadMessage, checked
from bot.channels.web_pages import Pages
from bot.channels.web_render import events, packed
from bot.channels.web_streams import HOLDS, Streams
from bot.delivery.late import written
from bot.delivery.post import Post
from bot.delivery.sqlite import SqliteStore
from bot.keys import DAY
from bot.messages import Attachment, Button, Line, Question, Reply, Respond, Span
from bot.phrases import speak
from bot.server import AT_ONCE
from bot.settings import BadSetting, read
from tests.doubles.lines import echo
from tests.doubles.page import Page
from tests.doubles.serving import AloneChannel, bound

SESSION = "0123456789abcdef" * 2
Ask = dict[str, Any]


@dataclass
class Host:
    url: str
    port: int

    def page(self, *, poll: bool = False) -> Page:
        return Page(self.url, poll=poll)


@asynccontextmanager
async def hosting(
    data: Path,
    respond: Respond = echo,
    *,
    embed: tuple[str, ...] = (),
    proxies: tuple[str, ...] = (),
    per_minute: int = 100,
    port: int = 0,
) -> AsyncIterator[Host]:
    channel = AloneChannel(Pages(embed, rewriting=False), Door(frozenset(proxies), per_minute))
    channel.socket = bound(port)
    port = channel.socket.getsockname()[1]
    store = SqliteStore(data)
    post = Post(store, [channel], respond, plain_apology, pauses=(0.05, 0.05), drain=1)
    running = asyncio.create_task(post.run())
    await channel.ready.wait()
    try:
        yield Host(f"http://127.0.0.1:{port}", port)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        store.close()
        channel.socket.close()


@asynccontextmanager
async def tab(host: Host, *, poll: bool = False) -> AsyncIterator[Page]:
    page = host.page(poll=poll)
    try:
        yield page
    finally:
        await page.close()


def everything(data: Path) -> bytes:
    return b"".join(path.read_bytes() for path in data.glob("queue.db*"))


async def test_every_response_lets_nothing_in_from_elsewhere(tmp_path: Path) -> None:
    async with hosting(tmp_path) as host, tab(host) as page:
        for path in ("/chat", "/chat/1.css", "/chat/1.js", "/embed.js", "/chat/stream"):
            response = await page.http.get(path)
            policy = response.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'"), path
            assert "unsafe" not in policy
            assert "http" not in policy
            assert response.headers["x-content-type-options"] == "nosniff"
            assert response.headers["referrer-policy"] == "no-referrer"
            assert "set-cookie" not in response.headers
        shown = await page.http.get("/chat")
    assert "frame-ancestors 'none'" in shown.headers["content-security-policy"]
    assert shown.headers["x-frame-options"] == "DENY"
    bare = shown.text.replace('<script type="application/json"', "")
    assert "<style" not in bare
    assert " style=" not in bare
    assert " on" + "click" not in bare
    assert bare.count("<script") == bare.count("<script src=") == 1


async def test_only_the_sites_of_the_setting_may_frame_it(tmp_path: Path) -> None:
    async with hosting(tmp_path, embed=("https://hub.example",)) as host, tab(host) as page:
        shown = await page.http.get("/chat")
        assert "frame-ancestors https://hub.example" in shown.headers["content-security-policy"]
        assert "x-frame-options" not in shown.headers
        line = await page.http.get("/embed.js")
        assert line.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize(
    ("asked", "accepts", "language", "direction"),
    [
        ("", "", "en", "ltr"),
        ("", "ar-EG,en;q=0.5", "ar", "rtl"),
        ("", "de, sw;q=0.8, fr;q=0.9", "fr", "ltr"),
        ("?lang=sw", "fr", "sw", "ltr"),
        ("?lang=../x", "pt-BR", "pt", "ltr"),
        ("", "fr;q=x, es", "es", "ltr"),
    ],
)
async def test_the_page_speaks_the_language_of_its_visitor(
    tmp_path: Path, asked: str, accepts: str, language: str, direction: str
) -> None:
    async with hosting(tmp_path) as host, tab(host) as page:
        shown = await page.http.get(f"/chat{asked}", headers={"Accept-Language": accepts})
    assert f'<html lang="{language}" dir="{direction}">' in shown.text
    assert speak(language)("Your question") in shown.text


async def test_an_unchanged_page_is_not_sent_again_and_a_changed_one_is_compressed(
    tmp_path: Path,
) -> None:
    async with hosting(tmp_path) as host, tab(host) as page:
        shown = await page.http.get("/chat")
        assert shown.headers["content-encoding"] == "gzip"
        tag = {"If-None-Match": shown.headers["etag"]}
        assert (await page.http.get("/chat", headers=tag)).status_code == 304
        plain = await page.http.get("/chat", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.text == shown.text


GOOD = {"id": "m1", "kind": "text", "text": "Hello", "language": "fr"}
BAD: list[Ask] = [
    {**GOOD, "id": ""},
    {**GOOD, "id": "a\nid: b"},
    {**GOOD, "id": 7},
    {**GOOD, "kind": "left"},
    {**GOOD, "kind": ["text"]},
    {**GOOD, "kind": "voice"},
    {**GOOD, "text": ""},
    {**GOOD, "text": "x" * 4_001},
    {**GOOD, "text": "half \ud83d"},
    {**GOOD, "text": None},
    {**GOOD, "kind": "button", "text": "é" * 33},
]


@pytest.mark.parametrize("body", [*(json.dumps(bad).encode() for bad in BAD), b"", b"[]", b"\xff",
                                  b"[" * 10_000, b"x" * 20_000, b"7"])  # fmt: skip
async def test_what_no_page_of_ours_posts_is_refused_kindly(tmp_path: Path, body: bytes) -> None:
    async with hosting(tmp_path) as host, tab(host) as page:
        headers = {**page.headers, "Accept-Language": "fr"}
        response = await page.http.post("/chat/messages", content=body, headers=headers)
        assert response.status_code == 400
        assert "n'a pas pu être lu" in response.json()["error"]
        assert "Traceback" not in response.text
        assert (await page.ask("Hello")).status_code == 202, "and it goes on"


@pytest.mark.parametrize("session", ["", "abc", "0" * 31 + "G", "0" * 33])
async def test_a_session_is_needed_everywhere(tmp_path: Path, session: str) -> None:
    async with hosting(tmp_path) as host, tab(host) as page:
        headers = {"X-Session": session, "Last-Event-ID": "m1"}
        posted = await page.http.post("/chat/messages", json=GOOD, headers=headers)
        heard = await page.http.get("/chat/stream", headers=headers)
        seen = await page.http.post("/chat/seen", headers=headers)
    assert [one.status_code for one in (posted, heard, seen)] == [400, 400, 400]


values = st.none() | st.integers() | st.text(max_size=9) | st.lists(st.text(), max_size=2)
names = st.sampled_from(["id", "kind", "text", "language"])
bodies = st.dictionaries(names, values).map(lambda held: json.dumps(held).encode())


@settings(deadline=None)
@given(st.binary(max_size=200) | bodies)
def test_any_body_is_a_message_or_is_refused(body: bytes) -> None:
    with suppress(BadMessage):
        checked(body, SESSION, "en").body().encode()


async def test_the_page_hears_that_it_is_searched_then_lines_then_the_end(tmp_path: Path) -> None:
    async with hosting(tmp_path) as host, tab(host) as page:
        hearing = asyncio.create_task(page.next())
        await asyncio.sleep(0.1)
        await page.ask("Hello", id="m1")
        shown = await hearing
    heard = [name for name in page.noticed if name]
    assert heard[0] == "busy"
    assert [name for name in heard if name not in ("busy", "idle")] == ["begin", "line", "end"]
    assert (shown.id, shown.text) == ("m1", "answer to Hello")


async def test_what_comes_twice_is_answered_once_also_over_a_restart(tmp_path: Path) -> None:
    asked: list[str] = []

    async def respond(question: Question) -> Reply:
        asked.append(question.text)
        return await echo(question)

    async with hosting(tmp_path, respond) as host:
        page = host.page()
        await page.ask("Hello", id="m1")
        await page.ask("Hello", id="m1")
        await asyncio.sleep(0.3)
    async with hosting(tmp_path, respond, port=host.port):
        await page.ask("Hello", id="m1")
        shown = await page.next()
        assert shown.text == "answer to Hello"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(page.next(), 1)
        await page.close()
    assert asked == ["Hello"]


async def test_a_reply_that_was_not_shown_comes_again_and_one_that_was_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_streams, "WAIT", 0.2)
    async with hosting(tmp_path) as host, tab(host) as page:
        await page.ask("Hello", id="m1")
        assert (await page.next(seen=False)).id == "m1"
        assert (await page.next(seen=False)).id == "m1", "the line broke before it was shown"
        page.last = "m1"  # the next response is asked for with Last-Event-ID
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(page.next(), 1)


async def test_a_session_can_say_nothing_about_the_replies_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_streams, "WAIT", 0.2)
    async with hosting(tmp_path) as host, tab(host) as ada, tab(host) as ben:
        await ben.seen("m1")
        await ada.ask("Hello", id="m1")
        assert (await ada.next()).text == "answer to Hello"


async def test_polling_ends_with_the_reply(tmp_path: Path) -> None:
    async with hosting(tmp_path) as host, tab(host, poll=True) as page:
        await page.ask("Hello")
        replies = [shown.text async for shown in page.hear()]
    assert replies == ["answer to Hello"]


async def test_nothing_of_a_message_is_left_once_it_is_shown(tmp_path: Path) -> None:
    async with hosting(tmp_path) as host, tab(host) as page:
        await page.ask("A secret thing")
        await page.next()
        await asyncio.sleep(0.3)
    held = everything(tmp_path)
    assert b"secret" not in held
    assert page.session.encode() not in held


async def test_a_reply_of_days_later_waits_for_its_page_and_is_shown_once(tmp_path: Path) -> None:
    async def promise(question: Question) -> Reply:
        assert question.later
        assert question.returns
        return replace(await echo(question), reach="t1")

    async with hosting(tmp_path, promise) as host, tab(host) as page:
        await page.ask("Hello")
        first = await page.next()
        assert first.end["stay"] > 30 * DAY
    store = SqliteStore(tmp_path, serving=False)
    assert store.leave("t1", written(await echo(Question(text="zqlater"))))
    async with hosting(tmp_path) as host:  # after a restart, and nobody is there
        await asyncio.sleep(1)
        assert store.waiting().calls == 0, "it is not even tried"
        page = Page(host.url, page.session)
        shown = await page.next()
        assert shown.text == "answer to zqlater"
        assert shown.id == f"{first.id}.later"
        assert not shown.end["stay"]
        await asyncio.sleep(0.3)
        await page.close()
    store.close()
    assert b"zqlater" not in everything(tmp_path)


async def test_a_page_that_closes_too_soon_costs_nobody_a_later_reply() -> None:
    channel = open_channel()
    asked = channel.read(json.dumps({"session": SESSION, "id": "m1", "kind": "text",
                                     "text": "Hello", "language": "en"}))  # fmt: skip
    assert asked
    assert not channel.here(asked.again)
    for to, keeps in ((asked.to, None), (asked.again, LATE)):
        (call,) = channel.pack(await echo(asked.question), to)
        with pytest.raises(Later) as later:
            await channel.send(call)
        assert later.value.keeps == keeps


async def test_nobody_is_there_is_a_reason_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    streams = Streams()
    with pytest.raises(Later, match="no page is open") as soon:
        await streams.deliver(SESSION, "m1", "text")
    assert soon.value.seconds == web_streams.SOON
    clock = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: clock + 300)
    with pytest.raises(Later) as later:
        await streams.deliver(SESSION, "m1", "text")
    assert later.value.seconds == web_streams.SELDOM


async def test_new_chats_are_limited_by_address_and_known_ones_are_not(tmp_path: Path) -> None:
    async with hosting(tmp_path, per_minute=2) as host, tab(host) as first:
        assert (await first.ask("Hello")).status_code == 202
        codes = []
        for _ in range(3):
            async with tab(host) as other:
                response = await other.ask("Hello", language="sw")
                codes.append(response.status_code)
        assert codes == [202, 429, 429]
        assert "MSAADA" in response.json()["error"] or "HELP" in response.json()["error"]
        assert (await first.ask("Hello")).status_code == 202


def request(peer: str, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded]
    return Request({"type": "http", "client": (peer, 1), "headers": headers})


@pytest.mark.parametrize(
    ("peer", "forwarded", "same_as"),
    [
        ("192.0.2.1", ["198.51.100.7"], "192.0.2.1"),  # not a proxy of ours: what it says is void
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.9, 198.51.100.7"], "198.51.100.7"),  # the first is anybody's word
        ("10.0.0.1", ["203.0.113.9", "198.51.100.7, 10.0.0.2"], "198.51.100.7"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("2001:db8::1", [], "2001:db8::ffff:1"),  # one subscriber
        ("::ffff:192.0.2.1", [], "192.0.2.1"),
    ],
)
def test_whose_address_counts(peer: str, forwarded: list[str], same_as: str) -> None:
    door = Door(frozenset({"10.0.0.1", "10.0.0.2"}), 1)
    assert door.admits(request(peer, *forwarded), "a")
    assert not door.admits(request(same_as), "b")
    assert door.admits(request("203.0.113.77"), "c")


def test_an_address_is_allowed_anew_after_a_minute_and_then_forgotten() -> None:
    now = 0.0
    door = Door(frozenset(), 1, now=lambda: now)
    assert door.admits(request("192.0.2.1"), "a")
    assert not door.admits(request("192.0.2.1"), "b")
    now = 61.0
    assert door.admits(request("192.0.2.1"), "b")
    now = 200.0
    assert door.admits(request("192.0.2.2"), "c")
    assert len(door._buckets) == 1
    assert "192" not in repr(door._buckets)


def test_what_is_no_address_is_one_network() -> None:
    assert network("testclient") == network("") == "unknown"


def test_open_pages_are_counted_and_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.web_door.PAGES", 2)
    door = Door(frozenset(), 1)
    closed: list[Callable[[], None] | None] = [door.page(request("192.0.2.1")) for _ in range(3)]
    assert closed[0]
    assert closed[2] is None
    assert door.page(request("192.0.2.2")) is not None
    closed[0]()
    assert door.page(request("192.0.2.1")) is not None


texts = st.text(max_size=80)
replies = st.builds(
    Reply,
    language=st.sampled_from(["en", "ar"]),
    lines=st.lists(
        st.builds(Line, st.lists(st.builds(Span, texts), max_size=3).map(tuple), st.booleans()),
        max_size=5,
    ).map(tuple),
    buttons=st.lists(st.builds(Button, label=texts, data=st.just("more:en:a")), max_size=3).map(
        tuple
    ),
    attachment=st.none()
    | st.builds(Attachment, name=texts, media_type=st.just("image/png"), data=st.binary(),
                caption=texts),
)  # fmt: skip


@settings(deadline=None)
@given(replies)
def test_every_reply_is_events_that_a_page_can_read(reply: Reply) -> None:
    channel = open_channel()
    for call in channel.pack(reply, json.dumps([SESSION, "m1"])):
        call.encode()
        held = json.loads(call)
        text = events(held["id"], held["reply"])
        blocks = text.removesuffix("\n\n").split("\n\n")
        assert len(blocks) == len(reply.lines) + 2
        for block in blocks:
            data = block.split("\ndata: ")[1]
            assert "\n" not in data
            assert "\r" not in data
            json.loads(data)
        assert blocks[-1].startswith("id: m1\n")


def test_nothing_to_show_is_no_call() -> None:
    channel = open_channel()
    to = json.dumps([SESSION, "m1"])
    assert channel.pack(Reply(language="en", lines=()), to) == []
    assert channel.pack(Reply(language="en", lines=(Line((Span("\x07"),)),)), to) == []


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//x", "https://a b"])
def test_only_links_of_the_web_are_links(url: str) -> None:
    held = packed(Reply(language="en", lines=(Line((Span("a", url=url),)),)))
    assert held is not None
    assert held["lines"][0]["spans"] == [("a", "", "")]


@pytest.mark.parametrize(
    ("name", "value"),
    [("WEB_EMBED", "hub.example"), ("WEB_EMBED", "https://a.example/path"),
     ("WEB_EMBED", "https://a; script-src *"), ("WEB_PROXY", "proxy.local"),
     ("WEB_SESSIONS", "0")],
)  # fmt: skip
def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match=name):
        read()


async def test_no_address_and_no_text_is_logged(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with hosting(tmp_path) as host, tab(host) as page:
        await page.ask("A secret thing")
        await page.next()
        with suppress(httpx.HTTPError):
            await page.http.get("/chat/stream")
    told = "".join(capfd.readouterr())
    assert "secret" not in told
    assert page.session not in told
    assert "127.0.0.1" not in told


async def test_a_body_that_breaks_off_is_no_fault_of_the_server(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with hosting(tmp_path) as host, tab(host) as page:
        _, writer = await asyncio.open_connection("127.0.0.1", host.port)
        head = f"POST /chat/messages HTTP/1.1\r\nHost: x\r\nX-Session: {SESSION}\r\n"
        writer.write(head.encode() + b"Content-Length: 99\r\n\r\n{")
        await writer.drain()
        await asyncio.sleep(0.1)
        writer.close()
        await asyncio.sleep(0.1)
        assert (await page.ask("x" * 20_000)).status_code == 400
        assert (await page.ask("still here")).status_code == 202
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


async def test_a_slash_at_the_end_is_the_page_and_leads_to_no_other_host(tmp_path: Path) -> None:
    async with hosting(tmp_path) as host, tab(host) as page:
        assert (await page.http.get("/chat/")).text == (await page.http.get("/chat")).text


def test_a_known_session_does_not_write_without_end() -> None:
    now = 0.0
    door = Door(frozenset(), 100, now=lambda: now)
    admitted = [door.admits(request("192.0.2.1"), "a") for _ in range(MESSAGES + 5)]
    assert admitted == [True] * MESSAGES + [False] * 5
    assert door.admits(request("192.0.2.1"), "b")
    now = 2.0
    assert door.admits(request("192.0.2.1"), "a")


def test_open_pages_leave_room_for_posts_and_webhooks() -> None:
    assert ALL_PAGES <= AT_ONCE - 300


async def test_what_waits_for_a_page_that_does_not_read_is_limited() -> None:
    streams = Streams()
    stalled = streams.open("s")
    sent = 0
    for number in range(12):
        text = "x" * 100_000
        assert not streams._asked
        with suppress(TimeoutError, Later):
            async with asyncio.timeout(0.05):
                await streams.deliver("s", f"m{number}", text)
        sent += len(text)
    assert stalled._held <= HOLDS < sent
    streams.end()
    read = [text async for text in stalled.texts()]
    assert sum(len(text) for text in read if text.startswith("x")) == HOLDS
    assert stalled._held == 0
    streams.close("s", stalled)
