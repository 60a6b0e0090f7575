import csv
from pathlib import Path

import pytest

from index.fusion import information, share
from index.languages import detect, fold, words

GOLDEN = Path(__file__).parent / "golden" / "questions.csv"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is community-led protection?", "en"),
        ("hi", "en"),
        ("asante sana", "sw"),
        ("naeza pata guide ya facilitators?", "sw"),
        ("vous avez koi sur les comites", "fr"),
        ("proteccion de la ninez", "es"),
        ("oq e gestao comunitaria de casos?", "pt"),
        ("ما الفرق؟", "ar"),
        ("حماية الطفل CPMS", "ar"),
        ("What does حماية mean in the guide?", "en"),
    ],
)
def test_the_language_of_a_message(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("text", ["", "?", "123", "😀", "S17"])
def test_a_text_that_tells_nothing_is_in_the_persons_own_language(text: str) -> None:
    assert detect(text, "sw") == "sw"
    assert detect("", None) == "en"
    assert detect("", "xx") == "en"


def test_the_persons_language_does_not_overrule_a_clear_message() -> None:
    assert detect("Quelle est la différence entre les deux approches ?", "en") == "fr"


def test_golden_questions_are_told_apart() -> None:
    with GOLDEN.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["scope"] in ("answer", "abstain")]
    right = [detect(row["question"]) == row["language"] for row in rows]
    assert sum(right) / len(right) >= 0.98


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("protecção", "protecao", "pt"),
        ("niñez", "NINEZ", "es"),
        ("الأطفال", "الاطفال", "ar"),
        ("حمايـــة", "حماية", "ar"),
        ("communities", "community", "en"),
        ("comités", "comite", "fr"),
    ],
)
def test_spellings_of_one_word_meet(one: str, other: str, language: str) -> None:
    assert words(one, language) == words(other, language)


def test_words_have_no_signs_that_a_query_could_trip_over() -> None:
    assert words("a_b-c \"d\" 'e' NEAR(f*)", "sw") == ["a", "b", "c", "d", "e", "near", "f"]
    assert fold("ÀÉ") == "ae"


def test_rare_words_tell_more_and_a_share_is_of_the_whole_question() -> None:
    assert information(1, 100) > information(40, 100) > 0
    nats = {"rare": 3.0, "common": 1.0}
    assert share(["rare", "other"], nats) == 0.75
    assert share([], nats) == 0
    assert share(["rare"], {}) == 0
