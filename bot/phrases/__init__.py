"""Every text that people read, in one gettext catalogue a language.

The key of a text is its English wording. A translator edits `<language>.po` in any ordinary tool;
what no native speaker has reviewed carries the comment "draft, not reviewed". A language is spoken
when its catalogue lies here: a seventh is one file. `messages.pot` is the list of all texts.
"""

import functools
from collections.abc import Callable
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po
from babel.units import format_unit

from index import languages as known

_FOLDER = Path(__file__).parent
Say = Callable[[str], str]


@functools.cache
def languages() -> tuple[str, ...]:
    """What the assistant speaks, ISO 639-1: English, and each language with a catalogue."""
    held = {"en", *(path.stem for path in _FOLDER.glob("*.po"))}
    return (*(code for code in known.SPOKEN if code in held), *sorted(held - {*known.SPOKEN}))


def detect(text: str, prior: str | None = None) -> str:
    """The language of `text` among those spoken; `prior` decides where the text does not."""
    return known.detect(text, prior, languages())


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


def file_size(bytes: int, language: str) -> str:
    """A size as people of `language` write it: "3.2 MB", "3,2 Mo", "85 kB"."""
    unit, value = ("megabyte", bytes / 1e6) if bytes >= 1e6 else ("kilobyte", bytes / 1e3)
    pattern = "0.0" if unit == "megabyte" else "0"
    made = format_unit(value, f"digital-{unit}", "short", format=pattern, locale=language)
    return str(made)


def own_name(code: str) -> str:
    """What a language calls itself, for the list to choose from."""
    return str(Locale(code).languages[code]).capitalize()
