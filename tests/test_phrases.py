"""Every text that people read exists in every language, and keeps its places for values."""

import ast
import re
import shutil
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2.ext import GETTEXT_FUNCTIONS, babel_extract

from bot import cards, phrases, replies
from bot.app import APOLOGY
from bot.console import needs, web
from bot.phrases import language_name, own_name, review, speak
from bot.safeguarding import cards as safety
from index.languages import SPOKEN

ROOT = Path(__file__).resolve().parents[1]
SAYING = ("say", "BadAnswer", "BadProposal", "Running")
TRANSLATED = [language for language in SPOKEN if language != "en"]


def catalogue(language: str) -> dict[str, str]:
    with (ROOT / "bot" / "phrases" / f"{language}.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


def spoken_texts() -> set[str]:
    """Every literal that the code hands to a translation, found in the code itself."""
    said: set[str] = set()
    for path in (ROOT / "bot").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                called = ast.unparse(node.func)
                last = node.args[-1] if called.endswith("notice") else node.args[0]
                wanted = (
                    called in SAYING or called.startswith("speak(") or called.endswith("notice")
                )
                if wanted and isinstance(last, ast.Constant) and isinstance(last.value, str):
                    said.add(last.value)
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Section":
                labels = [one.value for one in node.keywords if one.arg == "label"]
                said |= {str(one.value) for one in labels if isinstance(one, ast.Constant)}
    return (
        said
        | templates_texts()
        | web.TEXTS
        | needs.TEXTS
        | safety.TEXTS
        | {APOLOGY, *replies._KINDS.values(), *cards._KIND_NAMES.values(), cards.GONE}
    )


def templates_texts() -> set[str]:
    """Every literal of the console's templates."""
    said: set[str] = set()
    options = {"extensions": "jinja2.ext.i18n"}
    for path in (ROOT / "bot" / "console" / "templates").glob("*.html"):
        with path.open("rb") as file:
            for _, _, text, _ in babel_extract(file, GETTEXT_FUNCTIONS, (), options):
                if isinstance(text, str):  # none for what a section is called, which is in its code
                    said.add(text)
    return said


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_missing_and_nothing_is_left_over(language: str) -> None:
    assert set(catalogue(language)) == spoken_texts()
    assert all(catalogue(language).values())


@pytest.mark.parametrize("language", TRANSLATED)
def test_places_for_values_are_kept(language: str) -> None:
    for english, text in catalogue(language).items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", english))


def test_an_unknown_language_speaks_english() -> None:
    assert speak("xx")("More") == "More"


def test_names_of_languages() -> None:
    assert language_name("en", "sw") == "Kiingereza"
    assert language_name("fr", "es") == "francés"
    assert own_name("ar") == "العربية"


def test_no_safety_text_is_missing_or_fuzzy() -> None:
    for state in review.states():
        assert not state.unsafe, f"{state.language}: {state.unsafe}"
        assert not state.missing
        assert not state.fuzzy


def test_the_template_holds_every_text_and_marks_those_of_safety() -> None:
    with (ROOT / "bot" / "phrases" / review.TEMPLATE).open("rb") as file:
        held = {str(m.id): review.SAFETY in m.auto_comments for m in read_po(file) if m.id}
    assert set(held) == spoken_texts()
    assert {text for text, marked in held.items() if marked} == safety.TEXTS


def test_a_missing_and_a_fuzzy_safety_text_are_found(tmp_path: Path) -> None:
    shutil.copy(review.FOLDER / review.TEMPLATE, tmp_path)
    text = (review.FOLDER / "sw.po").read_text(encoding="utf-8")
    text = text.replace(f'msgid "{safety.WHICH}"', f'#, fuzzy\nmsgid "{safety.WHICH}"')
    text = text.replace(f'msgid "{safety.MISTAKEN}"', 'msgid "gone"')
    (tmp_path / "sw.po").write_text(text, encoding="utf-8")
    (state,) = review.states(tmp_path)
    assert state.unsafe == (safety.MISTAKEN, safety.WHICH)
    assert len(state.unreviewed) > 50


def test_a_seventh_language_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A made-up catalogue of Somali: it is chosen, heard and spoken."""
    for path in review.FOLDER.glob("*.po"):
        shutil.copy(path, tmp_path)
    (tmp_path / "so.po").write_text('msgid "More"\nmsgstr "Wax dheeraad ah"\n', encoding="utf-8")
    monkeypatch.setattr(phrases, "_FOLDER", tmp_path)
    phrases.languages.cache_clear()
    phrases._catalogue.cache_clear()
    try:
        assert phrases.languages() == (*SPOKEN, "so")
        assert speak("so")("More") == "Wax dheeraad ah"
        assert "language:so" in [b.data for b in replies.choose_language("so").buttons]
        assert phrases.detect("Sidee ayay bulshadu u ilaalin kartaa carruurta tuulada?") == "so"
        assert phrases.detect("What is community-led child protection?") == "en"
    finally:
        phrases.languages.cache_clear()
        phrases._catalogue.cache_clear()
