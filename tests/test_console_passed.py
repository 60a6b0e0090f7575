"""A passed-on question in the console: from a chat to the staff's page, and back to the chat."""

import os
import re
from pathlib import Path

import httpx
import pytest
from playwright.async_api import expect

from bot.console.audit import Audit
from bot.desk.curated import CuratedAnswers
from bot.desk.passed import Passed
from bot.desk.writing import Written
from bot.settings import Settings
from tests.doubles.desk import console_at, staffed, visiting
from tests.test_console_browser import CHROMIUM, browsing, signed_in
from tests.test_passing import ASKED, carrying, data, library, passing, phone, traces
from tests.test_web_browser import faults, scrolls_sideways

__all__ = ["data"]  # a fixture
OWN_WORDS = "Our zqcolleagues asked the mayor: none."


@pytest.fixture
def settings(data: Path) -> Settings:
    staffed(data)
    return Settings(exchange_data=data)


OURS = "What of the mayor's bicycles?"


def token_of(response: httpx.Response) -> str:
    found = re.search(r'name="token" value="([0-9a-f]+)"', response.text)
    assert found
    return found[1]


def waiting(data: Path, text: str = ASKED, language: str = "en") -> int:
    passed = Passed(data)
    passed.keep(f"t{text[:9]}", text, language, "lines", "lines:ada")
    return passed.open()[-1].id


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
async def test_from_a_chat_to_the_console_and_back(data: Path, settings: Settings) -> None:
    async with carrying(data, passing(data)) as channel, phone(channel) as ada:
        await ada.send(ASKED)
        await ada.send(f"#{await ada.button('Yes, pass it on')}")
        await ada.until("The staff read")
        async with console_at(settings) as url, browsing() as browser:
            page = await browser.new_page()
            await signed_in(page, url, "edith")
            await page.get_by_role("link", name="Questions").first.click()
            await expect(page.get_by_text("zqblue bicycles")).to_be_visible()
            assert not await scrolls_sideways(page)
            assert await faults(page) == []
            await page.get_by_role("link", name="Answer", exact=True).click()
            await expect(page.locator("blockquote")).to_contain_text("zqblue")
            assert not await scrolls_sideways(page)
            assert await faults(page) == []
            await page.locator("#find").fill("community-led child protection")
            await page.get_by_role("button", name="Search").click()
            first = page.locator(".card").first
            await first.get_by_role("checkbox").check()
            quoted = await first.get_by_label("Quoted").input_value()
            await page.locator("#text").fill(OWN_WORDS)
            if shots := os.environ.get("SHOTS"):  # to be looked at
                await page.screenshot(path=f"{shots}/answering.png", full_page=True)
            await page.get_by_role("button", name="Send the answer").click()
            await expect(page.get_by_role("status")).to_contain_text("on its way")
            await expect(page.get_by_text("No question is open.")).to_be_visible()
        text = "".join(await ada.until("#sources"))
        assert OWN_WORDS in text
        assert " ".join(quoted.split())[:40] in text
        assert "Answered by the Exchange's staff" in text
        await ada.hears_nothing()
    assert traces(data, "zqblue", "zqcolleagues") == []


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_right_to_left_on_a_phone(data: Path, settings: Settings, scheme: str) -> None:
    id = waiting(data, "كيف نحمي الأطفال من كذا؟", "ar")
    kept = CuratedAnswers(data).keep([(ASKED, "en")], Written(text=OWN_WORDS, language="en"))
    async with console_at(settings) as url, browsing(scheme, locale="ar") as browser:
        page = await browser.new_page()
        await signed_in(page, url, "edith")
        for path in ("/questions", f"/questions/{id}", f"/questions/kept?id={kept}"):
            await page.goto(url + path)
            assert await page.locator("html").get_attribute("dir") == "rtl"
            assert not await scrolls_sideways(page), path
            assert await faults(page) == [], path
            weight = len(await page.content())
            assert weight < 100_000, path


