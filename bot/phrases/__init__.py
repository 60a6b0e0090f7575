"""Every text that people read, in one gettext catalogue a language.

The key of a text is its English wording. A translator edits `<language>.po` in any ordinary tool;
what no native speaker has reviewed carries the comment "draft, not reviewed".
"""

import functools
from collections.abc import Callable
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po

_FOLDER = Path(__file__).parent
Say = Callable[[str], str]


@functools.cache
def _catalogue(language: str) -> dict[str, str]:
    path = _FOLDER / f"{language}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        messages = read_po(file, locale=language)
    return {str(m.id): str(m.string) for m in messages if m.id and m.string and not m.fuzzy}


def speak(language: str) -> Say:
    """A function from an English text to the same in `language`; English where there is none."""
    texts = _catalogue(language)
    return lambda text: texts.get(text, text)


def language_name(code: str, language: str) -> str:
    """What the language `code` is called in `language`: ("en", "sw") is "Kiingereza"."""
    name = str(Locale(language).languages.get(code, code))
    return name if language == "en" else name.lower() if language in ("fr", "es", "pt") else name


def own_name(code: str) -> str:
    """What a language calls itself, for the list to choose from."""
    return str(Locale(code).languages[code]).capitalize()
