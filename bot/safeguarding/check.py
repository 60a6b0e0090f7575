"""What a message tells: a pure function over the tables of every language.

All tables are asked, whatever language the message seems to be in: people mix languages, and
letter statistics err on short and mistyped texts. Only the message's own language puts slips of
the keyboard right: a word of one language is often nearly a word of another.
"""

import functools
import re
from collections.abc import Collection

from bot.safeguarding.findings import Finding
from bot.safeguarding.table import FOLDER, Table, read_table, words_of
from index.languages import detect, fold

SAFE_WORDS = {
    "HELP": "",
    "SOS": "",
    "MSAADA": "sw",
    "AIDE": "fr",
    "AYUDA": "es",
    "AJUDA": "pt",
    "مساعدة": "ar",
}
"""Each with the language that it tells; "": one that is understood everywhere."""
CRIES = (
    "hlp halp nisaidie nisaidieni aidez secours ayudame ayudenme auxilio socorro ajudem"
    " المساعدة ساعدوني ساعدني النجدة أنقذوني الحقوني"
)
"""Calls that are taken for a safe word where a message holds nothing else."""
BESIDE = (
    "me us please pls plz now urgent au moi nous svp stp vite por favor ya ahora ja agora"
    " tafadhali sasa haraka من فضلك أرجوكم أرجوك الآن"
)
"""What may stand beside them without making the message a question."""
AGAIN = "#"  # before a message: "I did not mean it that way"
LONGEST = 6_000  # characters looked at; a network's message is shorter
_LETTER = re.compile(r"[^\W\d_]")
_RUN = re.compile(r"(.)\1+")


@functools.cache
def tables() -> dict[str, Table]:
    """By language, ISO 639-1. Raises BadTable, OSError."""
    return {path.stem: read_table(path) for path in sorted(FOLDER.glob("*.tsv"))}


def check(text: str) -> Finding:
    """The most urgent that `text` tells."""
    if is_safe_word(text):
        return Finding.SAFE_WORD
    if text.lstrip().startswith(AGAIN):
        return Finding.AMBIGUOUS
    text = text[:LONGEST]
    own = detect(text)
    told = (table.told(text, mend=language == own) for language, table in tables().items())
    return min((finding(found) for found in told), key=list(Finding).index)


def finding(told: Collection[str]) -> Finding:
    """What the ideas and patterns that one table found amount to."""
    if "frame" in told:  # an exercise, or "if a child tells"
        return Finding.NONE
    if "topic" in told and "self" not in told:  # a question about practice names no speaker
        told = {*told} - {"self_harm", "first"}
    for use in ("self_harm", "forced"):
        if use in told and "practitioner" not in told:
            return Finding(use)
    return _harm(frozenset(told))


def _harm(told: frozenset[str]) -> Finding:
    someone, harm = told & {"mine", "children"}, told & {"hurt", "hurtful", "near", "first"}
    if "practitioner" in told or ({"told", "pro"} <= told and told & {"now", "hurt", "hurtful"}):
        return Finding.PRACTITIONER
    if "first" in told and "harmless" not in told:
        return Finding.AMBIGUOUS if "past" in told else Finding.DISCLOSURE
    asks = "topic" in told
    if "near" in told or (someone and harm and told & {"now", "told"} and not asks):
        return Finding.DISCLOSURE
    if "grooming" in told:
        return Finding.GROOMING
    near = someone and harm and not asks
    return Finding.AMBIGUOUS if near or ("ambiguous" in told and not asks) else Finding.NONE


@functools.cache
def _safe() -> re.Pattern[str]:
    words = (_letters(word) for word in SAFE_WORDS)
    return re.compile(f"(?:{'|'.join(words)})+")


def is_safe_word(text: str) -> bool:
    """Whether the letters of `text` are a safe word, whatever stands around or between them.

    Or whether its words are safe words and calls, and what may stand beside them.
    """
    if _safe().fullmatch(_letters(text)):
        return True
    calls, beside = _calls()
    said = {word for word in words_of(text) if not word.isdecimal()}
    return bool(said & calls) and said <= calls | beside


@functools.cache
def _calls() -> tuple[frozenset[str], frozenset[str]]:
    calls = words_of(" ".join([*SAFE_WORDS, CRIES]))
    return frozenset(calls), frozenset(words_of(BESIDE))


def safe_word_language(text: str) -> str:
    """The language that a safe word tells; "" where it tells none, or is none."""
    return {_letters(word): told for word, told in SAFE_WORDS.items()}.get(_letters(text), "")


def _letters(text: str) -> str:
    """The letters alone, folded, repeated ones once."""
    return _RUN.sub(r"\1", "".join(_LETTER.findall(fold(text))))
