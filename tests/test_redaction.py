"""What tells who a child is does not come through; the figures stand in README.md."""

import csv
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import names
from bot.redaction import MARK, Kind, private, redact
from index.calibration import QUESTIONS
from scripts import given_names
from tests.redaction.measure import clean, messages, recall

GOLDEN = Path(__file__).parent / "golden" / "questions.csv"
ROOT = Path(__file__).parents[1]
HELD = [message for message in messages() if message.held]


@pytest.mark.parametrize(
    ("kind", "floor"),
    [("name", 0.8), ("phone", 0.95), ("email", 1.0), ("id", 0.85), ("place", 0.8)],
)
def test_a_floor_under_what_was_measured_on_the_half_held_back(kind: str, floor: float) -> None:
    found, marked = recall(HELD, "kind")[kind]
    assert found / marked >= floor


def test_the_messages_are_264_and_each_language_has_both_halves() -> None:
    every = messages()
    assert len({message.text for message in every}) == 264
    for language in ("en", "sw", "fr", "es", "pt", "ar"):
        assert sum(m.language == language for m in every) >= 42
        assert sum(m.language == language for m in HELD) >= 10


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("A boy from kawangware is beaten.", "kawangware"),
        ("Amina of Kibera is beaten.", "Kibera"),
        ("she lives in mathare with him", "mathare"),
        ("Anatoka likoni na ana miaka kumi.", "likoni"),
        ("Elle habite à pikine.", "pikine"),
        ("Él viene de petare.", "petare"),
        ("Ela mora em munhava.", "munhava"),
        ("هي تعيش في الزعتري الآن", "الزعتري"),
    ],
)
def test_a_place_after_of_or_from_goes_also_in_small_letters(text: str, gone: str) -> None:
    assert gone not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "What should happen to child detention under the policy?",
        "Do children from Kenya and children from poor families take part?",
        "A child from another school lives in fear.",
        "The Ministry of Health and the role of Elders",
        "ما هي خطوات متابعة حالة طفل من تحديدها إلى إغلاقها؟",
    ],
)
def test_of_and_from_name_no_place_where_they_name_none(text: str) -> None:
    assert redact(text) == text


def test_the_lists_of_names_are_what_the_script_makes() -> None:
    assert set(names.every_given_name()) == set(given_names.given())
    assert set(names.family_names()) == set(given_names.family())


def test_the_answering_process_does_not_load_the_maker_of_names() -> None:
    code = (
        "import sys; from bot import app, redaction; redaction.redact('Amina told me');"
        " sys.exit('faker' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_what_holds_nothing_private_is_left_as_it_is() -> None:
    lost, every = clean(HELD)
    assert lost / every <= 0.1


def test_the_questions_of_practitioners_are_asked_as_they_were_written() -> None:
    texts = []
    for path in (QUESTIONS, GOLDEN):
        with path.open(encoding="utf-8") as file:
            texts += [row["question"] for row in csv.DictReader(file)]
    changed = [text for text in texts if private(text)]
    assert len(changed) / len(texts) <= 0.01, changed


def test_one_message_with_all_kinds() -> None:
    text = (
        "Amina Juma, 14, lives in the village of Nyabondo. Her ID number is 12345678, her"
        " mother's phone is 0712 345 678, mail a.juma@example.org."
    )
    assert {found.kind for found in private(text)} == set(Kind)
    assert redact(text).count(MARK) == 5


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_taken_and_keeps_all_that_is_not_private(text: str) -> None:
    found = private(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(0 <= p.start < p.end <= len(text) for p in found)
    assert len(redact(text)) == len(text) + sum(1 - (p.end - p.start) for p in found)


@pytest.mark.parametrize("text", ["a", "A", "Aa ", "1 ", "A-", "id ", "a.b", "قرية ", "12-", "@a."])
def test_no_text_takes_long(text: str) -> None:
    private("Warm up.")
    started = time.perf_counter()
    private((text * 1000)[:1000])
    assert time.perf_counter() - started < 1.0
