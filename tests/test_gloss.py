"""English terms of the field for the words of a question."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.gloss import GLOSSARY, LANGUAGES, gloss


def test_the_glossary_holds_the_field() -> None:
    with GLOSSARY.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 300
    assert set(LANGUAGES) - {"en"} <= set(rows[0])
    assert all(row["english"] for row in rows)
    for language in ("sw", "fr", "es", "pt", "ar"):
        assert sum(bool(row[language]) for row in rows) >= 200, language


@pytest.mark.parametrize(
    ("language", "text", "terms"),
    [
        ("sw", "Kamati za ulinzi wa watoto hufanya nini?", {"child protection committee"}),
        ("sw", "tunawezaje kuwasikiliza watoto", {"listening", "child"}),  # inside a long verb
        ("fr", "le mécanisme communautaire de protection de l'enfance", {"community-based child"}),
        ("es", "matrimonio infantil", {"child marriage"}),
        ("pt", "casamento infantil", {"child marriage"}),
        ("ar", "ما هو زواج الأطفال", {"child marriage"}),
        ("rw", "kurengera abana", {"child protection"}),
        ("so", "ilaalinta carruurta", {"child protection"}),
        ("am", "የህፃናት ጥበቃ", {"child protection"}),
        ("lg", "okukuuma abaana", {"child protection"}),
    ],
)
def test_the_longest_match_wins(language: str, text: str, terms: set[str]) -> None:
    found = gloss(text, language)
    for term in terms:
        assert any(name.startswith(term) for name in found), (term, found)


def test_accents_and_capitals_do_no_harm() -> None:
    assert gloss("MECANISME COMMUNAUTAIRE DE PROTECTION DE L'ENFANCE", "fr") == gloss(
        "mécanisme communautaire de protection de l'enfance", "fr"
    )


@pytest.mark.parametrize(("language", "acronym"), [("fr", "SMPE"), ("es", "NMPNA"), ("en", "CPMS")])
def test_acronyms_that_differ_by_language_meet(language: str, acronym: str) -> None:
    assert gloss(acronym, language)[0].startswith(("minimum standards", "CPMS"))


def test_what_it_does_not_hold_is_left_out() -> None:
    assert gloss("zzyzx qwrty", "sw") == []
    assert gloss("child protection", "xx") == []


@given(st.text(max_size=200), st.sampled_from(LANGUAGES))
def test_no_text_breaks_it_and_no_term_comes_twice(text: str, language: str) -> None:
    found = gloss(text, language)
    assert len(found) == len(set(found))
