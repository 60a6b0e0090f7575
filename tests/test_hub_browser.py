"""People at the web chat and staff at the console, in Chromium, over one running hub."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from bot.desk.contributions import Contributions, State
from bot.desk.curated import CuratedAnswers
from bot.desk.passed import Passed
from bot.phrases import speak
from bot.replies import returning
from bot.settings import Settings
from tests.doubles.desk import staffed
from tests.doubles.hub import hub_at
from tests.libraries import copy_library
from tests.test_console_browser import CHROMIUM, browsing, looked_at, signed_in
from tests.test_passing import traces
from tests.test_sharing_library import MARK, QUESTION, WORKED

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
ASKED = "Je, meya wa Reykjavik ana baiskeli ngapi za zqblue?"  # no library of ours knows
ANSWER = "Tuliwauliza zqcolleagues: hana hata moja."
PUBLISHING = 300_000  # milliseconds: the model on a machine that does other things as well
SHOWING = 30_000
STORED = "JSON.stringify([Object.keys(sessionStorage), localStorage.getItem('waits')])"


@pytest.fixture
def settings(starter: Settings, tmp_path: Path) -> Settings:
    data = copy_library(starter.exchange_data, tmp_path / "data")
    staffed(data)
    return Settings(exchange_data=data)


async def chat(context: BrowserContext, url: str, language: str = "en") -> Page:
    page = await context.new_page()
    await page.goto(f"{url}/chat?lang={language}")
    return page


async def replied(page: Page, count: int) -> str:
    """The text of the last reply, once there are so many and it is whole."""
    await expect(page.locator(".reply")).to_have_count(count, timeout=SHOWING)
    await expect(page.locator(".reply[aria-busy]")).to_have_count(0, timeout=SHOWING)
    return await page.locator(".reply").last.inner_text()


async def said(page: Page, text: str) -> str:
    """Send a text and read the reply."""
    count = await page.locator(".reply").count()
    await page.locator("#text").fill(text)
    await page.keyboard.press("Enter")
    return await replied(page, count + 1)


async def pressed(page: Page, *labels: str) -> str:
    """Press these buttons one after the other; the last reply."""
    text = ""
    for label in labels:
        count = await page.locator(".reply").count()
        await page.get_by_role("button", name=label, exact=True).last.click()
        text = await replied(page, count + 1)
    return text


async def staff(context: BrowserContext, url: str) -> Page:
    page = await context.new_page()
    await signed_in(page, f"{url}/console", "edith")
    return page


async def test_passed_on_in_the_web_chat_answered_and_read_on_coming_back(
    settings: Settings,
) -> None:
    data, sw = settings.exchange_data, speak("sw")
    async with hub_at(settings) as url, browsing() as ada, browsing(width=1200) as desk:
        page = await chat(ada, url, "sw")
        offered = await said(page, ASKED)
        waits = returning("sw").text
        assert waits in offered, "before the yes they read who else may read it"
        assert await page.evaluate(STORED) == '[["session"],null]'
        assert waits in await pressed(page, sw("Yes, pass it on"))
        await looked_at(page, "hub-passed-on")
        kept = str(await page.evaluate(STORED))
        assert "zq" not in kept, "the browser keeps a number, no text"
        await page.close()  # and with it the tab's own session

        edith = await staff(desk, url)
        await edith.get_by_role("link", name="Questions").first.click()
        await edith.get_by_role("link", name="Answer", exact=True).click()
        await expect(edith.locator("blockquote")).to_contain_text("zqblue")
        await edith.locator("#find").fill("community-led child protection")
        await edith.keyboard.press("Enter")
        first = edith.locator(".card").first
        await first.get_by_role("checkbox").check()
        title = (await first.locator("label").first.inner_text()).partition(", p.")[0]
        quoted = " ".join((await first.get_by_label("Quoted").input_value()).split())
        await edith.locator("#text").fill(ANSWER)
        await looked_at(edith, "hub-answering")
        await edith.get_by_role("button", name="Send the answer").click()
        await expect(edith.get_by_role("status")).to_contain_text("on its way")
        await expect(edith.get_by_text("No question is open.")).to_be_visible()
        assert Passed(data).open() == []

        page = await chat(ada, url, "sw")
        text = await replied(page, 1)
        assert ANSWER in text
        assert "Limejibiwa na wafanyakazi" in text
        quote = await page.locator(".reply blockquote").last.inner_text()
        assert quoted[:40] in " ".join(quote.split())
        source = page.locator(".reply a[href^=http]").first
        assert title[:30] in await source.inner_text()
        await looked_at(page, "hub-answered")
        assert await page.evaluate(STORED) == '[["session"],null]', "shown: nothing waits"
        await page.reload()
        await page.wait_for_timeout(2_000)
        await expect(page.locator(".reply")).to_have_count(0)
    assert traces(data, "zqblue", "zqcolleagues") == []


async def test_whoever_deletes_the_chat_reads_no_answer(settings: Settings) -> None:
    async with hub_at(settings) as url, browsing() as ada:
        page = await chat(ada, url)
        await said(page, "How many zqblue bicycles does the mayor of Reykjavik own?")
        await pressed(page, "Yes, pass it on")
        assert len(Passed(settings.exchange_data).open()) == 1
        await page.get_by_role("button", name="Delete this chat").click()
        await replied(page, 1)
        assert Passed(settings.exchange_data).open() == []
        assert str(await page.evaluate(STORED)).endswith(",null]")


async def test_an_open_page_shows_the_answer_by_itself(settings: Settings) -> None:
    async with hub_at(settings) as url, browsing() as ada, browsing() as desk:
        page = await chat(ada, url)
        await said(page, "How many zqblue bicycles does the mayor of Reykjavik own?")
        await pressed(page, "Yes, pass it on")
        edith = await staff(desk, url)
        await edith.goto(f"{url}/console/questions")
        await edith.get_by_role("link", name="Answer", exact=True).click()
        await edith.get_by_role("button", name="Say that we could not answer").click()
        await expect(edith.get_by_role("status")).to_be_visible()
        assert "could not answer it" in await replied(page, 3)


async def test_a_kept_answer_is_seen_in_the_chat_until_it_is_retired(settings: Settings) -> None:
    asked = "Where do grandmothers of zqKilifi meet to talk about child marriage?"
    async with hub_at(settings) as url, browsing() as desk, browsing() as ada:
        edith = await staff(desk, url)
        await edith.goto(f"{url}/console/questions")
        await edith.get_by_role("link", name="Keep an answer").click()
        await edith.get_by_label("The question").fill(asked)
        await edith.get_by_label("Text, at most").fill("Under the zqmango tree, on Fridays.")
        await looked_at(edith, "hub-keeping")
        await edith.get_by_role("button", name="Keep it").click()
        await expect(edith.get_by_role("status")).to_contain_text("Done")
        await expect(edith.get_by_text(asked)).to_be_visible()
        page = await chat(ada, url)
        text = await said(
            page, "Where do the grandmothers of zqKilifi meet to talk about child marriage?"
        )
        assert "Under the zqmango tree" in text
        assert "Answered by the Exchange's staff" in text
        await looked_at(page, "hub-kept")
        await edith.get_by_role("link", name="Change or retire").click()
        await edith.get_by_role("button", name="Retire it").click()
        await expect(edith.get_by_text("retired")).to_be_visible()
        assert "zqmango" not in await said(page, asked)
    (kept,) = CuratedAnswers(settings.exchange_data).all()
    assert kept.retired


async def test_shared_in_the_chat_approved_answering_withdrawn_and_never_again(
    settings: Settings,
) -> None:
    settings = settings.model_copy(update={"practice_url": "https://bot.example.org/practice"})
    held = Contributions(settings.exchange_data)
    async with hub_at(settings) as url, browsing() as ada, browsing() as desk:
        page = await chat(ada, url)
        code = await shared(page, ["Kilifi, 2026"])
        await page.close()
        edith = await staff(desk, url)
        await edith.goto(f"{url}/console/shared")
        await expect(edith.get_by_role("heading", name="From practice: Kilifi")).to_be_visible()
        await looked_at(edith, "hub-shared")
        await edith.get_by_role("button", name="Publish").click()
        await expect(edith.get_by_text("Done.")).to_be_visible(timeout=PUBLISHING)
        (one,) = held.listed(State.APPROVED)
        page = await chat(ada, url)
        thanks = await replied(page, 1)
        assert "is in the library now" in thanks, "the thank-you waited for whoever gave it"
        link = page.get_by_role("link", name="From practice: Kilifi, 2026")
        assert await link.get_attribute("href") == f"https://bot.example.org/practice/{one.id}"
        answer = await said(page, QUESTION)
        assert "thorn branches" in answer
        assert MARK in answer
        shown = await edith.context.new_page()
        await shown.goto(f"{url}/practice/{one.id}")
        await looked_at(shown, "hub-practice")
        assert "taken back" in await said(page, f"/withdraw {code}")
        assert "thorn branches" not in await said(page, QUESTION), "at once"
        gone = await shown.goto(f"{url}/practice/{one.id}")
        assert gone
        assert gone.status == 410
        await edith.goto(f"{url}/console/shared")
        await looked_at(edith, "hub-withdrawn")
    held.close()


async def shared(page: Page, places: Sequence[str]) -> str:
    """Walk through /share; the code with which it is taken back."""
    await said(page, "/share")
    await said(page, WORKED)
    assert "thorn branches" in await pressed(page, "That is all")
    await pressed(page, "This is right")
    for place in places:
        await said(page, place)
    await pressed(page, "Without my name")
    thanks = await pressed(page, "I agree")
    found = re.search(r"/withdraw (\S+)", thanks)
    assert found, thanks
    return found[1]
