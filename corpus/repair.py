"""Mending text that files give in a broken state. Pure functions on strings."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

LINE_HYPHEN = "\u00ad"  # what a reader puts at the end of a line that a hyphen ends

# What opens a list item, in any format that has no mark-up for it; and the sign that goes.
BULLET = re.compile(
    r"(?:[•●▪■◦○‣∙·➢➤✓*–—-]|\(?(?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,4})[.)])\s+|[•●▪■◦○‣➢➤✓](?=\w)"
)
BULLET_SIGN = re.compile(r"^(?:[*–—-]\s+|[•●▪■◦○‣∙·➢➤✓]\s*)")

# Letters that exist only so that old fonts can draw them: ligatures, Arabic presentation forms,
# full-width forms. Superscripts and fractions are left: "m³" must not become "m3".
_COMPATIBILITY = re.compile("[\ufb00-\ufdff\ufe70-\ufefc\uff01-\uff5e]+")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200d-\u200f\u202a-\u202e"
    "\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ue000-\uf8ff]"
)
_SPACE = re.compile(r"\s+")
# Hyphens of one kind, and the bullets of symbol fonts, which stand in the private use area.
_SIGNS = str.maketrans(
    {"\u2010": "-", "\u2011": "-", "\uf0b7": "•", "\uf0a7": "•", "\uf0d8": "•", "\uf0fc": "•"}
)
_SPACED = re.compile(r"(?<!\S)(?:[^\W\d_] +){3,}[^\W\d_](?!\S)")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")

_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc]")
_FORMS = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")
_LEFT_TO_RIGHT = re.compile(r"[\dA-Za-z\u00c0-\u024f]+(?:[.,:/@-]+[\dA-Za-z\u00c0-\u024f]+)*%?")
_SWAPPED_LAM_ALEF = re.compile("ا([اأإآ])ل")
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")
_NEVER_FIRST = "ةى"  # teh marbuta and alef maksura only end words


def clean(text: str) -> str:
    """One line of text in NFC: no control or unseen signs, no ligatures, single plain spaces."""
    text = text.replace("\ufffe", LINE_HYPHEN).replace("\x02", LINE_HYPHEN)
    if _ARABIC.search(text):
        text = mend_arabic(text)
    text = _COMPATIBILITY.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = _UNSEEN.sub("", text.translate(_SIGNS))
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()


def unspace(text: str, known: Collection[str] = ()) -> str:
    """Return the text with letter-spaced words closed up: "C H I L D  C A R E" -> "CHILD CARE".

    Two spaces, where they are left, part words. Where they are not, the document's own words
    (`known`, lower case) part them; letters that fit no known words stay one word.
    """

    def close(found: re.Match[str]) -> str:
        words = [word.replace(" ", "") for word in re.split(r" {2,}", found[0])]
        return " ".join(_part(word, known) for word in words)

    return _SPACED.sub(close, text)


def is_spaced(text: str) -> bool:
    """Whether a whole line is set with a space after each letter."""
    letters = text.split()
    return len(letters) >= 4 and sum(len(letter) == 1 for letter in letters) > 0.8 * len(letters)


def _part(glued: str, known: Collection[str]) -> str:
    """Return the fewest known words that make up the glued ones, or the glued ones as they are."""
    best: list[list[str] | None] = [[], *([None] * len(glued))]
    for end in range(1, len(glued) + 1):
        for start in range(end):
            before, word = best[start], glued[start:end]
            if before is None or word.lower() not in known:
                continue
            now = best[end]
            if now is None or len(before) + 1 < len(now):
                best[end] = [*before, word]
    return " ".join(best[-1] or [glued])


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a document tells about its own words."""

    known: frozenset[str] = frozenset()  # lower case; compounds as written: "follow-up"
    divides: bool = True  # whether it divides words at line ends, beside compounds


