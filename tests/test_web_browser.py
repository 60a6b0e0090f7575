"""The web chat in Chromium, at 360 pixels, over a slow network, with the real library."""

import asyncio
import gzip
import os
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from playwright.async_api import BrowserContext, CDPSession, Page, async_playwright, expect
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Route as PlaywrightRoute
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from bot.assistant import Assistant
from bot.channels.errors import plain_apology
from bot.channels.web_door import Door
from bot.channels.web_pages import FOLDER, Pages
from bot.delivery.post import Post
from bot.delivery.sqlite import SqliteStore
from bot.messages import Question, Reply
from bot.phrases import languages
from tests.doubles.serving import AloneChannel, bound, served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
QUESTION = "What is community-led child protection?"
SLOW = {"latency": 300, "downloadThroughput": 50_000, "uploadThroughput": 20_000}  # bytes a second
WIDTH, HEIGHT = 360, 640
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()


@asynccontextmanager
async def chatting(
    assistant: Assistant, data: Path, embed: Sequence[str] = (), port: int = 0
) -> AsyncIterator[str]:
    """The assistant behind the page; gives its address."""
    channel = AloneChannel(Pages(embed, rewriting=False), Door(frozenset(), 60))
    channel.socket = bound(port)
    store = SqliteStore(data)
    post = asyncio.create_task(
        Post(store, [channel], assistant.respond, plain_apology, drain=1).run()
    )
    await asyncio.wait_for(channel.ready.wait(), 30)
    try:
        yield f"http://127.0.0.1:{channel.socket.getsockname()[1]}/chat"
    finally:
        post.cancel()
        with suppress(asyncio.CancelledError):
            await post
        store.close()
        channel.socket.close()


@asynccontextmanager
async def phone(scheme: str = "light") -> AsyncIterator[BrowserContext]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield await browser.new_context(
                viewport={"width": WIDTH, "height": HEIGHT},
                color_scheme="dark" if scheme == "dark" else "light",
                locale="en",
            )
        finally:
            await browser.close()


async def throttled(page: Page, *, offline: bool = False) -> CDPSession:
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", {"offline": offline, **SLOW})
    return session


async def asked(page: Page, text: str) -> None:
    """Type and send with the keyboard, and wait for the whole answer."""
    before = await page.locator(".reply").count()
    await page.get_by_label("Your question").fill(text)
    await page.keyboard.press("Enter")
    await answered(page, before)


async def answered(page: Page, before: int) -> None:
    await expect(page.locator(".reply")).to_have_count(before + 1, timeout=20_000)
    await expect(page.locator(".reply[aria-busy]")).to_have_count(0, timeout=20_000)


async def scrolls_sideways(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth > innerWidth"))


async def faults(page: Page) -> list[str]:
    """What axe-core finds wrong for people who cannot see, or not well."""
    # The page's own policy lets no script in from elsewhere: axe comes in by the debugger.
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa',"
        " 'best-practice']}).then(r => r.violations.map(v =>"
        " v.id + ': ' + v.nodes.map(n => n.target + ' ' + n.failureSummary).join(' | ')))"
    )
    return [str(one) for one in found]


async def pictured(page: Page, name: str, *, whole: bool = False) -> None:
    """A picture for whoever looks, where SCREENSHOTS names a folder; `whole`: of the whole page."""
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=whole)


async def test_a_question_its_answer_more_and_arabic_on_a_slow_phone(
    assistant: Assistant, tmp_path: Path
) -> None:
    async with chatting(assistant, tmp_path) as url, phone() as context:
        page = await context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
        await throttled(page)
        await page.goto(url)
        await pictured(page, "1-welcome")
        await asked(page, QUESTION)
        await pictured(page, "2-answer")
        first = page.locator(".reply").first
        assert await first.locator("blockquote").count() >= 1
        assert await first.locator("a[href^=http]").count() >= 1
        assert not await scrolls_sideways(page)
        assert await faults(page) == []
        await first.get_by_role("button", name="More").click()
        await answered(page, 1)
        await pictured(page, "3-more")
        assert await page.evaluate("document.activeElement.className") == "reply"
        assert not await scrolls_sideways(page)
        await page.get_by_text("Language", exact=True).click()
        await page.get_by_role("link", name="العربية").click()
        await answered(page, 2)
        await expect(page.locator("html")).to_have_attribute("dir", "rtl")
        await expect(page.locator("html")).to_have_attribute("lang", "ar")
        await expect(page.get_by_label("سؤالك")).to_be_visible()
        await page.get_by_label("سؤالك").fill("ما هي حماية الطفل بقيادة المجتمع؟")
        await page.keyboard.press("Enter")
        await answered(page, 3)
        assert await page.locator(".reply").last.get_attribute("dir") == "rtl"
        assert not await scrolls_sideways(page)
        await pictured(page, "4-arabic")
        assert await faults(page) == []
        assert errors == []


