"""What a question is about, told by the passage alone that answers it or is nearest.

No word that a person wrote is looked at. `themes.csv` is the hub's to change: a theme a row, and
how the words begin that tell it, lower case, separated by `|`. The first of equals wins.
"""

import csv
import re
from functools import cache
from pathlib import Path

from bot.counts import ACROSS, Outcome
from bot.messages import Answer
from corpus.document import Passage
from corpus.library import Library
from corpus.source import Source

OTHER = "other"
_FILE = Path(__file__).with_name("themes.csv")
_ABOVE = 3  # times that a word in the title or a heading counts for one in the text


@cache
def themes() -> dict[str, re.Pattern[str]]:
    """The themes, each with what finds its words, where a word begins with them."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = {row["theme"]: row["words"].split("|") for row in csv.DictReader(file)}
    return {
        theme: re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})")
        for theme, words in rows.items()
    }


def theme(passage: Passage, source: Source) -> str:
    """The theme that a passage tells most of; OTHER where it tells of none."""
    above = " ".join((source.title, *passage.headings)).lower()
    text = passage.text.lower()
    told = {
        name: _ABOVE * len(words.findall(above)) + len(words.findall(text))
        for name, words in themes().items()
    }
    best = max(told, key=lambda name: told[name])
    return best if told[best] else OTHER


def theme_of(passage: str, library: Library) -> str:
    """The theme of the passage of this id; OTHER where the library no longer holds it."""
    try:
        held = library.passage(passage)
        return theme(held, library.source(held.source))
    except KeyError:
        return OTHER


def counted(answer: Answer, library: Library, country: str) -> dict[str, str | tuple[str, ...]]:
    """The cells in which a question is counted by its answer; `country`: what its person chose."""
    quoted = [quote.passage for quote in answer.quotes]
    topic = theme_of(quoted[0] if quoted else answer.near, library)
    outcome = Outcome.ANSWERED if answer.answered else Outcome.NOT_FOUND
    sources = tuple(dict.fromkeys(quote.source for quote in answer.quotes))
    return {
        "topic": topic,
        "topic outcome": f"{topic}{ACROSS}{outcome}",
        "source": sources,
        "country": country or "none",
    }
