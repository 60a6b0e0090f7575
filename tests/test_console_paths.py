"""Staff see the learning paths, put one in, read what is wrong with one: over HTTP, in Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot import app
from bot.console.audit import Audit
from bot.settings import Settings
from tests.doubles.desk import PASSWORD, console_at, signed_in, staffed, token
from tests.libraries import copy_library
from tests.test_learning_files import GOOD
from tests.test_web_browser import CHROMIUM, faults, phone, pictured, scrolls_sideways

BROWSER = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture
def settings(starter: Settings, tmp_path: Path) -> Settings:
    data = copy_library(starter.exchange_data, tmp_path / "data")
    staffed(data)
    return Settings(exchange_data=data, console=True)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    routes = app.open_console(settings)
    with TestClient(Starlette(routes=routes), base_url="https://testserver") as opened:
        yield opened


def put(client: TestClient, name: str, text: str) -> tuple[int, str]:
    form = {"token": token(client.get("/console/paths").text)}
    answer = client.post("/console/paths", data=form, files={"file": (name, text.encode())})
    return answer.status_code, answer.text


def test_a_viewer_sees_all_and_changes_nothing(client: TestClient, settings: Settings) -> None:
    assert "Listening before acting" not in client.get("/console/paths").text
    signed_in(client, "vera")
    page = client.get("/console/paths").text
    assert "Listening before acting" in page
    assert "Kusikiliza kabla ya kutenda" in page
    assert 'type="file"' not in page
    refused = client.post("/console/paths", files={"file": ("mine.md", GOOD.encode())})
    assert refused.status_code == 403
    assert not (settings.exchange_data / "paths").exists()


def test_an_editor_puts_one_in_and_takes_it_out(client: TestClient, settings: Settings) -> None:
    signed_in(client, "edith")
    file = settings.exchange_data / "paths" / "mine.md"
    assert put(client, "mine.md", GOOD)[0] == 200
    assert file.read_text() == GOOD
    page = client.get("/console/paths").text
    assert "hub&#39;s own" in page
    form = {"token": token(page), "name": "mine.md"}
    without = client.post("/console/paths/remove", data={"name": "mine.md"})
    assert without.status_code == 403, "a form from elsewhere"
    assert file.exists()
    assert client.post("/console/paths/remove", data=form).status_code == 200
    assert not file.exists()
    away = client.post("/console/paths/remove", data={**form, "name": "../people.db"})
    assert away.status_code == 400
    told = [(e.name, e.what, e.detail) for _, e in Audit(settings.exchange_data).latest(9)]
    assert ("edith", "/paths", "mine.md") in told
    assert ("edith", "/paths/remove", "mine.md") in told


def test_what_is_wrong_is_shown_line_by_line_and_nothing_is_kept(
    client: TestClient, settings: Settings
) -> None:
    signed_in(client, "edith")
    wrong = GOOD.replace("S099", "S999").replace("After.", "<script>alert(1)</script>")
    status, page = put(client, "mine.md", wrong)
    assert status == 400
    assert "mine.md:10: only titles" in page
    status, page = put(client, "mine.md", GOOD.replace("S099", "S999"))
    assert "mine.md:18: step 2: source S999 is not in the library" in page
    assert put(client, "../../mine.md", GOOD)[0] == 400
    status, page = put(client, "<b>.md", GOOD)
    assert status == 400
    assert "<b>.md" not in page
    nothing = client.post(
        "/console/paths", data={"token": token(client.get("/console/paths").text)}
    )
    assert "Choose a file." in nothing.text
    assert not (settings.exchange_data / "paths").exists()


def test_without_a_library_it_says_what_to_run(tmp_path: Path) -> None:
    staffed(tmp_path)
    routes = app.open_console(Settings(exchange_data=tmp_path, console=True))
    with TestClient(Starlette(routes=routes), base_url="https://testserver") as client:
        signed_in(client, "edith")
        page = client.get("/console/paths")
    assert page.status_code == 503
    assert "there is no index" in page.text


@BROWSER
async def test_the_page_on_a_phone(settings: Settings) -> None:
    file = settings.exchange_data / "paths" / "mine.md"
    async with console_at(settings) as address, phone() as context:
        page = await context.new_page()
        await page.goto(f"{address}/sign-in?next=/paths")
        await page.get_by_label("Name").fill("edith")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("heading", name="Listening before acting")).to_be_visible()
        await pictured(page, "paths")
        assert await faults(page) == []
        assert not await scrolls_sideways(page)
        wrong = {"name": "mine.md", "mimeType": "text/markdown", "buffer": b"# Only a title"}
        await page.get_by_label("File").set_input_files(wrong)  # type: ignore[arg-type]
        await page.get_by_role("button", name="Add it").click()
        await expect(page.get_by_role("alert")).to_contain_text("mine.md:1: has 0 steps")
        await pictured(page, "paths-wrong")
        assert await faults(page) == []
        good = {**wrong, "buffer": GOOD.encode()}
        await page.get_by_label("File").set_input_files(good)  # type: ignore[arg-type]
        await page.get_by_role("button", name="Add it").click()
        await expect(page.get_by_role("heading", name="A title")).to_be_visible()
        assert file.read_text() == GOOD
        await page.goto(f"{address}/paths?lang=ar")
        await pictured(page, "paths-arabic")
        assert await faults(page) == []
        assert not await scrolls_sideways(page)