async def test_the_keyboard_alone_reaches_everything(assistant: Assistant, tmp_path: Path) -> None:
    async with chatting(assistant, tmp_path) as url, phone() as context:
        page = await context.new_page()
        await page.goto(url)

        async def focused() -> str:
            return str(await page.evaluate("document.activeElement.textContent.trim()"))

        met = []
        for _ in range(7):
            await page.keyboard.press("Tab")
            met.append(await focused())
        assert met[:3] == ["Your question", "Language", "HELP"]
        assert met[-2:] == ["", "Send"]
        await page.keyboard.press("Shift+Tab")
        assert await page.evaluate("document.activeElement.id") == "text"
        await page.keyboard.type(QUESTION)
        await page.keyboard.press("Enter")
        await answered(page, 0)
        await page.locator(".reply").focus()
        while await focused() != "More":
            await page.keyboard.press("Tab")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert await page.evaluate(outline) == "solid"
        await page.keyboard.press("Enter")
        await answered(page, 1)
        assert await page.evaluate("document.activeElement.className") == "reply"


async def test_help_opens_without_network_and_without_script(
    assistant: Assistant, tmp_path: Path
) -> None:
    async with chatting(assistant, tmp_path) as url, phone() as context:
        page = await context.new_page()
        network = await throttled(page)
        await page.goto(url)
        offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
        await network.send("Network.emulateNetworkConditions", offline)
        await page.get_by_text("HELP", exact=True).click()
        card = page.locator("#help .panel")
        await expect(card).to_be_visible()
        assert await card.locator("a[href='tel:116']").count() > 5
        assert await card.locator("li[lang=ar] a").get_attribute("href")
        await pictured(page, "5-help")
        assert not await scrolls_sideways(page)
        assert await faults(page) == []
        await page.keyboard.press("Escape")
        await expect(card).to_be_hidden()
        assert context.browser
        bare = await (await context.browser.new_context(java_script_enabled=False)).new_page()
        await bare.goto(url)
        await bare.get_by_text("HELP", exact=True).click()
        await expect(bare.locator("#help .panel")).to_be_visible()
        await expect(bare.locator("noscript p")).to_be_visible()


async def test_a_question_asked_without_network_is_answered_when_it_is_back(
    assistant: Assistant, tmp_path: Path
) -> None:
    async with chatting(assistant, tmp_path) as url, phone() as context:
        page = await context.new_page()
        posted: list[str] = []
        page.on(
            "request",
            lambda one: posted.append(one.post_data or "") if "messages" in one.url else None,
        )
        await page.goto(url)
        await context.set_offline(True)
        await page.get_by_label("Your question").fill(QUESTION)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("No connection")
        await asyncio.sleep(1.5)
        await pictured(page, "6-offline")
        assert await page.locator(".reply").count() == 0
        assert await faults(page) == []
        await context.set_offline(False)
        await answered(page, 0)
        await expect(page.get_by_role("status")).to_be_empty()
        assert len(posted) > 1
        assert len(set(posted)) == 1, "the same message, under the same id"


async def test_a_restart_under_a_question_costs_only_time(
    assistant: Assistant, tmp_path: Path
) -> None:
    class Slow:
        async def respond(self, question: Question) -> Reply:
            await asyncio.sleep(60)
            return await assistant.respond(question)

    async with phone() as context:
        page = await context.new_page()
        async with chatting(cast(Assistant, Slow()), tmp_path) as url:
            await page.goto(url)
            await page.get_by_label("Your question").fill(QUESTION)
            await page.keyboard.press("Enter")
            await expect(page.get_by_text("Searching the library")).to_be_visible()
        await expect(page.get_by_role("status")).to_contain_text("No connection")
        async with chatting(assistant, tmp_path, port=urlsplit(url).port or 0):
            await answered(page, 0)
            await expect(page.get_by_role("status")).to_be_empty()
            await expect(page.locator(".mine")).to_have_count(1)


async def test_a_reload_keeps_nothing_that_anybody_wrote(
    assistant: Assistant, tmp_path: Path
) -> None:
    async with chatting(assistant, tmp_path) as url, phone() as context:
        page = await context.new_page()
        await page.goto(url)
        await asked(page, QUESTION)
        kept = (
            "JSON.stringify([Object.assign({}, sessionStorage), Object.assign({}, localStorage)])"
        )
        session = await page.evaluate("sessionStorage.getItem('session')")
        assert await page.evaluate(kept) == f'[{{"session":"{session}"}},{{}}]'
        assert await context.cookies() == []
        await page.reload()
        await expect(page.locator("#log > div")).to_have_count(1)
        assert QUESTION not in await page.content()
        assert await page.get_by_label("Your question").input_value() == ""
        await page.get_by_role("button", name="Delete this chat").click()
        await answered(page, 0)
        renewed = "sessionStorage.getItem('session')"
        await page.wait_for_function(f"{renewed} !== '{session}'")


