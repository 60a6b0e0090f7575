"""WhatsApp's markup, read in the way that finds most of it: what a phone might show as bold.

A sign opens where no letter stands before it and something to see behind; it closes where no
letter follows. Addresses are links, and nothing inside them is markup.
"""

import re
from dataclasses import dataclass

LINK = re.compile(r"https?://\S+")
_MARKED = re.compile(r"(?<![^\W_])([*_~])(?=\S)((?:(?!\1).)+?)(?<=\S)\1(?![^\W_])")
_CODE = re.compile(r"`[^`]+`")
STYLES = {"*": "bold", "_": "italic", "~": "struck"}


@dataclass(frozen=True)
class Parsed:
    text: str  # what a person reads
    styled: list[tuple[str, str]]  # style and words
    quotes: list[str]  # rows
    urls: list[str]


def parse(body: str) -> Parsed:
    styled: list[tuple[str, str]] = []
    quotes: list[str] = []
    urls: list[str] = []
    shown: list[str] = []

    def mark(match: re.Match[str]) -> str:
        styled.append((STYLES[match[1]], match[2]))
        return match[2]

    def keep(match: re.Match[str]) -> str:
        urls.append(match[0])
        return "\ue000"  # a private sign in its place: no letter, no space

    for row in body.split("\n"):
        quoted = re.match(r"\s*> ?", row)
        text = row[quoted.end() :] if quoted else row
        first = len(urls)
        text = LINK.sub(keep, text)
        if _CODE.search(text):
            styled.append(("code", text))
        text = _MARKED.sub(mark, text)
        for url in urls[first:]:
            text = text.replace("\ue000", url, 1)
        shown.append(text)
        if quoted:
            quotes.append(text)
    return Parsed("\n".join(shown), styled, quotes, urls)
