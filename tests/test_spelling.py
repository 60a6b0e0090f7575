"""SMS spelling, Sheng and street Swahili, spelled out before anything is looked for."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.spelling import TABLE, spelled
from index.languages import SPOKEN
from tests.test_turns import ROOT


@pytest.mark.parametrize(
    ("language", "written", "meant"),
    [
        ("sw", "wtt wa mtaani", "watoto wa mtaani"),
        ("sw", "Mtoi na mathee", "mtoto na mama"),
        ("sw", "karao wako wapi?", "polisi wako wapi?"),
        ("sw", "kwann wa2to hawaendi skul", "kwa nini watoto hawaendi shule"),
        ("fr", "c koi un comité, pr ki ?", "c'est quoi un comité, pour qui ?"),
        ("fr", "le rôle des enfts ds la communauté", "le rôle des enfants dans la communauté"),
        ("en", "hw do u protect chn", "how do you protect children"),
        ("es", "xq ayudan a lxs niñxs", "por qué ayudan a lxs niños"),
        ("pt", "pq vc protege as crçs", "porque você protege as crianças"),
    ],
)
def test_short_forms_are_spelled_out(language: str, written: str, meant: str) -> None:
    assert spelled(written, language) == meant


@pytest.mark.parametrize(
    ("language", "text"),
    [("fr", "le PR et l'ONG ST"), ("fr", "qu'est-ce que j'ai"), ("sw", "chuo cha ualimu"),
     ("en", "write to u@example.org"), ("ar", "كيف"), ("xx", "pk")],
)  # fmt: skip
def test_acronyms_parts_of_words_and_other_languages_stay(language: str, text: str) -> None:
    assert spelled(text, language) == text


@given(st.text(max_size=80), st.sampled_from(SPOKEN))
def test_no_text_breaks_it_and_twice_is_as_good_as_once(text: str, language: str) -> None:
    once = spelled(text, language)
    assert spelled(once, language) == once


def test_no_form_stands_twice_and_none_is_meant_by_another() -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    forms = [(row["language"], form) for row in rows for form in row["written"].split(";")]
    assert len(forms) == len(set(forms))
    for row in rows:
        assert spelled(row["meant"], row["language"]) == row["meant"]


def test_no_question_in_whole_words_is_changed() -> None:
    """Standard words that a form would spoil: the golden questions hold next to no short forms."""
    with (ROOT / "tests/golden/questions.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    changed = [
        row["question"]
        for row in rows
        if spelled(row["question"], row["language"]) != row["question"]
    ]
    assert len(changed) <= 10, changed
