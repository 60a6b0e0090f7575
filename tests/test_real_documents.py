"""Real documents in the starter library, asked about, and read: the true page and its link."""

import csv
import re
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from bot import app, upkeep
from bot.asking import answer
from bot.assistant import Assistant
from bot.quoting import SHOWN
from bot.settings import Settings
from corpus.adding import Details
from corpus.report import Fate
from scripts.measure_quotes import holds
from tests.libraries import copy_library

DOCUMENTS = Path(__file__).resolve().parents[2] / "shared" / "documents"
REPORT = DOCUMENTS / "unicef-haiti-flash-report-2025.pdf"
QUESTIONS = Path(__file__).parent / "golden" / "document_questions.csv"
COMMUNIQUE = DOCUMENTS / "entebbe-communique-2018.md"

pytestmark = pytest.mark.skipif(
    not REPORT.exists(), reason="the real documents lie beside the project, in ../shared/documents"
)


@pytest.fixture(scope="module")
def reader(starter: Settings, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """An assistant over the starter library and two real documents."""
    data = tmp_path_factory.mktemp("real") / "data"
    copy_library(starter.exchange_data, data)
    settings = Settings(exchange_data=data)
    for path, details in ((REPORT, Details()), (COMMUNIQUE, Details(source="S001"))):
        (row,), _ = upkeep.add_documents(
            settings, [str(path)], details, lambda *_: None, lambda _: None
        )
        assert row.fate is Fate.ADDED
    return app.open_assistant(settings)


@pytest.mark.parametrize(
    "question",
    [
        "How many people were displaced by the hurricane in Haiti?",
        "Combien de personnes ont été déplacées par l'ouragan en Haïti ?",
        "¿Cuántas personas fueron desplazadas por el huracán en Haití?",
    ],
)
def test_a_question_about_a_report_is_answered_with_its_true_page(
    reader: Assistant, question: str
) -> None:
    answer = reader.answer(question)
    assert answer.answered
    quotes = [quote for quote in answer.quotes if quote.page is not None]
    assert quotes
    document = pypdfium2.PdfDocument(REPORT)
    for quote in quotes:
        page = document[quote.page - 1].get_textpage().get_text_range()  # type: ignore[operator]
        told = set(re.findall(r"\d[\d,. ]*\d", quote.text))
        assert all(number in " ".join(page.split()) for number in told), (quote, told)
    document.close()
    first = answer.sources[0]
    assert first.url == f"{REPORT.resolve().as_uri()}#page={first.page}"


def test_the_full_text_of_a_catalogued_source_carries_the_catalogues_link(
    reader: Assistant,
) -> None:
    answer = reader.answer("What was agreed in Entebbe about funding for community-led work?")
    assert answer.answered
    own_words = [quote for quote in answer.quotes if not quote.summary]
    assert own_words
    (communique,) = [citation for citation in answer.sources if citation.source == "S001"]
    assert communique.year == "2018"
    assert communique.url.startswith("http://childprotectionforum.org/")


def test_the_quotes_hold_the_answer_to_most_questions_about_the_documents(
    reader: Assistant,
) -> None:
    """A floor, so that a fall is seen; the figures for all documents stand in index/README.md."""
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        rows = [
            row for row in csv.DictReader(file) if row["file"] in (REPORT.name, COMMUNIQUE.name)
        ]
    opened = reader._opened()
    forced = replace(opened, judge=replace(opened.judge, threshold=0.0))
    held = []
    for row in rows:
        hits = opened.index.search(row["question"], row["language"], SHOWN)
        if any(holds(hit.passage.text, row["answers"].split("|")) for hit in hits):
            quotes = answer(forced, row["question"], row["language"]).quotes
            held.append(any(holds(quote.text, row["answers"].split("|")) for quote in quotes))
    assert len(held) >= 4, "the passages are found"
    assert sum(held) / len(held) >= 0.6
