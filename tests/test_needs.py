"""What people need: the tables, the page over real HTTP, the file for spreadsheets, a browser."""

import csv
import io
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page

from bot.counts import Cell, Counts, today, week
from bot.desk.needs import as_csv, cells_of, needs
from bot.desk.proposals import Proposals
from bot.settings import Settings
from index.calibration import read_trials
from tests.doubles.desk import PASSWORD, console_at, staffed, visiting
from tests.test_cli import exchange
from tests.test_counts import hashes
from tests.test_web_browser import CHROMIUM, faults, phone, pictured, scrolls_sideways

LAST = today() - timedelta(days=7)
BEFORE = today() - timedelta(days=14)
QUESTION = 'What is "kinship" <b>care</b>?'


def plant(data: Path) -> None:
    """Two weeks of 60 people: a topic with gaps, and four people whom nobody may see."""
    counts = Counts(data)
    topics = ("rights", "care of children", "rights", "schools")
    for day in (BEFORE, LAST):
        for person in range(60):
            topic = "child labour" if person >= 56 else topics[person % 4]
            outcome = "not found" if topic == "rights" and person < 20 else "answered"
            counts.add(
                day, hashes(str(person)), all="all", channel="telegram",
                language=("sw", "fr", "ar")[person % 3], outcome=outcome,
                topic=topic, **{"topic outcome": f"{topic}|{outcome}"},
                country="UG" if person % 2 else "none",
                source=("S033",) if outcome == "answered" else (),
            )  # fmt: skip
        for person in range(12):
            what = "helpful" if person < 6 else "not helpful"
            counts.add(
                day, hashes(str(person)), feedback=what,
                reason=("outdated",) if person >= 6 else (),
                **{"source feedback": (f"S033|{what}",), "topic feedback": f"rights|{what}"},
            )  # fmt: skip
    counts.close()


