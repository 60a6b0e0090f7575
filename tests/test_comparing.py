import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.comparing import sides_of

GOLDEN = Path(__file__).parent / "golden" / "questions.csv"


@pytest.mark.parametrize(
    ("language", "question", "one", "other"),
    [
        ("en", "What is the difference between foster care and kinship care?", "foster care",
         "kinship care"),
        ("en", "community-based versus community-led", "community-based", "community-led"),
        ("en", "Compare top-down with bottom-up work", "top-down", "bottom-up work"),
        ("en", "How does case management differ from counselling?", "case management",
         "counselling"),
        ("en", "Which is better: an institution or a family?", "an institution", "a family"),
        ("sw", "Kuna tofauti gani kati ya malezi ya taasisi na malezi ya familia?",
         "malezi ya taasisi", "malezi ya familia"),
        ("sw", "Ulinzi wa jamii unatofautianaje na ulinzi wa serikali?", "Ulinzi wa jamii",
         "ulinzi wa serikali"),
        ("fr", "Quelle est la différence entre le tuteur et le parent ?", "le tuteur", "le parent"),
        ("fr", "En quoi la médiation diffère-t-elle de la justice ?", "la médiation", "la justice"),
        ("es", "¿En qué se diferencia la acogida de la adopción?", "la acogida", "la adopción"),
        ("es", "diferencia entre riesgo y daño", "riesgo", "daño"),
        ("pt", "Qual é a diferença entre risco e dano?", "risco", "dano"),
        ("pt", "Em que difere a adoção da tutela?", "a adoção", "tutela"),
        ("ar", "ما الفرق بين الرعاية المؤسسية والرعاية الأسرية؟", "الرعاية المؤسسية",
         "الرعاية الأسرية"),
        ("ar", "كيف تختلف الوساطة عن القضاء؟", "الوساطة", "القضاء"),
    ],
)  # fmt: skip
def test_both_sides_are_named_in_the_questions_own_words(
    language: str, question: str, one: str, other: str
) -> None:
    assert sides_of(question, language) == (one, other)


def test_of_several_joints_the_one_in_the_middle_parts_the_sides() -> None:
    question = "What is the difference between boys and girls in camps and boys and girls in towns?"
    assert sides_of(question, "en") == ("boys and girls in camps", "boys and girls in towns")


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "What is the difference?"),
        ("en", "How can children and parents take part?"),
        ("sw", "Nifanye nini kuhusu ukatili dhidi ya watoto?"),
        ("es", "¿Qué comparten los comités con las familias?"),
        ("ar", "ما الفرق؟"),
        ("xx", "difference between a bee and an ant"),
    ],
)
def test_a_question_that_compares_nothing_has_no_sides(language: str, question: str) -> None:
    assert sides_of(question, language) == ()


def test_golden_comparisons_are_seen_in_every_language_and_nothing_else() -> None:
    with GOLDEN.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    seen = [row["same"] for row in rows if sides_of(row["question"], row["language"])]
    assert seen == ["led or based"] * 6


@given(st.text(), st.sampled_from(["en", "sw", "fr", "es", "pt", "ar"]))
def test_sides_are_words_of_the_question(question: str, language: str) -> None:
    for side in sides_of(f"difference between {question} and b c", language):
        assert side in f"difference between {question} and b c"