def words_of(lines: Sequence[str]) -> Words:
    """Return the words of a document from its lines in order.

    A word that a line end cut in two does not count, nor does either half of it. A document
    divides words if it has the glued form of its cut words elsewhere at least as often as the
    compound.
    """
    known: set[str] = set()
    for line in lines:
        whole = re.sub(rf"[^\W_]+[-{LINE_HYPHEN}]$", "", line)
        known.update(word.lower() for word in _WORD.findall(whole) if len(word) > 1)
    glued, compound = 0, 0
    for before, after in pairwise(lines):
        if before.endswith((LINE_HYPHEN, "-")) and after[:1].islower():
            left, right = _halves(before[:-1], after)
            glued += left + right in known
            compound += f"{left}-{right}" in known or (left in known and right in known)
    return Words(known=frozenset(known), divides=glued >= compound)


def join(lines: Sequence[str], words: Words) -> str:
    """Return the lines of one paragraph as running text, with hyphens at line ends resolved."""
    text = ""
    for line in lines:
        if not text or not line:
            text = text or line
        elif text.endswith((LINE_HYPHEN, "-")) and text[-2:-1].isalnum():
            text = text[:-1] + _hyphen(text[:-1], line, words) + line
        else:
            text = f"{text} {line}"
    return text.replace(LINE_HYPHEN, "-")


def _hyphen(before: str, after: str, words: Words) -> str:
    """Return what stands between the halves of a word that a line end cut: "-" or nothing.

    A capital or a digit after the hyphen makes a compound; else the document decides where it
    has the word elsewhere, or both halves as words of their own; else its habit does.
    """
    left, right = _halves(before, after)
    if not after[:1].islower() or f"{left}-{right}" in words.known:
        return "-"
    if left + right in words.known:
        return ""
    both = left.rsplit("-", 1)[-1] in words.known and right in words.known
    return "-" if both or not words.divides else ""


def _halves(before: str, after: str) -> tuple[str, str]:
    found = re.match(r"[\w'’]*", after)
    return re.split(r"[^\w'’-]", before)[-1].lower(), found[0].lower() if found else ""


def is_arabic(text: str) -> bool:
    """Whether at least a third of a text's letters are in Arabic script."""
    letters = sum(char.isalpha() for char in text)
    return letters > 0 and len(_ARABIC.findall(text)) > letters / 3


def mend_arabic(text: str) -> str:
    """Arabic in reading order and in plain letters, from what PDFs and old programs store.

    Presentation forms become letters, a line in visual order is turned round, and a lam-alef
    that was drawn as one sign and taken apart the wrong way round is put right where no other
    word can be meant: alef, alef, lam is never Arabic.
    """
    turned = _is_visual(text)
    if turned:
        text = _turn(text)
    text = _FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]).strip(), text)
    return _SWAPPED_LAM_ALEF.sub(r"ال\1", text)


def _is_visual(text: str) -> bool:
    """Whether a line runs left to right, told by signs that can only begin or end a word."""
    reading, visual = 0, 0
    for word in re.findall(r"[^\W\d_]{3,}", text):
        first, last = _place(word[0]), _place(word[-1])
        reading += (first == "initial") + (last == "final")
        visual += (first == "final") + (last == "initial")
        plain = unicodedata.normalize("NFKC", word)
        reading += plain.startswith("ال") + (plain[-1] in _NEVER_FIRST)
        visual += (len(plain) > 5 and plain.endswith("لا")) + 2 * (plain[0] in _NEVER_FIRST)
    return visual > max(reading, 1)


def _place(letter: str) -> str:
    """Where in a word a presentation form stands: initial, medial, final, isolated; else ""."""
    return unicodedata.decomposition(letter).partition("> ")[0].lstrip("<")


def _turn(text: str) -> str:
    """Turn a line in visual order round; numbers and Latin words keep their own order."""
    # One sign for lam-alef stays one sign while the line turns: it is taken apart afterwards.
    turned = text[::-1].translate(_MIRRORED)
    return _LEFT_TO_RIGHT.sub(lambda found: found[0][::-1], turned)


def language_code(stated: str | None) -> str | None:
    """Return the ISO 639-1 code in what a file states, such as "fr-CA"; None without one."""
    code = re.split("[-_]", (stated or "").strip().lower())[0]
    return code if re.fullmatch("[a-z]{2}", code) else None
