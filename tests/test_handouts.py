"""Handout and cards as they come out of a printer: one page, six languages, codes that scan."""

import io
import subprocess
import sys
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pypdf
import pytest

from bot.phrases import languages, speak
from bot.safeguarding.cards import DANGER
from bot.safeguarding.helplines import helplines, of_country
from bot.workshops import printing
from bot.workshops.handout import CARD, SIZES, Sheet, html, sheet
from bot.workshops.kept import BadWorkshop
from bot.workshops.links import Links
from bot.workshops.printing import NotPrinted, pdf
from bot.workshops.starters import offered
from bot.workshops.workshop import Workshop
from tests.doubles import paper

ROOT = Path(__file__).resolve().parents[1]
TODAY = date(2026, 3, 2)
LINKS = Links(
    telegram="https://t.me/exchange_bot?start=abcd2345",
    whatsapp="https://wa.me/256700000000?text=%2Fstart%20abcd2345",
    web="https://bot.example.org/chat?lang=en&w=abcd2345",
)
URLS = [LINKS.telegram, LINKS.whatsapp, LINKS.web]
# Where each language is spoken and helplines are held; the second of Palestine is long.
COUNTRY = {"en": "UG", "sw": "TZ", "fr": "CD", "es": "CO", "pt": "MZ", "ar": "PS"}
MARGIN = 3  # millimetres that stay white at the foot of a card
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> {{ 7*7 }} &lt;b&gt;"


def workshop(language: str = "en", **values: object) -> Workshop:
    plain = {
        "code": "abcd2345", "title": "Kampala 2026", "language": language, "created": 0.0,
        "country": COUNTRY[language], "questions": offered(speak(language))[:5],
    }  # fmt: skip
    return Workshop(**(plain | values))  # type: ignore[arg-type]


def made(language: str = "en", links: Links = LINKS, **values: object) -> Sheet:
    return sheet(workshop(language, **values), links, TODAY)


def longest(language: str, length: int, title: int) -> Workshop:
    """A workshop of real words with five questions of this length, a title and a topic."""
    words = " ".join(offered(speak(language)))
    questions = tuple((words[at * 40 :] + words)[:length] for at in range(5))
    return workshop(
        language, title=words[:title], topic=words[50 : 50 + title], questions=questions
    )


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("card", [False, True], ids=["page", "card"])
def test_it_is_one_page_of_a4_and_its_codes_scan_in_black_and_white(
    language: str, card: bool
) -> None:
    printed = pdf(html(made(language), card=card))
    (page,) = paper.pages(printed)
    assert page.width / paper.DOTS == pytest.approx(595.3, abs=1)
    assert page.height / paper.DOTS == pytest.approx(841.9, abs=1)
    scanned = paper.codes(page.point([255 if value > 127 else 0 for value in range(256)]))
    inward = URLS[::-1] if language == "ar" else URLS  # Telegram stands where reading begins
    assert scanned == (inward * 2 + inward * 2 if card else inward)


@pytest.mark.parametrize("language", languages())
def test_all_that_must_stand_on_it_does(language: str) -> None:
    of = made(language)
    shown = words(html(of))
    say = speak(language)
    for text in (*of.questions, *of.not_this, of.report, say(DANGER), *of.how, of.kept, of.join):
        assert plainly(text) in shown
    for line in of_country(COUNTRY[language])[:2]:
        assert line.number in shown
        assert line.service in shown
        assert str(line.checked.year) in shown
    assert "t.me/exchange_bot?start=abcd2345" in shown
    assert shown.count("___") == 0


def test_a_country_without_a_checked_number_leaves_a_line_to_write_on() -> None:
    held = {line.code for line in helplines() if line.shown}
    without = next(code for code in ("IS", "NZ", "FI") if code not in held)
    of = made("en", country=without)
    assert of.numbers == ()
    assert "The helpline here:" in words(html(of))
    assert "The helpline here:" in words(html(of, card=True))
    assert "The helpline here:" not in words(html(made("en")))


