"""The console in Chromium at 360 pixels: by keyboard, right to left, dark, and a real refresh."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from bot import upkeep
from bot.console.lockout import TRIES
from bot.desk.contributions import Contributions
from bot.desk.curated import CuratedAnswers
from bot.desk.passed import Passed
from bot.desk.proposals import Proposals
from bot.desk.writing import Written
from bot.settings import Settings
from index import snapshots
from tests.doubles.desk import PASSWORD, console_at, staffed
from tests.test_needs import plant
from tests.test_sharing_library import WORKED, waiting
from tests.test_web_browser import faults, pictured, scrolls_sideways

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
HEAD = "id,title,url,key_points\n"
GOOD = HEAD + (
    "S1,Circles,https://a.org/1,Grandmothers teach girls to swim in the weekly circle\n"
    "S2,Radio,https://a.org/2,Radio shows reach fishermen over the telephone\n"
)
PUBLISHING = 120_000  # milliseconds: the model on a machine that does other things as well
PAGES = ("/", "/questions", "/questions/1", "/questions/kept", "/questions/kept?id=1", "/shared",
         "/needs", "/needs/proposals", "/refresh", "/refresh/publish", "/sources",
         "/sources/edit", "/sources/edit?id=S1", "/upload", "/account", "/log")  # fmt: skip
HEAVIEST = 100_000  # bytes of a page with its style and its script, as they are sent


@pytest.fixture
def settings(data: Path, tmp_path: Path) -> Settings:
    (tmp_path / "catalogue.csv").write_text(GOOD, encoding="utf-8")
    staffed(data)
    return Settings(exchange_data=data, catalogue=tmp_path / "catalogue.csv")


@asynccontextmanager
async def browsing(
    scheme: str = "light", width: int = 360, locale: str = "en"
) -> AsyncIterator[BrowserContext]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield await browser.new_context(
                viewport={"width": width, "height": 720},
                color_scheme="dark" if scheme == "dark" else "light",
                locale=locale,
            )
        finally:
            await browser.close()


async def signed_in(page: Page, url: str, name: str = "ada") -> None:
    await page.goto(f"{url}/sign-in")
    await page.locator("#name").fill(name)
    await page.locator("#password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{url}/")


async def looked_at(page: Page, name: str) -> None:
    await pictured(page, name, whole=True)
    assert not await scrolls_sideways(page), name
    assert await faults(page) == [], name


async def test_signing_in_by_keyboard_and_being_locked_out(settings: Settings) -> None:
    async with console_at(settings) as url, browsing() as context:
        page = await context.new_page()
        await page.goto(f"{url}/upload")
        await looked_at(page, "1-sign-in")
        for _ in range(TRIES):
            await page.locator("#name").fill("edith")
            await page.locator("#password").fill("a guess")
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("alert")).to_contain_text("not right")
        await page.locator("#password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("Wait 1 min")
        await looked_at(page, "2-locked-out")
        await page.goto(f"{url}/upload")
        await expect(page.locator("#name")).to_be_focused()
        await page.keyboard.type("ada")  # the field has the focus
        await page.keyboard.press("Tab")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{url}/upload")  # where it was asked for
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="To the page itself")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await expect(page.get_by_label("File")).to_be_focused()


@pytest.mark.parametrize(
    ("scheme", "width", "locale"),
    [("light", 360, "en"), ("dark", 360, "ar"), ("light", 1200, "en"), ("light", 360, "fr")],
)
async def test_every_page_on_a_phone_right_to_left_and_wide(
    settings: Settings, scheme: str, width: int, locale: str
) -> None:
    await asyncio.to_thread(upkeep.refresh, settings, lambda *_: None)
    more = "S3,Drums,https://a.org/3,Drums call elders to the well\n"
    settings.catalogue.write_text(GOOD + more, encoding="utf-8")
    await asyncio.to_thread(upkeep.refresh, settings, lambda *_: None)
    filled(settings.exchange_data)
    kept = (one for one in snapshots.listed(settings.exchange_data) if not one.current)
    earlier = [f"/refresh/back/{one.name}" for one in kept]
    async with console_at(settings) as url, browsing(scheme, width, locale) as context:
        page = await context.new_page()
        errors: list[str] = []
        page.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
        await signed_in(page, url)
        assert earlier
        for path in (*PAGES, *earlier):
            shown = await page.goto(f"{url}{path}", wait_until="load")
            assert shown
            assert shown.status == 200, path
            for details in await page.locator("details").all():
                await details.evaluate("one => one.open = true")
            name = re.sub(r"\W+", "-", re.sub(r"/back/.*", "/back", path).strip("/"))
            await looked_at(page, f"{locale}-{scheme}-{width}-{name or 'home'}")
            assert await page.locator("html").get_attribute("dir") == (
                "rtl" if locale == "ar" else "ltr"
            )
            assert await page.evaluate(WEIGHT) < HEAVIEST, path
        assert errors == [], "the policy stops nothing of ours"
        missing = await page.goto(f"{url}/nothing-of-ours")
        assert missing
        assert missing.status == 404


WEIGHT = (
    "performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))"
    ".reduce((sum, one) => sum + one.decodedBodySize, 0)"
)


def filled(data: Path) -> None:
    """Something on each page: questions, answers, what is shared, counts, proposals."""
    passed, answers = Passed(data), CuratedAnswers(data)
    shared, proposals = Contributions(data), Proposals(data)
    for number, (text, language) in enumerate(ASKED):
        passed.keep(f"token-{number}", text, language, "web", "web:ada")
    for (text, language), why in zip(ASKED[:2], ("", "its source was removed"), strict=True):
        id = answers.keep([(text, language)], Written(text="We asked: " + text, language="en"))
        if why:
            answers.retire(id, why)
    for text in (WORKED, f"{WORKED} {'Amazing' * 9}"):
        last = waiting(shared, text)
        proposals.add(f"What did they do? {'Amazing' * 9}", "en", "wrong", ["S1", "S2"])
    shared.approved(last, shared.one(last).text)
    plant(data)
    for held in (passed, answers, shared, proposals):
        held.close()


ASKED = (
    ("How can a community protect its children where there is no school nearby?", "en"),
    ("كيف يمكن للمجتمع أن يحمي أطفاله حيث لا توجد مدرسة قريبة؟", "ar"),
    ("Supercalifragilisticexpialidocious" * 4, "en"),  # no word of it can be broken
)


async def test_look_publish_and_go_back(settings: Settings) -> None:
    async with console_at(settings) as url, browsing() as context:
        page = await context.new_page()
        await signed_in(page, url, "edith")
        await page.get_by_role("link", name="Library").first.click()
        await page.get_by_role("button", name="Look what would change").click()
        await expect(page.get_by_text("Nothing was to be published.")).to_be_visible(timeout=20_000)
        await looked_at(page, "3-dry-run")

        async def publish(count: int) -> None:
            await page.get_by_role("link", name="Publish …").click()
            await looked_at(page, "4-publish")
            await page.get_by_role("button", name="Publish").click()
            await expect(page.get_by_role("heading", name="Under way")).to_be_visible()
            if count == 1:
                await expect(page.get_by_role("progressbar")).to_be_visible()
                await looked_at(page, "5-under-way")
            done = page.get_by_role("heading", name="What was done last")
            await expect(done).to_be_visible(timeout=PUBLISHING)
            await expect(page.get_by_text("Published.", exact=True)).to_be_visible()
            assert len(snapshots.listed(settings.exchange_data)) == count

        await publish(1)
        first = snapshots.current(settings.exchange_data)
        await page.get_by_role("link", name="Catalogue").click()
        await page.get_by_role("link", name="Add a source").click()
        await page.get_by_label("Id").fill("S3")
        await page.get_by_label("Title").fill("Drums")
        await page.get_by_label("Address where people open it").fill("https://a.org/3")
        await page.get_by_label("Key points").fill("Drums call elders to the well\nIt takes a day")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("status")).to_contain_text("Saved")
        await looked_at(page, "6-saved")
        await page.get_by_role("link", name="To the library").click()
        await publish(2)
        await looked_at(page, "7-published")
        titles = {held.title for held in upkeep.holdings(settings)}
        assert titles == {"Circles", "Radio", "Drums"}

        await page.get_by_role("link", name="Go back to this one …").click()
        await looked_at(page, "8-go-back")
        await page.get_by_role("button", name="Go back").click()
        await expect(page.get_by_text("The earlier library answers now.")).to_be_visible(
            timeout=PUBLISHING
        )
        await looked_at(page, "9-back")
        assert snapshots.current(settings.exchange_data) == first
        assert "Drums" not in {held.title for held in upkeep.holdings(settings)}


async def test_a_document_is_uploaded_and_held_with_its_pages(
    settings: Settings, tmp_path: Path
) -> None:
    await asyncio.to_thread(upkeep.refresh, settings, lambda *_: None)
    guide, empty = tmp_path / "guide on drums.md", tmp_path / "empty.pdf"
    guide.write_text("# A guide on the village drums\n\nDrums call the elders to the well.\n" * 3)
    empty.write_bytes(b"%PDF-1.4 nothing")
    async with console_at(settings) as url, browsing() as context:
        page = await context.new_page()
        await signed_in(page, url, "edith")

        async def upload(file: Path) -> None:
            await page.goto(f"{url}/upload")
            await page.get_by_label("File").set_input_files(file)
            await page.get_by_label("Address where people open it").fill("https://a.org/guide")
            await page.get_by_role("button", name="Add it").click()
            shown = page.get_by_role("heading", name="What was done last")
            await expect(shown).to_be_visible(timeout=PUBLISHING)

        await upload(guide)
        await expect(page.locator("#job")).to_contain_text("A guide on the village drums")
        await looked_at(page, "10-added")
        await upload(empty)
        await expect(page.locator("#job")).to_contain_text("cannot be read")
        assert str(settings.exchange_data) not in await page.content()
        await looked_at(page, "11-not-added")
    held = {one.title: one for one in upkeep.holdings(settings)}
    assert held["A guide on the village drums"].media_type == "text/markdown"
    assert not (settings.exchange_data / "uploads").exists()


async def test_without_scripts_the_console_works(settings: Settings) -> None:
    async with console_at(settings) as url, browsing() as context:
        assert context.browser
        bare = await context.browser.new_context(java_script_enabled=False, locale="en")
        page = await bare.new_page()
        await signed_in(page, url, "edith")
        await page.goto(f"{url}/refresh")
        await page.get_by_role("button", name="Look what would change").click()
        await expect(page.get_by_text("Nothing was to be published.")).to_be_visible(timeout=20_000)
