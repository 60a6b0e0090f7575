"""Every text that people read exists in every language, and keeps its places for values."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot import cards, replies
from bot.app import APOLOGY
from bot.phrases import language_name, own_name, speak
from bot.safeguarding import cards as safety
from index.languages import SPOKEN

ROOT = Path(__file__).resolve().parents[1]
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
                wanted = called == "say" or called.startswith("speak(") or called.endswith("notice")
                if wanted and isinstance(last, ast.Constant) and isinstance(last.value, str):
                    said.add(last.value)
    return (
        said
        | safety.TEXTS
        | {APOLOGY, *replies._KINDS.values(), *cards._KIND_NAMES.values(), cards.GONE}
    )


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