@pytest.mark.parametrize(
    ("language", "most"),
    [(language, 9999) for language in languages()]
    + [(language, most) for language in ("ar", "fr") for most, _ in SIZES],
)
def test_whatever_a_trainer_types_fits(language: str, most: int) -> None:
    """At the longest that is taken; in two scripts at the ends of each size of letters, too."""
    title = min(80, most // 8)
    lines = sum(len(line.service) for line in of_country(COUNTRY[language])[:2])
    length = min(150, (most - 2 * title - lines) // 5)
    of = sheet(longest(language, length, title), LINKS, TODAY)
    (page,) = paper.pages(pdf(html(of)))
    box = paper.ink(page)
    assert box is not None
    assert box[3] < page.height * 0.965
    (page,) = paper.pages(pdf(html(of, card=True)))
    foot = page.height * 148 // 297
    last = (9, foot - page.height * MARGIN // 297, page.width // 2 - 9, foot - 3)
    assert paper.ink(page.crop(last)) is None, "the card's last line is not cut"
    assert len(of.few) >= 1
    assert sum(map(len, of.few)) <= CARD or len(of.few) == 1


def test_arabic_is_shaped_and_runs_from_right_to_left() -> None:
    """Words are drawn joined, from our font, and the heading stands at the right edge."""
    printed = pdf(html(made("ar", title="حماية")))
    assert any("Naskh" in name for name in fonts(printed))
    (page,) = paper.pages(printed)
    half, head = page.width // 2, page.height // 9
    assert paper.ink(page.crop((0, 0, half, head))) is None
    assert paper.ink(page.crop((half, 0, page.width, head))) is not None


def fonts(pdf: bytes) -> list[str]:
    (page,) = pypdf.PdfReader(io.BytesIO(pdf)).pages
    held = page["/Resources"]["/Font"]  # type: ignore[index]
    return [str(font.get_object()["/BaseFont"]) for font in held.values()]


def test_a_network_that_is_not_set_up_has_no_code_and_none_at_all_is_told() -> None:
    only = replace(LINKS, whatsapp="", web="")
    (page,) = paper.pages(pdf(html(made(links=only))))
    assert paper.codes(page) == [LINKS.telegram]
    with pytest.raises(BadWorkshop, match="TELEGRAM_TOKEN"):
        made(links=Links(telegram="", whatsapp="", web=""))


@pytest.mark.parametrize("card", [False, True])
def test_what_a_trainer_types_is_text_and_nothing_else(card: bool) -> None:
    of = made(title=HOSTILE[:80], topic=HOSTILE[:80], questions=(HOSTILE,))
    page = html(of, card=card)
    read = Read()
    read.feed(page)
    assert not {"script", "img", "iframe", "link", "object"} & read.tags
    assert not any(name.startswith("on") for name in read.attributes)
    assert HOSTILE in words(page)
    assert len(paper.pages(pdf(page))) == 1


def test_it_needs_nothing_from_elsewhere() -> None:
    page = html(made())
    read = Read()
    read.feed(page)
    assert not read.loaded
    assert "url(" not in page
    assert "@import" not in page


def test_a_page_reads_no_file_and_no_network() -> None:
    plain = len(pdf("<p>1"))
    asked = '<p>1<img src="file:///etc/hostname"><link rel=stylesheet href="file:///etc/passwd">'
    assert abs(len(pdf(asked)) - plain) < 400, "the picture is not there"


def test_without_pango_the_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """WeasyPrint's own way to fail, in a child where no library of the system is found."""
    code = (
        "import cffi\n"
        "def none(self, name, *flags): raise OSError(f'cannot load library {name!r}')\n"
        "cffi.FFI.dlopen = none\n"
        "from bot.workshops.printing import _main\n"
        "_main()\n"
    )
    monkeypatch.setattr(printing, "_COMMAND", (sys.executable, "-c", code))
    with pytest.raises(NotPrinted, match=r"apt-get install libpango-1\.0-0"):
        pdf("<p>1")


def test_a_child_that_breaks_down_or_hangs_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "_COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))
    with pytest.raises(NotPrinted, match="status 3"):
        pdf("<p>1")
    monkeypatch.setattr(printing, "LIMITS", replace(printing.LIMITS, seconds=0.5))
    hang = (sys.executable, "-c", "import time; time.sleep(60)")
    monkeypatch.setattr(printing, "_COMMAND", hang)
    with pytest.raises(NotPrinted, match=r"longer than 0\.5 seconds"):
        pdf("<p>1")


def test_who_answers_never_loads_what_prints() -> None:
    code = "import sys, bot.app, bot.workshops.papers; print('weasyprint' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "False"


class Read(HTMLParser):
    """The words of a page, its elements, and what it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.loaded += [str(value) for name, value in attrs if name in ("src", "srcset", "data")]
        self.loaded += [str(dict(attrs)["href"]) for _ in range(tag in ("link", "use"))]

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def words(page: str) -> str:
    read = Read()
    read.feed(page)
    return plainly("".join(read.said))


def plainly(text: str) -> str:
    return " ".join(text.replace("\u200e", "").split())