@pytest.fixture
def settings(starter: Settings, tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    staffed(data)
    for name in ("snapshots", "current"):
        (data / name).symlink_to(starter.exchange_data / name)
    plant(data)
    proposals = Proposals(data)
    proposals.add(QUESTION, "en", "wrong", ["S074"])
    proposals.add("Another question of somebody?", "en", "outdated", ["S001"])
    proposals.close()
    return Settings(exchange_data=data, golden=tmp_path / "golden.csv")


@asynccontextmanager
async def visited(settings: Settings, name: str) -> AsyncIterator[httpx.AsyncClient]:
    async with console_at(settings) as url, visiting(url, name) as client:
        yield client


def cell(by: str, value: str, messages: int, at: str = "2026-W10") -> Cell:
    return Cell(week=at, by=by, value=value, messages=messages, people=9)


# The tables.


def test_sums_go_over_weeks_and_the_most_comes_first() -> None:
    found = needs(
        [
            cell("topic", "kin", 6),
            cell("topic", "kin", 7, "2026-W11"),
            cell("topic", "work", 20),
            cell("source", "S001", 6),
        ],
        today(),
        4,
        ["S001", "S002"],
    )
    assert [(row.name, row.number) for row in found.by["topic"]] == [("work", 20), ("kin", 13)]
    assert found.unused == ("S002",)
    assert len(found.weeks) == 4
    assert found.weeks[-1] == (week(LAST), None)


def test_a_share_is_of_weeks_that_show_both_parts() -> None:
    cells = [
        cell("topic outcome", "kin|not found", 6),
        cell("topic outcome", "kin|answered", 14),
        cell("topic outcome", "kin|answered", 50, "2026-W11"),
        cell("topic outcome", "work|not found", 30),
    ]
    (gap,) = needs(cells, today(), 4, []).gaps
    assert (gap.name, gap.number, gap.of) == ("kin", 6, 20)


def test_only_what_may_be_shown_comes_in(tmp_path: Path) -> None:
    plant(tmp_path)
    counts = Counts(tmp_path)
    cells = cells_of(counts, today(), 4)
    counts.close()
    found = needs(cells, today(), 4, ["S033", "S001"])
    assert [number for _, number in found.weeks] == [None, None, 60, 60]
    assert "child labour" not in {row.name for row in found.by["topic"]}
    assert len(found.by["topic"]) == 2, "another hides with it: else 60 less 56 would be told"
    assert [(row.name, row.number, row.of) for row in found.gaps] == [("rights", 20, 56)]
    assert [(row.name, row.number, row.of) for row in found.liked_sources] == [("S033", 12, 24)]
    assert found.unused == ("S001",)


def test_a_spreadsheet_computes_nothing_and_reads_every_letter() -> None:
    made = as_csv([cell("topic", "=cmd|' /C calc'!A0", 7), cell("topic", 'сон, "أ"', 8)])
    assert made.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"))))
    assert rows[0]["value"] == "'=cmd|' /C calc'!A0"
    assert rows[1]["value"] == 'сон, "أ"'


def test_the_terminal_shows_the_same(settings: Settings) -> None:
    done = exchange("counts", "--weeks", "4", data=settings.exchange_data)
    assert done.returncode == 0, done.stderr
    assert week(LAST) in done.stdout
    assert "child labour" not in done.stdout
    made = exchange("counts", "--csv", data=settings.exchange_data)
    counts = Counts(settings.exchange_data)
    assert made.stdout.encode() == as_csv(cells_of(counts, today(), 52)).replace(b"\r\n", b"\n")
    counts.close()


# The pages.


async def test_each_plot_has_its_table_and_no_small_number(settings: Settings) -> None:
    async with visited(settings, "vera") as client:
        began = time.perf_counter()
        page = await client.get("/needs?weeks=4")
        spent = time.perf_counter() - began
        again = time.perf_counter()
        await client.get("/needs?weeks=52")
        year = time.perf_counter() - again
        print(f"{len(page.content)} bytes in {spent:.2f} s, of 52 weeks in {year:.2f} s")
    assert page.status_code == 200
    assert len(page.content) < 100_000
    assert "child labour" not in page.text
    assert page.text.count("<svg") > 6
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert "style=" not in page.text
    assert "<script" not in page.text
    for title in ("Messages by week", "Questions by topic", "Helpful or not", "Documents quoted"):
        assert title in page.text
    assert "FAQ: community-based or community-led?" in page.text, "a title, not an id"
    assert "Swahili" in page.text
    assert "Uganda" in page.text


@pytest.mark.parametrize("weeks", ["", "0", "9999999999999999999", "x", "13"])
async def test_a_period_that_is_not_offered_is_the_usual_one(
    settings: Settings, weeks: str
) -> None:
    async with visited(settings, "vera") as client:
        page = await client.get("/needs", params={"weeks": weeks})
    assert '<option value="13" selected>' in page.text


async def test_the_file_is_for_who_is_signed_in(settings: Settings) -> None:
    async with visited(settings, "vera") as client:
        file = await client.get("/needs.csv?weeks=4")
    assert file.headers["content-type"].startswith("text/csv")
    assert "attachment" in file.headers["content-disposition"]
    assert b"child labour" not in file.content
    assert b"rights" in file.content
    async with visited(settings, "") as client:
        for path in ("/needs", "/needs.csv", "/needs/proposals"):
            assert (await client.get(path)).status_code == 303


async def test_nothing_counted_is_a_page_too(starter: Settings, tmp_path: Path) -> None:
    staffed(tmp_path)
    async with visited(Settings(exchange_data=tmp_path), "vera") as client:
        page = await client.get("/needs")
    assert page.status_code == 200
    assert "No week of this time" in page.text


def token(page: httpx.Response) -> str:
    found = re.search(r'name="token" value="([0-9a-f]{64})"', page.text)
    assert found
    return found[1]


async def test_an_editor_accepts_and_dismisses_and_it_is_written_down(settings: Settings) -> None:
    async with visited(settings, "edith") as client:
        page = await client.get("/needs/proposals")
        assert "&lt;b&gt;care" in page.text
        form = {"token": token(page), "id": "1"}
        wrong = await client.post("/needs/proposals/accept", data=form)
        assert wrong.status_code == 422
        assert "name a source" in wrong.text
        unknown = await client.post("/needs/proposals/accept", data={**form, "more": "S999"})
        assert unknown.status_code == 422
        done = await client.post(
            "/needs/proposals/accept", data={**form, "source": "S074", "more": "S075; S074"}
        )
        assert done.status_code == 303
        gone = await client.post("/needs/proposals/dismiss", data={**form, "id": "2"})
        assert gone.status_code == 303
        assert "Nothing yet" in (await client.get("/needs/proposals")).text
        again = await client.post("/needs/proposals/dismiss", data={**form, "id": "²"})
        assert again.status_code == 422
    assert settings.golden
    (trial,) = read_trials(settings.golden)
    assert trial.question == QUESTION
    assert trial.sources == {"S074", "S075"}
    async with visited(settings, "ada") as client:
        log = await client.get("/log")
    assert "1 S074;S075" in log.text
    assert "kinship" not in log.text, "no text of a person"


async def test_a_viewer_sees_no_question_and_no_form_works_without_its_token(
    settings: Settings,
) -> None:
    async with visited(settings, "vera") as client:
        assert (await client.get("/needs/proposals")).status_code == 403
        assert "golden set" not in (await client.get("/needs")).text
    async with visited(settings, "edith") as client:
        for name in ("accept", "dismiss"):
            form = {"id": "1", "source": "S074"}
            assert (await client.post(f"/needs/proposals/{name}", data=form)).status_code == 403
    held = Proposals(settings.exchange_data)
    assert len(held.listed()) == 2
    held.close()


# In a browser.


async def signed_in(page: Page, url: str, language: str) -> None:
    await page.goto(f"{url}/sign-in?lang={language}")
    await page.locator("#name").fill("edith")
    await page.locator("#password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console/")


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
async def test_plots_are_seen_on_a_phone(settings: Settings, language: str, scheme: str) -> None:
    async with console_at(settings) as url, phone(scheme) as context:
        page = await context.new_page()
        errors: list[str] = []
        page.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
        await page.set_viewport_size({"width": 360, "height": 740})
        await signed_in(page, url, language)
        await page.goto(f"{url}/needs?weeks=4&lang={language}")
        bars = page.locator("svg.plot rect")
        boxes = [await bars.nth(at).bounding_box() for at in range(await bars.count())]
        assert len(boxes) > 10
        assert sum(box is not None and box["width"] > 20 for box in boxes) > 5
        assert not await scrolls_sideways(page)
        assert await faults(page) == []
        await pictured(page, f"needs-{language}")
        await page.goto(f"{url}/needs/proposals?lang={language}")
        assert not await scrolls_sideways(page)
        assert await faults(page) == []
        await pictured(page, f"proposals-{language}")
        assert errors == []
        if language == "ar":
            assert await page.locator("html").get_attribute("dir") == "rtl"
