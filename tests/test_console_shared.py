"""An editor reads, publishes and takes out what people shared: over HTTP, and in Chromium."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot import app
from bot.console.audit import Audit
from bot.desk.contributions import Contributions, State
from bot.settings import Settings
from index.editing import still_held
from tests.doubles.desk import PASSWORD, console_at, signed_in, staffed, token
from tests.test_sharing_library import MARK, asked, held, settings, waiting
from tests.test_web_browser import CHROMIUM, faults, phone, pictured, scrolls_sideways

__all__ = ["held", "settings"]  # fixtures
BROWSER = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """Nobody is signed in yet; the folder holds no library."""
    staffed(tmp_path)
    routes = app.open_console(Settings(exchange_data=tmp_path, console=True))
    with TestClient(Starlette(routes=routes), base_url="https://testserver") as opened:
        yield opened


def test_only_editors_read_what_waits(client: TestClient, tmp_path: Path) -> None:
    kept = Contributions(tmp_path)
    waiting(kept, "Our zqsecret way.")
    assert "zqsecret" not in client.get("/console/shared").text
    signed_in(client, "vera")
    refused = client.get("/console/shared")
    assert refused.status_code == 403
    assert "zqsecret" not in refused.text


def test_reword_and_decline(client: TestClient, tmp_path: Path) -> None:
    kept = Contributions(tmp_path)
    one = waiting(kept, "<b>Our way.</b>\n\nIt worked.")
    signed_in(client, "edith")
    page = client.get("/console/shared").text
    assert "&lt;b&gt;Our way." in page
    assert "Given by Mary" in page
    at = f"/console/shared/{one}"
    form = {"token": token(page), "text": "Our way.\r\n\r\nIt worked well."}
    assert client.post(at, data={**form, "token": "no", "do": "save"}).status_code == 403
    assert kept.one(one).text.startswith("<b>")
    assert client.post(at, data={**form, "do": "save"}).status_code == 200
    assert kept.one(one).text == "Our way.\n\nIt worked well."
    old = re.search(r'name="seen" value="([^"]+)"', page)
    assert old
    late = client.post(at, data={**form, "seen": old[1], "text": "My way.", "do": "publish"})
    assert late.status_code == 409, "edith's page is older than the last wording"
    assert kept.one(one).text == "Our way.\n\nIt worked well."
    assert client.post(at, data={**form, "do": "decline"}).status_code == 200
    assert kept.listed() == []
    gone = client.post(at, data={**form, "do": "publish"})
    assert gone.status_code == 409
    assert "Somebody decided or changed this" in gone.text
    told = [(e.name, e.what, e.detail) for _, e in Audit(tmp_path).latest(9) if "shared" in e.what]
    assert told[:2] == [
        ("edith", f"/shared/{one}", f"409 publish {one}"),
        ("edith", f"/shared/{one}", f"decline {one}"),
    ]


@pytest.fixture
async def address(settings: Settings) -> AsyncIterator[str]:
    staffed(settings.exchange_data)
    async with console_at(settings) as at:
        yield at


@BROWSER
async def test_publish_and_take_out_in_a_browser(
    settings: Settings, held: Contributions, address: str
) -> None:
    one = waiting(held)
    async with phone() as context:
        page = await context.new_page()
        await page.goto(f"{address}/sign-in?next=/shared")
        await page.get_by_label("Name").fill("edith")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.goto(f"{address}/shared")
        heading = page.get_by_role("heading", name="From practice: Kilifi, 2026")
        await expect(heading).to_be_visible()
        await pictured(page, "shared-waiting")
        assert await faults(page) == []
        assert not await scrolls_sideways(page)
        field = page.get_by_role("textbox")
        await field.fill((await field.input_value()).replace("two", "three"))
        await page.get_by_role("button", name="Publish").click()
        await expect(page.get_by_text("Done.")).to_be_visible(timeout=300_000)
        await page.get_by_role("link", name="What people shared").click()
        await expect(page.get_by_text("Nothing waits.")).to_be_visible()
        assert held.one(one).state is State.APPROVED
        await pictured(page, "shared-published")
        answer = asked(app.open_assistant(settings))
        assert "three grandmothers" in answer
        assert MARK in answer
        await page.goto(f"{address}/shared?lang=ar")
        await pictured(page, "shared-arabic")
        assert await faults(page) == []
        assert not await scrolls_sideways(page)
        await page.goto(f"{address}/shared")
        await page.get_by_role("button", name="Take out for good").click()
        await expect(page.get_by_text("Done.")).to_be_visible(timeout=300_000)
        await page.goto(f"{address}/shared")
        await expect(page.get_by_text("Nothing is published.")).to_be_visible()
    assert still_held(settings.exchange_data) == set()
    assert "grandmothers" not in asked(app.open_assistant(settings))
