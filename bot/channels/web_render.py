"""A Reply as the page reads it: plain data, made into elements there, never into markup."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from bot.keys import DAY
from bot.messages import RETURNS, Attachment, Line, Reply, Span, Style

RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur", "he", "ps", "sd", "ckb"})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LINK = re.compile(r"https?://[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+", re.IGNORECASE)
_STAYS = 2 * RETURNS * DAY  # seconds that a page waits: first for an answer, then with it
_MARKS = {Style.PLAIN: "", Style.BOLD: "b", Style.ITALIC: "i"}


def direction(language: str) -> str:
    """Which way the language is written, as HTML's `dir`."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def packed(reply: Reply) -> dict[str, Any] | None:
    """The reply as JSON's types; None where it has nothing to show."""
    lines = [_line(line) for line in reply.lines]
    if not any(text for line in lines for text, _, _ in line["spans"]) and not reply.attachment:
        return None
    return {
        "language": reply.language,
        "dir": direction(reply.language),
        "lines": lines,
        "buttons": [[clean(button.label), button.data] for button in reply.buttons],
        "link": reply.link,
        "wants": reply.wants_file,
        "stay": _STAYS if reply.reach else 0,
        "file": _file(reply.attachment) if reply.attachment else None,
    }


def events(id: str, reply: dict[str, Any]) -> str:
    """A packed reply as server-sent events: a line at a time, so that it shows as it comes.

    The id stands on the last one: what broke off before it is sent again, whole.
    """
    begin = {"to": id, "language": reply["language"], "dir": reply["dir"]}
    end = {key: reply[key] for key in ("buttons", "link", "wants", "stay", "file")}
    return "".join(
        (
            event("begin", begin),
            *(event("line", line) for line in reply["lines"]),
            f"id: {id}\n{event('end', end)}",
        )
    )


def event(name: str, data: object) -> str:
    """One server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def clean(text: str) -> str:
    """Only what can be shown."""
    return _CONTROL.sub("", text)


def _line(line: Line) -> dict[str, Any]:
    return {"quote": line.quote, "spans": list(_spans(line.spans))}


def _spans(spans: tuple[Span, ...]) -> Iterator[tuple[str, str, str]]:
    for span in spans:
        url = span.url if _LINK.fullmatch(span.url) else ""
        yield clean(span.text) or url, _MARKS[span.style], url


def _file(held: Attachment) -> dict[str, str]:
    data = base64.b64encode(held.data).decode("ascii")
    return {
        "name": clean(held.name),
        "caption": clean(held.caption),
        "type": held.media_type,
        "data": f"data:{held.media_type};base64,{data}",
    }
