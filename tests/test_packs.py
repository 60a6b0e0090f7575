"""The pack on a phone without signal; the papers from the terminal, the console, into a chat."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pypdf
import pytest
from playwright.async_api import Page, expect

from bot.assistant import Assistant
from bot.desk.curated import CuratedAnswers
from bot.desk.writing import Written, picked
from bot.messages import Answer
from bot.pages import may_share
from bot.phrases import languages, speak
from bot.settings import Settings
from bot.wording import stands_in
from bot.workshops import pack, papers
from bot.workshops.handout import html, sheet
from bot.workshops.kept import Workshops
from bot.workshops.links import Links
from bot.workshops.markup import FOLDER
from bot.workshops.pack import LARGEST, Entry, Pack, gather
from bot.workshops.papers import Paper
from bot.workshops.printing import pdf
from bot.workshops.starters import starters
from bot.workshops.workshop import Workshop
from corpus.source import PRACTICE
from index.languages import fold
from index.opened import Opened
from scripts import handouts
from tests.doubles import paper
from tests.doubles.bot_api import NAME, BotApi
from tests.doubles.desk import console_at, staffed, visiting
from tests.libraries import copy_library
from tests.test_console_browser import browsing
from tests.test_handouts import HOSTILE, TODAY, Read, made, workshop
from tests.test_serve_telegram import serving
from tests.test_web_browser import CHROMIUM, faults, pictured, scrolls_sideways

BROWSER = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
OLD = "String.prototype.normalize = undefined; window.fetch = undefined;"


@pytest.fixture(scope="session")
def opened(assistant: Assistant) -> Opened:
    return assistant.opened()


def kampala(language: str, opened: Opened, **values: object) -> Workshop:
    questions = starters("", language, opened)
    return workshop(language, **({"topic": "community", "questions": questions} | values))


def plain(asked: str, found: Answer, opened: Opened) -> Answer:
    """No answer of the staff."""
    return found


def gathered(language: str, opened: Opened, **values: object) -> Pack:
    return gather(kampala(language, opened, **values), opened, TODAY, plain)


@pytest.mark.parametrize("language", languages())
def test_it_answers_the_questions_with_quotes_that_stand_in_the_sources(
    language: str, opened: Opened
) -> None:
    held = gathered(language, opened)
    pages = [opened.library.page_text(passage.id) for passage in opened.library.passages()]
    assert len(held.answers) == 5
    assert len(held.passages) > 50
    for entry in (*held.answers, *held.passages):
        quotes = [line.text.strip("“”") for line in entry.lines if line.quote]
        assert quotes
        assert all(any(stands_in(one, page) for page in pages) for one in quotes)
        assert any(span.url for line in entry.lines for span in line.spans)
    page = pack.html(held)
    assert len(page.encode()) < LARGEST
    assert "2026" in held.dates
    assert all(one.number in page for one in held.numbers)
    assert len(held.numbers) > 20


def test_an_answer_of_the_staff_comes_first(
    tmp_path: Path, starter: Settings, opened: Opened
) -> None:
    data = copy_library(starter.exchange_data, tmp_path / "data")
    asked = "Where do we meet on Thursdays, and what for?"
    some = next(iter(opened.library.passages()))
    quotes = (picked(opened.library, some.id),)
    written = Written(text="Under the mango tree.", language="en", quotes=quotes)
    CuratedAnswers(data).keep([(asked, "en")], written)
    settings = Settings(exchange_data=data)
    page = papers.page(Paper.PACK, workshop(questions=(asked,)), settings, lambda: opened)
    assert "Under the mango tree." in page


def test_what_may_not_be_passed_on_is_an_opening_and_practice_is_left_out(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = opened.library
    source = type(library).source
    closed = next(p for p in library.passages() if len(p.text) > 300)

    def told(self: object, id: str) -> object:
        kind = PRACTICE if id != closed.source else "guide"
        return replace(source(library, id), kind=kind, licence="all rights reserved")

    long = replace(closed, summary=False, text=closed.text)
    monkeypatch.setattr(type(library), "source", told)
    held = gather(workshop(topic=closed.text[:200]), opened, TODAY, plain)
    assert len(held.passages) == 1, "all others are practice"
    (whole,) = pack._quoted(closed, library.source(closed.source), library)
    assert whole.text == closed.text, "the Exchange's own words may be passed on"
    (opening,) = pack._quoted(long, library.source(closed.source), library)
    assert len(opening.text) < 310
    assert opening.text in closed.text.replace("\n", " ")
    assert not may_share("all rights reserved")


def test_it_stays_under_its_size_whatever_the_library_holds(opened: Opened) -> None:
    held = gathered("en", opened)
    fat = tuple(replace(one, lines=one.lines * 40) for one in held.passages)
    page = pack.html(replace(held, passages=fat))
    assert len(page.encode()) <= LARGEST
    assert page.count('class="entry"') > 10
    assert held.answers[0].title in page


def test_what_stands_in_it_is_text_and_no_address_but_the_webs_is_a_link(opened: Opened) -> None:
    held = gathered("en", opened, title=HOSTILE[:80], topic=HOSTILE[:80], questions=(HOSTILE,))
    line = held.passages[0].lines[0]
    evil = replace(line.spans[0], text=HOSTILE, url="javascript:alert(3)")
    entry = Entry(title=HOSTILE, lines=(replace(line, spans=(evil,)),))
    page = pack.html(replace(held, passages=(entry,)))
    read = Read()
    read.feed(page)
    assert page.count("<script") == 1
    assert not {"img", "iframe", "link", "object"} & read.tags
    assert not any(name.startswith("on") for name in read.attributes)
    assert not read.loaded
    assert 'href="javascript' not in page
    assert "url(" not in page


def test_its_script_is_ecmascript_5() -> None:
    code = (FOLDER / "pack.js").read_text(encoding="utf-8")
    bare = re.sub(r"//.*|'(?:\\.|[^'\\])*'", "", code)
    assert not re.search(r"=>|`|\b(?:let|const|class|async|await|import|export|fetch)\b", bare)
    assert not re.search(r"\.(?:forEach|includes|closest|classList|hidden)\b", bare)


@BROWSER
@pytest.mark.parametrize("old", [False, True], ids=["new", "old"])
async def test_it_is_searched_without_a_network(opened: Opened, tmp_path: Path, old: bool) -> None:
    """From a file, with the network off. `old`: what a browser of 2013 has not is taken away."""
    file = tmp_path / "pack.html"
    file.write_text(pack.html(gathered("en", opened)), encoding="utf-8")
    async with browsing() as context:
        await context.set_offline(True)
        page = await context.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        if old:
            await page.add_init_script(OLD)
        await page.goto(file.as_uri())
        every = await shown(page)
        await page.get_by_label("Search in this page").fill("FACILITATORS")
        some = await shown(page)
        assert 0 < some < every
        await expect(page.locator("#said")).to_have_text(f"Found: {some}")
        for entry in await page.locator(".entry:visible").all():
            assert "facilitator" in (await entry.inner_text()).lower()
        await page.get_by_label("Search in this page").fill("fácilitâtörs")
        assert await shown(page) == some, "accents make no difference"
        await page.get_by_label("Search in this page").fill("xylophone")
        await expect(page.locator("#said")).to_contain_text("Nothing found")
        await page.get_by_label("Search in this page").fill("")
        assert await shown(page) == every
        assert not await scrolls_sideways(page)
        assert asked == [file.as_uri()]
        assert said == []
        assert await faults(page) == []
        await pictured(page, "pack-en", whole=True)


@BROWSER
@pytest.mark.parametrize("old", [False, True], ids=["new", "old"])
async def test_arabic_is_found_in_any_of_its_spellings(
    opened: Opened, tmp_path: Path, old: bool
) -> None:
    held = gathered("ar", opened)
    title = "كيف نحمي الأطفال في المدرسة؟"
    entry = Entry(title=title, lines=held.passages[0].lines)
    file = tmp_path / "pack.html"
    file.write_text(pack.html(replace(held, answers=(entry,))), encoding="utf-8")
    async with browsing() as context:
        await context.set_offline(True)
        page = await context.new_page()
        if old:
            await page.add_init_script(OLD)
        await page.goto(file.as_uri())
        for query in ("الاطفال", "أَطْفال", "والأطفال", "المدرسه", "مدرسة", "للأطفال"):
            await page.locator("#words").fill(query)
            await expect(page.locator(".entry:visible h3")).to_have_text([title])
        await page.locator("#words").fill("")
        await pictured(page, f"pack-ar-{old}", whole=True)
        assert await page.evaluate("getComputedStyle(document.body).direction") == "rtl"
        assert not await scrolls_sideways(page)


@BROWSER
async def test_it_folds_words_as_the_index_does(opened: Opened, tmp_path: Path) -> None:
    """All letters of the library and of our own texts; the search would miss what differs."""
    texts = [passage.text for passage in opened.library.passages()]
    texts += [pack.html(gathered(language, opened)) for language in languages()]
    letters = sorted({sign for text in texts for sign in text if sign.isalpha()})
    code = (FOLDER / "pack.js").read_text(encoding="utf-8")
    bare = code.replace("  function score(", "  window.folded = fold;\n  function score(")
    file = tmp_path / "pack.html"
    file.write_text(pack.html(gathered("fr", opened)).replace(code, ""), encoding="utf-8")
    async with browsing() as context:
        page = await context.new_page()
        await page.goto(file.as_uri())
        await page.evaluate(bare)
        folded = await page.evaluate(f"{json.dumps(letters)}.map(window.folded)")
    assert folded == [fold(letter) for letter in letters]


@BROWSER
async def test_without_script_it_is_a_list(opened: Opened, tmp_path: Path) -> None:
    file = tmp_path / "pack.html"
    file.write_text(pack.html(gathered("sw", opened)), encoding="utf-8")
    async with browsing() as context:
        assert context.browser is not None
        still = await context.browser.new_context(java_script_enabled=False, offline=True)
        page = await still.new_page()
        await page.goto(file.as_uri())
        assert await page.locator(".entry:visible").count() > 50
        await expect(page.locator("#search")).to_be_hidden()


@BROWSER
@pytest.mark.parametrize("language", languages())
async def test_the_handout_prints_from_a_phones_browser(language: str, tmp_path: Path) -> None:
    async with browsing() as context:
        page = await context.new_page()
        for card in (False, True):
            file = tmp_path / "handout.html"
            file.write_text(html(made(language), card=card), encoding="utf-8")
            await page.goto(file.as_uri())
            assert not await scrolls_sideways(page)
            assert await faults(page) == []
            await pictured(page, f"handout-{language}-{card}", whole=True)
            printed = await page.pdf(prefer_css_page_size=True)
            (sheet_,) = paper.pages(printed)
            assert len(paper.codes(sheet_)) == (12 if card else 3)


async def shown(page: Page) -> int:
    return await page.locator(".entry:visible").count()


def test_the_pack_prints_with_its_links_in_letters(opened: Opened) -> None:
    printed = pdf(pack.html(gathered("en", opened)))
    reader = pypdf.PdfReader(io.BytesIO(printed))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert len(printed) < LARGEST
    assert len(reader.pages) > 5
    assert "communityledcp.org" in text.replace("\n", "")
    assert "Search in this page" not in text
    assert reader.metadata is not None


def test_the_commands_write_both_files(
    tmp_path: Path, starter: Settings, opened: Opened, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    data = copy_library(starter.exchange_data, tmp_path / "data")
    monkeypatch.setenv("EXCHANGE_DATA", str(data))
    monkeypatch.setenv("WEB_URL", "https://bot.example.org/chat")
    kept = Workshops(data)
    code = kept.new(title="Kampala", language="en", country="UG").code
    kept.close()
    folder = tmp_path / "papers"
    handouts.handout(code, card=False, to=folder)
    handouts.handout(code, card=True, to=folder)
    handouts.pack(code, to=folder)
    for name in ("handout", "card", "pack"):
        assert (folder / f"{name}-{code}.html").read_text().startswith("<!DOCTYPE html>")
        assert (folder / f"{name}-{code}.pdf").read_bytes().startswith(b"%PDF")
    assert capsys.readouterr().out.count("written: ") == 6


async def test_a_viewer_takes_them_from_the_console(tmp_path: Path, starter: Settings) -> None:
    data = copy_library(starter.exchange_data, tmp_path / "data")
    staffed(data)
    kept = Workshops(data)
    code = kept.new(title="Kampala", language="en").code
    kept.close()
    settings = Settings(exchange_data=data, web_url="https://bot.example.org/chat")
    async with console_at(settings) as url, visiting(url, "vera") as vera:
        shown = await vera.get(f"/workshops/{code}")
        for name, kind in (("handout.pdf", "application/pdf"), ("pack.html", "text/html")):
            assert f"/console/workshops/{code}/{name}" in shown.text
            response = await vera.get(f"/workshops/{code}/{name}")
            assert response.headers["content-type"].startswith(kind)
            stem, _, ending = name.partition(".")
            disposition = response.headers["content-disposition"]
            assert disposition == f'attachment; filename="{stem}-{code}.{ending}"'
        assert (await vera.get(f"/workshops/{code}/handout.exe")).status_code == 404
        assert (await vera.get(f"/workshops/{code}/secrets.pdf")).status_code == 404
        assert (await vera.get("/workshops/abcd2345/handout.pdf")).status_code == 404
    async with console_at(settings) as url, visiting(url) as stranger:
        response = await stranger.get(f"/workshops/{code}/handout.pdf")
        assert not response.content.startswith(b"%PDF")


async def test_a_code_scanned_from_the_paper_opens_the_workshop(
    tmp_path: Path, starter: Settings
) -> None:
    """From the printed page to the greeting on a phone, over the Bot API."""
    data = copy_library(starter.exchange_data, tmp_path / "data")
    kept = Workshops(data)
    asked = "How do we choose a good facilitator?"
    of = kept.new(title="Kampala, March 2026", language="sw", questions=(asked,))
    kept.close()
    ours = Links(telegram=f"https://t.me/{NAME}?start={of.code}", whatsapp="", web="")
    (page,) = paper.pages(pdf(html(sheet(of, ours, TODAY))))
    (scanned,) = paper.codes(page)
    url = urlsplit(scanned)
    assert (url.netloc, url.path) == ("t.me", f"/{NAME}")
    (payload,) = parse_qs(url.query)["start"]
    async with BotApi() as api, serving(api, data):
        api.say(f"/start {payload}", language="en")  # what Telegram sends when the link is opened
        (greeted,) = await api.sent(1)
    assert "Kampala, March 2026" in greeted.parsed.text
    assert speak("sw")("I am an automated assistant of the Community Child Protection Exchange.")[
        :20
    ] in greeted.parsed.text.replace("\u2068", "").replace("\u2069", "")
