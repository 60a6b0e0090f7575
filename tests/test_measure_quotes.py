"""The questions with known answers are sound, and so is the measure."""

import csv
import zlib
from collections import Counter
from pathlib import Path

import pytest

from bot.comparing import sides_of
from scripts.measure_quotes import (
    GOLDEN,
    _jsonl,
    asked_of,
    beir_index,
    holds,
    interval,
    outcome,
    spans,
)

SHARED = Path(__file__).resolve().parents[2] / "shared"
SPANS = spans(GOLDEN / "spans.csv")


def rows(name: str) -> list[dict[str, str]]:
    with (GOLDEN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_answer_stands_as_a_whole_whatever_the_white_space() -> None:
    assert holds("They gave 6,000\ndignity kits.", ["dignity kits", "x"])
    assert not holds("They gave 16,000 kits.", ["6,000"])
    assert holds("قتل 7 إلى 10 في المئة", ["7 إلى 10"])


def test_wilsons_interval_holds_the_share_and_narrows() -> None:
    low, high = interval(69, 71)
    assert low < 69 / 71 < high < 1
    assert round(low, 2) == 0.9
    assert interval(0, 0) == (0.0, 1.0)


def test_both_halves_are_alike() -> None:
    for answers in SPANS.values():
        odd = sum(zlib.crc32(id.encode()) % 2 for id in answers)
        assert odd * 2 == len(answers) == 48
    by_language = Counter(row["language"] for row in rows("document_questions.csv"))
    assert min(by_language[code] for code in ("en", "sw", "fr", "es", "pt", "ar")) >= 6


def test_every_comparing_question_is_seen_to_compare() -> None:
    unseen = [
        row["question"]
        for row in rows("comparing_questions.csv")
        if not sides_of(row["question"], row["language"])
    ]
    assert unseen == []


@pytest.mark.skipif(
    not (SHARED / "bench").exists(), reason="the public sets lie in ../shared/bench"
)
@pytest.mark.parametrize("name", SPANS)
def test_every_span_stands_in_its_paragraph(name: str) -> None:
    folder = SHARED / "bench" / name
    texts = {row["id"]: row["text"] for row in _jsonl(folder / "corpus.jsonl")}
    for asked in asked_of(folder, SPANS[name]):
        for answer in asked.answers:
            assert holds(texts[asked.source], [answer]), (asked.id, answer)


@pytest.mark.skipif(
    not (SHARED / "documents").exists(), reason="the real documents lie in ../shared/documents"
)
def test_every_answer_stands_in_its_document() -> None:
    for row in rows("document_questions.csv"):
        if row["file"].endswith(".md"):
            text = (SHARED / "documents" / row["file"]).read_text("utf-8")
            assert holds(text, row["answers"].split("|")), row["question"]


def test_a_set_is_built_asked_and_counted(tmp_path: Path, data: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    texts = {
        "p1": "Elders meet under the old fig tree. They decide on the school there.",
        "p2": "The clinic is open on Monday. Nurses see forty children a day.",
    }
    (folder / "corpus.jsonl").write_text(
        "\n".join(
            f'{{"id": "{id}", "title": "", "text": "{text}", "lang": "en"}}'
            for id, text in texts.items()
        )
    )
    (folder / "queries.jsonl").write_text(
        '{"id": "q1", "text": "How many children do the nurses see?", "lang": "en"}'
    )
    (folder / "qrels.tsv").write_text("q1\tp2\t1")
    opened = beir_index(folder, data)
    (right,) = asked_of(folder, {"q1": ("forty",)})
    came = outcome(opened, right)
    assert (came.found, came.quoted, came.verified) == (True, True, True)
    (wrong,) = asked_of(folder, {"q1": ("fifty",)})
    assert not outcome(opened, wrong).found
