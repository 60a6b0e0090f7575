"""A Reply as Telegram's HTML. All lengths are UTF-16 units of visible text, as Telegram counts.

A reply is cut first and escaped afterwards: the other way round would split `&amp;`.
"""

import re
import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.cutting import shortened, units
from bot.messages import Button, Line, Reply, Span, Style

LIMIT = 4096  # visible units a message: https://core.telegram.org/bots/api#sendmessage
WHOLE = 1000  # a longer link text is shortened, so that a link always fits

_LINK = re.compile(r"(?:https?|tg)://[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_SPACE = re.compile(  # no-break spaces are no place to cut; a sentence's end is the best one
    r"(?P<sentence>[.!?…؟۔।]['\"”’»)\]]*)?(?P<gap>[^\S\u00a0\u2007\u202f]+)"
)
_WORD = re.compile(r"\S")
_FSI, _PDI = "\u2068", "\u2069"  # first strong isolate, pop directional isolate
_ZWNJ, _ZWJ = "\u200c", "\u200d"
_TAGS = {Style.BOLD: "b", Style.ITALIC: "i"}


def render(reply: Reply) -> list[str]:
    """HTML messages of at most LIMIT visible units each, links whole; none where nothing shows."""
    lines = [_prepared(line, reply.language) for line in reply.lines]
    return [html for message in _messages(lines) if (html := _markup(message))]


def keyboard(
    buttons: Sequence[Button], opens: tuple[str, str] | None = None
) -> InlineKeyboardMarkup | None:
    """Buttons under a message, two in a row; None for none.

    Of five or more an odd one stands alone at the top: the last two belong together. `opens` is a
    last one, of a label and an address.
    """
    keys = [InlineKeyboardButton(button.label, callback_data=button.data) for button in buttons]
    odd = len(keys) % 2 if len(keys) > 3 else 0
    rows = [keys[:odd], *(keys[at : at + 2] for at in range(odd, len(keys), 2))]
    rows = [row for row in rows if row]
    rows += [[InlineKeyboardButton(opens[0], url=opens[1])]] if opens else []
    return InlineKeyboardMarkup(rows) if rows else None


# Preparing: only what can be shown, and only links that Telegram makes links.


def _prepared(line: Line, language: str) -> Line:
    spans = tuple(span for span in map(_shown, line.spans) if span.text)
    return Line(_isolated(spans) if language == "ar" else spans, quote=line.quote)


def _shown(span: Span) -> Span:
    text = _clean(span.text)
    if not _LINK.fullmatch(span.url):
        return Span(text, span.style)
    if not _visible(text):
        text = span.url
    return Span(shortened(text, WHOLE), span.style, span.url)


def _clean(text: str) -> str:
    return _CONTROL.sub("", re.sub(r"[\t\u2028\u2029]", " ", text))


def _visible(text: str) -> bool:
    return any(unicodedata.category(c) not in {"Cc", "Cf", "Zs", "Zl", "Zp"} for c in text)


def _isolated(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Latin titles in a right-to-left line, isolated: else their full stops and digits wander."""
    if not any(_direction(span.text) == "R" for span in spans):
        return spans
    return tuple(
        replace(span, text=f"{_FSI}{span.text}{_PDI}")
        if _direction(span.text) == "L" and units(span.text) <= WHOLE
        else span
        for span in spans
    )


def _direction(text: str) -> str:
    """Tell "L" or "R" by the first strong character; "" where there is none."""
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((kind[0] for kind in strong if kind in {"L", "R", "AL"}), "").replace("A", "R")


# Packing: whole lines where they fit, parts of a line only where it is longer than a message.


def _messages(lines: list[Line]) -> Iterator[list[Line]]:
    message: list[Line] = []
    used = 0
    for part in (part for line in lines for part in _parts(line)):
        size = units(part.text)
        if message and used + 1 + size > LIMIT:  # 1: the line break
            yield message
            message, used = [], 0
        used += size + bool(message)
        message.append(part)
    yield message


def _parts(line: Line) -> Iterator[Line]:
    """Yield the line, or pieces of it of at most LIMIT units."""
    waiting = deque(line.spans)
    part: list[Span] = []
    room = LIMIT
    while waiting:
        span = waiting.popleft()
        if units(span.text) <= room:
            part.append(span)
            room -= units(span.text)
            continue
        head, tail = ("", span.text) if _whole(span) else _cut(span.text, room, must=not part)
        if tail:
            waiting.appendleft(replace(span, text=tail))
        yield Line((*part, replace(span, text=head)), quote=line.quote)
        part, room = [], LIMIT
    if part or not line.spans:
        yield Line(tuple(part), quote=line.quote)


def _whole(span: Span) -> bool:
    return bool(span.url) or (span.text.startswith(_FSI) and units(span.text) <= WHOLE + 2)


# Cutting: at a sentence, else at a space, else between two characters as people see them.


def _cut(text: str, room: int, *, must: bool) -> tuple[str, str]:
    """Cut off a head of at most `room` units; the space between it and the rest goes.

    The head may be empty, unless `must`: then a text without spaces is cut between characters.
    """
    end = _fits(text, room)
    sentence = space = 0
    for match in _SPACE.finditer(text, 0, end + 1):
        start = match.start("gap")
        after = _WORD.search(text, start)
        if start and (not after or _breaks(text, after.start())):
            space = start
            sentence = start if match["sentence"] else sentence
    at = sentence if sentence > end // 2 else space
    if at:
        return text[:at], text[at:].lstrip()
    if not must:
        return "", text
    at = next((at for at in range(end, 0, -1) if _breaks(text, at)), end)
    return text[:at], text[at:]


def _fits(text: str, room: int) -> int:
    """How many characters fit in `room` units."""
    for at, character in enumerate(text):
        room -= units(character)
        if room < 0:
            return at
    return len(text)


def _breaks(text: str, at: int) -> bool:
    """Whether a reader sees two characters at `at`: the common rules of Unicode's UAX #29."""
    if at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if _flag(before) and _flag(after):
        run = next((n for n in range(at) if not _flag(text[at - 1 - n])), at)
        return run % 2 == 0
    return before != _ZWJ and not _extends(after)


def _flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"  # regional indicators: two make a flag


def _extends(character: str) -> bool:
    return (
        unicodedata.category(character) in {"Mn", "Mc", "Me"}
        or character in {_ZWNJ, _ZWJ}
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= character <= "\U000e007f"  # tags of flags
        or "\u1160" <= character <= "\u11ff"  # Hangul vowels and finals
    )


# Markup.


def _markup(lines: list[Line]) -> str:
    """Write the lines as HTML, without blank ones at either end; "" where nothing shows."""
    shown = [number for number, line in enumerate(lines) if _visible(line.text)]
    if not shown:
        return ""
    kept = lines[shown[0] : shown[-1] + 1]
    blocks = []
    for quote, group in groupby(kept, key=lambda line: line.quote and _visible(line.text)):
        block = "\n".join("".join(map(_tagged, line.spans)) for line in group)
        blocks.append(f"<blockquote>{block}</blockquote>" if quote else block)
    return "\n".join(blocks)


def _tagged(span: Span) -> str:
    html = _escaped(span.text)
    if span.url and html:
        html = f'<a href="{_escaped(span.url)}">{html}</a>'
    tag = _TAGS.get(span.style)
    return f"<{tag}>{html}</{tag}>" if tag and html else html


def _escaped(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )
