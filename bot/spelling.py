"""What people type in a hurry, spelled out: "wtt" is "watoto", "pr" is "pour", "karao" the police.

Models and word lists know none of it. The table (`spelling.csv`) is ours: SMS spelling of five
languages, and words of Sheng and street Swahili on children, families and schools. No entry is a
word of the standard language that would be meant otherwise in a question of this field.
"""

import csv
import functools
import re
from pathlib import Path

TABLE = Path(__file__).with_name("spelling.csv")


def spelled(text: str, language: str) -> str:
    """`text` in this language, ISO 639-1, with short and street forms replaced, in small letters.

    A word in capitals is kept: "PSS" may be an acronym.
    """
    pattern, meant = _forms(language)
    if pattern is None:
        return text
    return pattern.sub(lambda found: _instead(found[0], meant), text)


def _instead(written: str, meant: dict[str, str]) -> str:
    capitals = len(written) > 1 and written.isupper()
    return written if capitals else meant[" ".join(written.lower().split())]


@functools.cache
def _forms(language: str) -> tuple[re.Pattern[str] | None, dict[str, str]]:
    """A pattern of all forms of a language, and what each means."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["language"] == language]
    meant = {form: row["meant"] for row in rows for form in row["written"].split(";")}
    if not meant:
        return None, {}
    forms = sorted(map(re.escape, meant), key=len, reverse=True)
    spaced = "|".join(forms).replace(r"\ ", r"\s+")
    return re.compile(rf"(?<![\w'’@/])(?:{spaced})(?![\w'’@/])", re.IGNORECASE), meant
