"""What a message tells: a pure function over the tables of every language.

All tables are asked, whatever language the message seems to be in: people mix languages, and
letter statistics err on short and mistyped texts. Only the message's own language puts slips of
the keyboard right: a word of one language is often nearly a word of another.
"""

import functools
import re
from collections.abc import Collection

from bot.safeguarding.findings import Finding
from bot.safeguarding.safe_words import is_safe_word
from bot.safeguarding.table import FOLDER, Table, read_table, words_of
from index.languages import detect

AGAIN = re.compile(r"\s*#\s")  # before a message: "I did not mean it that way"; no #hashtag
LONGEST = 6_000  # characters looked at; a network's message is shorter
_ASKED = re.compile("[?؟]")
_QUOTED = re.compile(r"[\"“«„][^\"“”«»„]*[\"”»“]")


@functools.cache
def tables() -> dict[str, Table]:
    """By language, ISO 639-1. Raises BadTable, OSError."""
    return {path.stem: read_table(path) for path in sorted(FOLDER.glob("*.tsv"))}


def check(text: str) -> Finding:
    """The most urgent that `text` tells."""
    if is_safe_word(text):
        return Finding.SAFE_WORD
    if AGAIN.match(text):
        return Finding.AMBIGUOUS
    text = text[:LONGEST]
    said = words_of(text)
    own = _read_in(text, said)
    without = _QUOTED.sub(" ", text)
    if without != text and "topic" in _own(words_of(without), own):  # how to answer who says "…"
        text, said = without, words_of(without)
    told = {code: table.told(said, mend=code in own) for code, table in tables().items()}
    mine = set().union(*(told[code] for code in own))
    if len(own) == 1 and "frame" in mine:  # its neighbours' tables do not see it
        return Finding.NONE
    asked = {"asked"} if _ASKED.search(text) else set()
    found = min((finding(one | asked) for one in told.values()), key=list(Finding).index)
    if found is not Finding.NONE and "staged" in mine:  # said in a play, on a poster
        return Finding.AMBIGUOUS
    return found


def _own(said: list[str], own: Collection[str]) -> set[str]:
    """What the tables of the message's own languages find."""
    return set().union(*(tables()[code].told(said) for code in own))


def _read_in(text: str, said: list[str]) -> set[str]:
    """The languages whose slips are put right: that of its letters, and that of most words."""
    known = {language: table.knows(said) for language, table in tables().items()}
    most = max(known.values(), default=0)
    best = {language for language, many in known.items() if many == most and most}
    return (best if len(best) == 1 else set()) | ({detect(text)} & known.keys())


def finding(told: Collection[str]) -> Finding:
    """What the ideas and patterns that one table found amount to."""
    told = frozenset(told)
    if "frame" in told:  # an exercise, or "if a child tells"
        return Finding.NONE
    left = told if "self" in told else _without_speaker(told)
    if "harmless" in left:  # "this report kills me"
        left -= {"first", "self_harm"}
    for use in ("self_harm", "forced"):
        if use in left and "practitioner" not in left:
            return Finding(use)
    return _harm(left)


def _without_speaker(told: frozenset[str]) -> frozenset[str]:
    """What is left where no speaker is named: a question about practice, or about a child."""
    if "asked" in told and not told & {"mine", "now", "told"}:  # of nobody, and of no time
        for use in ("self_harm", "forced", "first", "near"):
            told = _doubted(told, use)
    if "topic" in told:
        told -= {"self_harm", "first"}
        if not told & {"told", "mine"}:
            told = _doubted(told, "forced")
        return told if "told" in told else _doubted(told, "near")
    return _doubted(told, "first") if "children" in told else told


def _doubted(told: frozenset[str], use: str) -> frozenset[str]:
    """What would show a card, made what adds a line."""
    return (told - {use}) | {"ambiguous"} if use in told else told


def _harm(told: frozenset[str]) -> Finding:
    someone, harm = told & {"mine", "children"}, told & {"hurt", "hurtful", "near", "first"}
    holds = {"told", "pro"} <= told and told & {"now", "hurt", "hurtful"} and "past" not in told
    if "practitioner" in told or holds:
        return Finding.PRACTITIONER
    if "first" in told:
        return Finding.AMBIGUOUS if "past" in told else Finding.DISCLOSURE
    asks = "topic" in told
    if "near" in told or (someone and harm and told & {"now", "told"} and not asks):
        return Finding.DISCLOSURE
    if "grooming" in told:
        return Finding.GROOMING
    near = someone and harm and not asks
    return Finding.AMBIGUOUS if near or ("ambiguous" in told and not asks) else Finding.NONE
