"""Real files, which lie beside the project and are not part of it."""

from functools import cache
from itertools import pairwise
from pathlib import Path

import pypdfium2
import pytest

from corpus.document import Block, Document
from corpus.passages import split
from corpus.sandbox import read_document

FOLDER = Path(__file__).resolve().parents[1].parent / "shared" / "documents"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/documents is not there")

SPOTLIGHT = "unicef-child-protection-spotlight-2024.pdf"
FLASH = "unicef-haiti-flash-report-2025.pdf"
RESPONSE = "hurricane-response-situation-report-2026.pdf"
VIOLENCE = "gbv-subcluster-situation-report-haiti-2025.pdf"
CONVENTION = "convention-on-the-rights-of-the-child.md"
COMMUNIQUE = "entebbe-communique-2018.md"
POLICY = "kenyan-ngo-child-policy.md"
PDFS = (SPOTLIGHT, FLASH, RESPONSE, VIOLENCE)
LANGUAGES = {"eng": "en", "swh": "sw", "fra": "fr", "spa": "es", "por_PT": "pt", "arb": "ar"}


@cache
def read(name: str) -> Document:
    return read_document((FOLDER / name).read_bytes(), name)


def blocks(name: str) -> list[Block]:
    return [block for page in read(name).pages for block in page.blocks]


def headings(name: str) -> list[str]:
    return [block.text for block in blocks(name) if block.level]


def page_with(name: str, words: str) -> int | None:
    (number,) = {page.number for page in read(name).pages if words in page.text}
    return number


@pytest.mark.parametrize("name", PDFS)
def test_every_page_is_there(name: str) -> None:
    with pypdfium2.PdfDocument(FOLDER / name) as pdf:
        count = len(pdf)
    assert [page.number for page in read(name).pages] == list(range(1, count + 1))


@pytest.mark.parametrize(
    ("name", "words", "page"),
    [
        (SPOTLIGHT, "7.29 million births", 9),
        (SPOTLIGHT, "Sweden | 7,710,100", 3),
        (SPOTLIGHT, "12-year-old girl was assaulted", 11),
        (FLASH, "4,175 children across the departments", 2),
        (FLASH, "three fatalities and sixteen injuries", 1),
        (RESPONSE, "300 in Nord-Ouest", 3),
        (RESPONSE, "302 children with severe acute malnutrition", 2),
        (VIOLENCE, "180 rape cases", 1),
    ],
)
def test_a_fact_is_on_its_true_page(name: str, words: str, page: int) -> None:
    assert page_with(name, words) == page


def test_furniture_is_gone_and_named() -> None:
    assert {page.label for page in read(FLASH).pages} == {"1", "2", "3"}
    assert [page.label for page in read(SPOTLIGHT).pages] == [str(n) for n in range(1, 14)]
    assert any("Spotlight on the Global" in line for line in read(SPOTLIGHT).dropped)
    for page in read(SPOTLIGHT).pages[1:12]:
        assert "Spotlight on the Global Child Protection Thematic Fund" not in page.text.split("\n")
        assert not any(block.text in {"UNICEF", page.label} for block in page.blocks)


def test_headings_of_the_reports_are_found() -> None:
    assert headings(VIOLENCE)[2:] == [
        "Highlights",
        "Situation Overview",
        "Response",
        "Needs and Challenges",
    ]
    assert [text for text in ("Health", "Nutrition", "WASH") if text in headings(FLASH)] == [
        "Health",
        "Nutrition",
        "WASH",
    ]
    assert "Water, Sanitation and Hygiene (WASH)" in headings(RESPONSE)
    wanted = ["2. Financial results", "Workforce development", "5. Impact story"]
    assert [text for text in headings(SPOTLIGHT) if text in wanted] == wanted


def test_the_title_that_is_drawn_last_comes_first() -> None:
    assert read(RESPONSE).pages[0].blocks[0].text == "HAITI: Hurricane Melissa Response"
    assert read(FLASH).pages[0].blocks[0].text == "Haiti"


def test_compounds_at_line_ends_keep_their_hyphens() -> None:
    text = "\n".join(page.text for name in (SPOTLIGHT, RESPONSE) for page in read(name).pages)
    for word in ("awareness-raising", "Petit-Goâve", "front-line workers", "evidence-based"):
        assert word in text
        assert word.replace("-", "") not in text


def test_bullets_of_the_reports_are_items() -> None:
    assert sum(block.item for block in read(RESPONSE).pages[0].blocks) == 6
    assert sum(block.item for block in read(VIOLENCE).pages[0].blocks) == 5
    (pages,) = {sum(block.item for block in read(SPOTLIGHT).pages[4].blocks)}
    assert pages == 3


def test_articles_of_the_convention_are_headings() -> None:
    found = [text for text in headings(CONVENTION) if text.startswith("Article ")]
    assert found == [f"Article {number}" for number in range(1, 55)]
    passages = split(read(CONVENTION), "crc", "en")
    views = [p for p in passages if "capable of forming his or her own views" in p.text]
    assert [p.headings[-2:] for p in views] == [("PART I", "Article 12")]


def test_the_communiques_points_are_items_with_their_lead_in() -> None:
    assert sum(block.item for block in blocks(COMMUNIQUE)) == 11
    passages = split(read(COMMUNIQUE), "entebbe", "en")
    (first,) = [p for p in passages if "These include:" in p.text]
    assert "bottom-up policy and programming work" in first.text


def test_the_policys_table_and_bold_headings() -> None:
    assert "Child | Persons who are under 18 years of age" in [b.text for b in blocks(POLICY)]
    assert {"Guiding Principles", "At registration"} <= set(headings(POLICY))
    assert not any("**" in block.text or block.text.startswith("_") for block in blocks(POLICY))


@pytest.mark.parametrize("key", LANGUAGES)
def test_the_declaration_in_every_language(key: str) -> None:
    document = read(f"udhr_{key}.xml")
    assert document.language == LANGUAGES[key]
    levels = [block.level for block in document.pages[0].blocks if block.level]
    assert levels == [1, *[2] * 31]
    assert sum(block.item for block in document.pages[0].blocks) == 32


@pytest.mark.parametrize(
    "name", [*PDFS, CONVENTION, COMMUNIQUE, POLICY, *(f"udhr_{key}.xml" for key in LANGUAGES)]
)
def test_passages_of_real_files(name: str) -> None:
    document = read(name)
    passages = split(document, name, document.language or "en")
    assert len({passage.id for passage in passages}) == len(passages)
    lengths = [len(passage.text.split()) for passage in passages]
    assert max(lengths) <= 180
    assert sum(length >= 40 for length in lengths) >= 0.6 * len(lengths)
    pages = {page.number: " ".join(page.text.split()) for page in document.pages}
    for passage in passages:
        assert all(line in pages[passage.page] for line in passage.text.splitlines())
    assert all((one.page or 0) <= (two.page or 0) for one, two in pairwise(passages))
