"""Rows of text as WhatsApp writes them: *bold*, _italic_, "> " for a quote; links stand bare.

WhatsApp has no escape. Where a sign of a text could be read as markup, a letter that looks alike
stands for it: how phones treat a zero-width character beside a sign is documented nowhere, while
a look-alike is markup to none of them. Links are left as they are.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.channels.cutting import cut, units
from bot.messages import Line, Span, Style

LONGEST_LINK = 2000  # units; a longer address is no link to a browser either
_PIECES = 200  # stretches of a row; more of them are written in one style

_LINK = re.compile(r"https?://[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_ALIKE = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})
_SIGN = re.compile(r"[*_~`]")
_MARKS = {Style.BOLD: "*", Style.ITALIC: "_"}
_FSI, _PDI = "\u2068", "\u2069"  # first strong isolate, pop directional isolate


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What stands between two line breaks."""

    spans: tuple[Span, ...]  # without links
    quote: bool = False
    link: str = ""  # an address alone

    @property
    def text(self) -> str:
        """The words without markup."""
        return "".join(span.text for span in self.spans)


def rows(line: Line, language: str) -> list[Row]:
    """The rows of a line: its words, and below them each address.

    An address has a row of its own, else what follows would be taken for a part of it.
    """
    made: list[Row] = []
    spans: list[Span] = []
    links: list[str] = []

    def end() -> None:
        if not links or visible("".join(span.text for span in spans)):
            made.append(Row(spans=_isolated(tuple(spans), language), quote=line.quote))
        made.extend(Row(spans=(), link=link) for link in links)
        spans.clear()
        links.clear()

    for span in line.spans:
        text, link = _shown(span)
        first, *others = text.split("\n")
        spans.append(Span(first, span.style))
        for other in others:
            end()
            spans.append(Span(other, span.style))
        if link:
            links.append(link)
    end()
    return made


def written(row: Row) -> str:
    """The row as it is sent."""
    if row.link:
        return row.link
    if not visible(row.text):
        return ""
    texts = [neutral(span.text) for span in row.spans]
    parts = []
    for at, (span, text) in enumerate(zip(row.spans, texts, strict=True)):
        before, after = "".join(texts[:at])[-1:], "".join(texts[at + 1 :])[:1]
        parts.append(_marked(text, span.style, before, after))
    text = "".join(parts).rstrip()
    if text.lstrip().startswith(">"):
        text = text.replace(">", "›", 1)
    return f"> {text}" if row.quote else text


def pieces(row: Row, limit: int) -> Iterator[Row]:
    """The row, or parts of it of at most `limit` units each as written."""
    if len(row.spans) > _PIECES:
        row = replace(row, spans=(Span(row.text),))
    while units(written(row)) > limit and not row.link:
        end, start = _cut(row.text, limit - 2 - 4 * len(row.spans))  # marks and isolates
        yield replace(row, spans=_sliced(row.spans, 0, end))
        row = replace(row, spans=_sliced(row.spans, start, len(row.text)))
    yield row


def neutral(text: str) -> str:
    """The text with no sign that could begin or end markup; signs inside words stay."""
    made, at = [], 0
    for link in _LINK.finditer(text):
        made += [_replaced(text[at : link.start()]), link[0]]
        at = link.end()
    return "".join([*made, _replaced(text[at:])])


def clean(text: str) -> str:
    """The text without control characters and halves of characters."""
    return _CONTROL.sub("", re.sub(r"[\t\u2028\u2029]", " ", text.replace("\r\n", "\n")))


def visible(text: str) -> bool:
    """Whether a reader sees anything."""
    return any(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"} for c in text)


def _shown(span: Span) -> tuple[str, str]:
    """The words of a span where they say more than its address, and the address."""
    text, link = clean(span.text), span.url
    if not _LINK.fullmatch(link) or units(link) > LONGEST_LINK:
        return text, ""
    bare = link.partition("://")[2].rstrip("/")
    says_more = text.strip().rstrip("/") not in (bare, link.rstrip("/"))
    return text if says_more else "", link


def _replaced(text: str) -> str:
    def one(sign: re.Match[str]) -> str:
        at = sign.start()
        inside = text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum()
        return sign[0] if inside and sign[0] != "`" else sign[0].translate(_ALIKE)

    return _SIGN.sub(one, text)


def _marked(text: str, style: Style, before: str, after: str) -> str:
    """Text in its style; without, where WhatsApp would show the marks: inside a word, at a link."""
    core = text.strip()
    lead, trail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    mark = _MARKS.get(style)
    inside = (before.isalnum() and not lead) or (after.isalnum() and not trail)
    if not mark or not visible(core) or inside or _LINK.search(core):
        return text
    return f"{lead}{mark}{core.replace(mark, mark.translate(_ALIKE))}{mark}{trail}"


def _isolated(spans: tuple[Span, ...], language: str) -> tuple[Span, ...]:
    """Latin titles in a right-to-left row, isolated: else their full stops and digits wander."""
    if language != "ar" or not any(_direction(span.text) == "R" for span in spans):
        return spans
    return tuple(
        replace(span, text=f"{_FSI}{span.text}{_PDI}")
        if _direction(span.text) == "L" and not _LINK.search(span.text)
        else span
        for span in spans
    )


def _direction(text: str) -> str:
    """Tell "L" or "R" by the first strong character; "" where there is none."""
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((kind[0] for kind in strong if kind in {"L", "R", "AL"}), "").replace("A", "R")


def _cut(text: str, room: int) -> tuple[int, int]:
    """Where to cut, and not inside a link that has words before it."""
    end, start = cut(text, room)
    for link in _LINK.finditer(text):
        if 0 < link.start() < end < link.end():
            return link.start(), link.start()
    return end, start


def _sliced(spans: tuple[Span, ...], start: int, end: int) -> tuple[Span, ...]:
    made, at = [], 0
    for span in spans:
        text = span.text[max(start - at, 0) : max(end - at, 0)]
        at += len(span.text)
        if text:
            made.append(replace(span, text=text))
    return tuple(made)