async def test_a_chat_deleted_while_a_question_is_on_its_way_stays_deleted(
    assistant: Assistant, tmp_path: Path
) -> None:
    """A slow network holds the question; what is pressed meanwhile must reach the server, too."""
    async with chatting(assistant, tmp_path) as url, phone() as context:
        page = await context.new_page()
        sent: list[str] = []

        async def held(route: PlaywrightRoute) -> None:
            sent.append(str((route.request.post_data_json or {})["text"]))
            await asyncio.sleep(1)
            await route.continue_()

        await page.route("**/chat/messages", held)
        await page.goto(url)
        session = await page.evaluate("sessionStorage.getItem('session')")
        await page.get_by_label("Your question").fill(QUESTION)
        await page.keyboard.press("Enter")
        await expect(page.locator(".mine")).to_have_count(1)
        await page.get_by_role("button", name="Delete this chat").click()
        await answered(page, 0)
        await page.wait_for_function(f"sessionStorage.getItem('session') !== '{session}'")
        assert sent == [QUESTION, "forget"]
        assert QUESTION not in await page.content()
        assert await page.locator(".reply blockquote").count() == 0


async def test_a_shared_link_shows_the_passages_again_without_the_question(
    assistant: Assistant, tmp_path: Path
) -> None:
    async with chatting(assistant, tmp_path) as url, phone("dark") as context:
        page = await context.new_page()
        await page.goto(url)
        await asked(page, QUESTION)
        await pictured(page, "7-dark")
        assert await faults(page) == []
        await page.evaluate("scrollTo(0, 1e6)")
        await pictured(page, "8-dark-end")
        link = await page.get_by_role("link", name="Share this answer").get_attribute("href")
        assert link
        assert "protection" not in link
        titles = await page.locator(".reply b a").all_text_contents()
        other = await context.new_page()
        await other.goto(url.removesuffix("/chat") + link)
        await answered(other, 0)
        assert set(await other.locator(".reply b a").all_text_contents()) <= set(titles)
        assert await other.locator(".reply blockquote").count() >= 1


async def test_one_line_puts_the_chat_into_another_site(
    assistant: Assistant, tmp_path: Path
) -> None:
    site = bound()
    origin = f"http://localhost:{site.getsockname()[1]}"

    async with chatting(assistant, tmp_path, embed=(origin,)) as url, phone() as context:
        host = url.removesuffix("/chat")
        line = f'<p>Hello</p><script src="{host}/embed.js" async></script>'

        async def home(request: Request) -> HTMLResponse:
            return HTMLResponse(f"<!doctype html><html lang=fr><body>{line}</body></html>")

        async with served([Route("/", home)], site):
            page = await context.new_page()
            await page.goto(origin)
            await page.get_by_role("button", name="Ask the Exchange").click()
            frame = page.frame_locator("iframe")
            await frame.get_by_label("Votre question").fill(QUESTION)
            await frame.get_by_role("button", name="Envoyer").click()
            await expect(frame.locator(".reply .choices")).to_be_visible(timeout=20_000)
            await pictured(page, "9-embedded")
            await page.get_by_role("button", name="Fermer la discussion").click()
            await expect(page.locator("iframe")).to_be_hidden()
    site.close()


async def test_what_a_proxy_holds_back_comes_by_polling(
    assistant: Assistant, tmp_path: Path
) -> None:
    """Something on the way that passes on whole responses only: the page notices and polls."""
    async with chatting(assistant, tmp_path) as url, phone() as context:
        page = await context.new_page()

        async def whole(route: PlaywrightRoute) -> None:
            with suppress(PlaywrightError):  # the page has given it up
                await route.fulfill(response=await route.fetch(timeout=60_000))

        await page.route("**/chat/stream", whole)
        await page.goto(url)
        await asked(page, QUESTION)
        await expect(page.locator(".reply .choices")).to_be_visible()


def test_the_page_weighs_less_than_60_kb() -> None:
    pages = Pages((), rewriting=False)
    for language in languages():
        parts = [pages.page(language), pages.embedding]
        parts += [(FOLDER / name).read_bytes() for name in ("chat.css", "chat.js")]
        sent = sum(len(gzip.compress(part)) for part in parts)
        print(language, [len(part) for part in parts], sum(map(len, parts)), sent)
        assert sum(map(len, parts)) < 60_000


def test_the_scripts_are_for_old_browsers() -> None:
    """ES5 alone: no arrow, no let or const, no template, no optional chaining, no module."""
    for name in ("chat.js", "embed.js"):
        text = re.sub(r"/\*.*?\*/|//[^\n]*|'[^'\n]*'", "", (FOLDER / name).read_text(), flags=re.S)
        newer = re.findall(
            r"=>|`|\?\.|\?\?|\b(?:let|const|class|async|await|import|export)\b", text
        )
        assert newer == []
