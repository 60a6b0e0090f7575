"""A document given in /share: read in memory, redacted and shown like what is written; not kept."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot import app
from bot.channels import telegram, whatsapp
from bot.channels.port import MOST_FILE, Channel
from bot.channels.web_files import LAPSES, ROOM, Files
from bot.delivery.post import Post
from bot.delivery.sqlite import SqliteStore
from bot.desk.contributions import Contributions
from bot.desk.handed import NotRead, text_of
from bot.desk.sharing import LONGEST, Sharing
from bot.messages import File, Kind, Question, Reply
from bot.settings import Settings
from tests import fixtures, hostile
from tests.doubles.bot_api import BotApi, Fault
from tests.doubles.graph_api import GraphApi
from tests.doubles.hub import hub_at
from tests.doubles.mounting import mounted
from tests.libraries import copy_library
from tests.test_console_browser import CHROMIUM, browsing, looked_at
from tests.test_hub_browser import chat, pressed, replied, said
from tests.test_passing import traces

TOLD = (
    "Our zqvillage committee met Amina Yusuf, 12, at 0712 345 678.\n\n"
    "Grandmothers walked with the girls to the well, and none was hurt since."
)


class Person:
    """Somebody who shares, without a network."""

    def __init__(self, data: Path) -> None:
        self.sharing = Sharing(Contributions(data))

    def send(self, text: str, kind: Kind = Kind.TEXT, file: File | None = None) -> Reply:
        asked = Question(text=text, kind=kind, person="lines:ada", file=file, files=True)
        reply = self.sharing.hear(asked, "en")
        assert reply
        self.last = reply
        return reply

    def give(self, data: bytes, name: str, caption: str = "") -> str:
        reply = self.send(caption, Kind.DOCUMENT, File(name=name, data=data))
        return "\n".join(line.text for line in reply.lines)

    def share(self) -> Reply:
        return self.send("share", Kind.COMMAND)

    def press(self, choice: str) -> str:
        button = next(b for b in self.last.buttons if b.data.endswith(f":{choice}"))
        pressed = self.send(button.data, Kind.BUTTON)
        return "\n".join(line.text for line in pressed.lines)


def test_its_text_is_redacted_and_shown_with_what_was_written(tmp_path: Path) -> None:
    ada = Person(tmp_path)
    begun = ada.share()
    assert "5.0 MB" in begun.lines[2].text
    assert begun.wants_file
    assert not ada.sharing.awaits("lines:eve")
    assert ada.sharing.awaits("lines:ada")
    assert "Thank you" in ada.give(TOLD.encode(), "told.txt", "This is from zqhere.")
    ada.send("It took a year.")
    shown = ada.press("done")
    for wanted in ("This is from zqhere.", "Grandmothers walked", "It took a year."):
        assert wanted in shown
    for private in ("Amina", "Yusuf", "0712"):
        assert private not in shown
    assert not ada.sharing.awaits("lines:ada"), "it is shown: nothing more is fetched"
    assert "only text" in ada.give(TOLD.encode(), "told.txt")
    assert traces(tmp_path, "zqvillage", "zqhere") == []


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("a.pdf", fixtures.pdf), ("a.docx", fixtures.word), ("a.epub", fixtures.epub),
        ("a.html", fixtures.html), ("", fixtures.pdf),
    ],
)  # fmt: skip
def test_the_librarys_readers_read_it(name: str, made: Callable[[], bytes]) -> None:
    assert fixtures.CLOSING in " ".join(text_of(File(name=name, data=made())).split())


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("a.docx", hostile.docx_bomb), ("a.pdf", hostile.pdf_deep),
        ("a.pdf", fixtures.locked_pdf), ("a.pdf", fixtures.scanned_pdf),
        ("a.jpg", hostile.picture_as_pdf), ("a.pdf", hostile.pdf_many_pages),
    ],
)  # fmt: skip
def test_what_cannot_be_read_costs_one_clear_line(
    tmp_path: Path, name: str, made: Callable[[], bytes]
) -> None:
    data = made()
    with pytest.raises(NotRead):
        text_of(File(name=name, data=data))
    ada = Person(tmp_path)
    ada.share()
    told = ada.give(data, name)
    assert "could not read this document" in told
    assert ".docx" in told
    assert "Thank you" in ada.give(TOLD.encode(), "told.txt"), "the draft goes on"


def test_a_long_one_is_not_taken_and_a_large_one_is_told_of(tmp_path: Path) -> None:
    ada = Person(tmp_path)
    ada.share()
    assert str(LONGEST) in ada.give(b"word " * (LONGEST // 4), "a.txt")
    assert "larger than 5.0 MB" in ada.give(b"", "a.txt")


def test_harm_told_in_a_document_gets_the_help_card(tmp_path: Path) -> None:
    ada = Person(tmp_path)
    ada.share()
    ada.give(b"My uncle beats me every night.\n\nPlease help me now.", "a.txt")
    assert "not your fault" in ada.press("done")
    assert not ada.sharing.awaits("lines:ada")


def test_files_of_pages_are_held_once_for_a_while_and_not_without_end() -> None:
    now = 0.0
    files = Files(lambda: now)
    assert files.put("a", "m1", b"one")
    assert files.take("a", "m1") == b"one"
    assert files.take("a", "m1") == b"", "it is let go of"
    assert files.put("a", "m2", b"two")
    assert files.put("a", "m3", b"three")
    assert files.take("a", "m2") == b"", "one a session"
    assert files.put("b", "m1", b"x" * (ROOM - 5))
    assert not files.put("c", "m1", b"x"), "there is no room"
    now = LAPSES + 1
    assert files.take("a", "m3") == b""
    assert files.put("c", "m1", b"x" * ROOM)


# Over networks.


@asynccontextmanager
async def sharing_over(
    channel: Channel, settings: Settings
) -> AsyncIterator[tuple[str, SqliteStore]]:
    """The assistant behind a channel; its address."""
    assistant, store = (
        app.open_assistant(settings, limited=True),
        SqliteStore(settings.exchange_data),
    )
    post = Post(
        store, [channel], assistant.respond, app.apologise,
        pauses=(0.02, 0.02), awaits=assistant.awaits, drain=1,
    )  # fmt: skip
    task = asyncio.create_task(post.run())
    try:
        async with mounted(channel.routes(post.receive(channel))) as address:
            yield address, store
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        store.close()


@pytest.fixture
def settings(starter: Settings, tmp_path: Path) -> Settings:
    return Settings(exchange_data=copy_library(starter.exchange_data, tmp_path / "data"))


async def test_telegram_fetches_it_for_who_shares_and_for_nobody_else(settings: Settings) -> None:
    async with BotApi() as api:
        channel = telegram.open_channel(api.token, api.base_url)
        async with sharing_over(channel, settings):
            api.document(data=TOLD.encode(), name="told.txt")
            assert "cannot read documents" in (await api.sent(1))[-1].parsed.text
            assert not api.called("getFile")
            api.say("/share")
            assert "document of 5.0 MB" in (await api.sent(2))[-1].parsed.text
            api.fail("getFile", Fault(502, html=True))  # it is tried again
            api.document("From zqhere", data=fixtures.word(), name="zqours.docx")
            assert "Thank you" in (await api.sent(3))[-1].parsed.text
            api.document(data=b"x" * (MOST_FILE + 1), name="large.txt")
            assert "larger than" in (await api.sent(4))[-1].parsed.text
            api.press("That is all")
            shown = (await api.sent(5))[-1].parsed.text
            assert fixtures.CLOSING in shown
            assert "From zqhere" in shown
    assert traces(settings.exchange_data, "zqours", "zqhere", fixtures.CLOSING) == []


async def test_whatsapp_fetches_it_too(settings: Settings) -> None:
    async with GraphApi() as api:
        channel = whatsapp.open_channel(api.account)
        async with sharing_over(channel, settings) as (api.webhook, _):
            api.media["71"] = ("", "text/plain", TOLD.encode())
            await api.post({"type": "text", "text": {"body": "/share"}})
            await api.until(lambda: any("5.0" in str(one) for one in api.messages))
            file = {"id": "71", "filename": "told.txt", "mime_type": "text/plain"}
            await api.post({"type": "document", "document": file})
            await api.until(lambda: any("That is all" in str(one) for one in api.messages[1:]))
    assert traces(settings.exchange_data, "zqvillage") == []


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
async def test_the_web_chat_takes_it(settings: Settings, tmp_path: Path) -> None:
    paper, large = tmp_path / "zqpaper.docx", tmp_path / "large.txt"
    paper.write_bytes(fixtures.word())
    large.write_bytes(b"x" * (MOST_FILE + 1))
    async with hub_at(settings) as url, browsing() as context:
        page = await chat(context, url)
        assert "document of 5.0 MB" in await said(page, "/share")
        await looked_at(page, "hub-share")
        await page.get_by_label("Send a document").set_input_files(large)
        assert "larger than" in await replied(page, 2)
        await page.get_by_label("Send a document").last.set_input_files(paper)
        assert "Thank you" in await replied(page, 3)
        await expect(page.locator(".mine").last).to_contain_text("zqpaper.docx")
        shown = await pressed(page, "That is all")
        assert fixtures.CLOSING in shown
        await looked_at(page, "hub-share-shown")
    assert traces(settings.exchange_data, "zqpaper", fixtures.CLOSING) == []
