"""How much of what is private the redaction finds, and what it takes too many.

python -m tests.redaction.measure            the half to build with (CRC-32 of the text even)
python -m tests.redaction.measure --held     and the half held back (odd), figures only
"""

import csv
import re
import sys
import zlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from bot.redaction import Kind, private
from index.languages import SPOKEN

MESSAGES = Path(__file__).with_name("messages.csv")
_MARKED = re.compile(r"{(\w+):([^}]*)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message and the stretches in it that are private."""

    language: str
    text: str
    marks: tuple[tuple[int, int, str], ...]  # (start, end, kind)

    @property
    def held(self) -> bool:
        """Held back while the redaction was built."""
        return zlib.crc32(self.text.encode()) % 2 == 1


def messages() -> list[Message]:
    """All, their marks taken out."""
    with MESSAGES.open(encoding="utf-8") as file:
        return [_message(row["language"], row["message"]) for row in csv.DictReader(file)]


def _message(language: str, marked: str) -> Message:
    text, marks, at = "", [], 0
    for match in _MARKED.finditer(marked):
        text += marked[at : match.start()]
        marks.append((len(text), len(text) + len(match[2]), match[1]))
        text, at = text + match[2], match.end()
    return Message(language=language, text=text + marked[at:], marks=tuple(marks))


def missed(message: Message) -> list[str]:
    """Marks of which any letter or digit would be passed on, as kind: text."""
    gone = {at for found in private(message.text) for at in range(found.start, found.end)}
    return [
        f"{kind}: {message.text[start:end]}"
        for start, end, kind in message.marks
        if any(message.text[at].isalnum() and at not in gone for at in range(start, end))
    ]


def too_many(message: Message) -> list[str]:
    """What is taken out of a message that holds nothing private."""
    if message.marks:
        return []
    return [message.text[found.start : found.end] for found in private(message.text)]


def recall(chosen: list[Message], by: str) -> dict[str, tuple[int, int]]:
    """(found, marked) by "kind" or by "language"."""
    figures: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for message in chosen:
        lost = [line.partition(":")[0] for line in missed(message)]
        for _, _, kind in message.marks:
            key = kind if by == "kind" else message.language
            figures[key][1] += 1
            if kind in lost:
                lost.remove(kind)
            else:
                figures[key][0] += 1
    return {key: (found, marked) for key, (found, marked) in figures.items()}


def clean(chosen: list[Message]) -> tuple[int, int]:
    """(messages that lose something, messages) of those that hold nothing private."""
    without = [message for message in chosen if not message.marks]
    return sum(bool(too_many(message)) for message in without), len(without)


def _row(name: str, halves: list[tuple[int, int]]) -> str:
    cells = (f"{found}/{marked} ({found / max(marked, 1):.0%})" for found, marked in halves)
    return f"| {name} | {' | '.join(cells)} |"


def table() -> str:
    """Both halves side by side, as Markdown."""
    halves = [[m for m in messages() if m.held == held] for held in (False, True)]
    lines = ["| | to build with | held back |", "|---|---|---|"]
    for by, names in (("kind", [*Kind]), ("language", [*SPOKEN])):
        figures = [recall(half, by) for half in halves]
        lines += [_row(name, [found.get(name, (0, 0)) for found in figures]) for name in names]
    lines.append(_row("clean messages that lose something", [clean(half) for half in halves]))
    return "\n".join(lines)


def main() -> None:
    """Print the failures of the open half, or the figures of both."""
    if "--held" in sys.argv[1:]:
        print(table())
        return
    for message in messages():
        if not message.held and (wrong := missed(message) + too_many(message)):
            print(message.language, message.text, wrong, sep="  |  ")


if __name__ == "__main__":
    main()