async def test_a_viewer_reads_and_an_editor_answers(data: Path, settings: Settings) -> None:
    id = waiting(data)
    async with console_at(settings) as url:
        async with visiting(url, "vera") as vera:
            listed = await vera.get("/questions")
            assert "zqblue" in listed.text
            assert f"/questions/{id}" not in listed.text
            assert (await vera.get(f"/questions/{id}")).status_code == 403
        async with visiting(url) as stranger:
            assert "zqblue" not in (await stranger.get("/questions", follow_redirects=True)).text
        async with visiting(url, "edith") as edith:
            form = await edith.get(f"/questions/{id}")
            assert form.status_code == 200
            refused = await edith.post(f"/questions/{id}", data={"do": "close", "token": "0" * 64})
            assert refused.status_code == 403
            assert len(Passed(data).open()) == 1
            closed = {"do": "close", "token": token_of(form)}
            done = await edith.post(f"/questions/{id}", data=closed)
            assert (done.status_code, Passed(data).open()) == (303, [])
            gone = await edith.post(f"/questions/{id}", data=closed, follow_redirects=True)
            assert "Nobody waits" in gone.text


async def test_a_wrong_quote_is_told_and_nothing_typed_is_lost(
    data: Path, settings: Settings
) -> None:
    id, passage = waiting(data), next(library(data).passages())
    async with console_at(settings) as url, visiting(url, "edith") as edith:
        form = {
            "do": "answer", "token": token_of(await edith.get(f"/questions/{id}")),
            "pick": passage.id, f"words-{passage.id}": "No page says this.", "text": OWN_WORDS,
        }  # fmt: skip
        told = await edith.post(f"/questions/{id}", data=form)
        assert told.status_code == 400
        ticked = f'value="{passage.id}" checked'
        for kept in ("does not say", "No page says this.", OWN_WORDS, ticked):
            assert kept in told.text
    assert len(Passed(data).open()) == 1


async def test_kept_answers_are_made_changed_retired_and_erased(
    data: Path, settings: Settings
) -> None:
    id, answers = waiting(data), CuratedAnswers(data)
    async with console_at(settings) as url, visiting(url, "edith") as edith:
        token = token_of(await edith.get(f"/questions/{id}"))
        form = {"do": "answer", "token": token, "text": OWN_WORDS, "keep": f" {ASKED.lower()}"}
        refused = await edith.post(f"/questions/{id}", data=form)
        assert "own question, which is erased" in refused.text
        assert len(Passed(data).open()) == 1, "nothing was sent"
        form["keep"] = OURS
        done = await edith.post(f"/questions/{id}", data=form)
        assert done.headers["location"].endswith("done=gone"), "nobody is at this test's token"
        (kept,) = answers.all()
        assert (kept.asked, kept.written.text) == (OURS, OWN_WORDS)
        assert traces(data, "zqblue") == [], "the person was told that their question is erased"
        place = f"/questions/kept?id={kept.id}"
        assert OWN_WORDS in (await edith.get(place)).text
        changed = {"do": "keep", "token": token, "questions": f"{ASKED}\r\nNgapi?", "text": "Two."}
        await edith.post(place, data=changed)
        again = answers.get(kept.id)
        assert (again.written.text, len(again.questions)) == ("Two.", 2)
        await edith.post(place, data={"do": "retire", "token": token, "text": "Two."})
        assert "staff" in answers.get(kept.id).retired
        await edith.post(place, data={"do": "erase", "token": token})
        assert answers.all() == []
        empty = await edith.post("/questions/kept", data={"do": "keep", "token": token})
        assert empty.status_code == 400
    log = [(entry.name, entry.what, entry.detail) for _, entry in Audit(data).latest(20)]
    assert ("edith", f"/questions/{id}", "answer") in log
    assert ("edith", "/questions/kept", f"{kept.id} erase") in log
    assert not any("zq" in "".join(entry) for entry in log), "no text of anybody"
