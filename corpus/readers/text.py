"""Plain text: paragraphs between empty lines, with hard line breaks undone."""

import re
from collections.abc import Iterator

from corpus.document import Block, Document, Page
from corpus.encodings import decoded
from corpus.repair import BULLET, BULLET_SIGN, Words, clean, join, unspace, words_of

MEDIA_TYPES: tuple[str, ...] = ("text/plain",)

_EMPTY = re.compile(r"\n[ \t\r\f]*\n|\f")
_FULL = 0.6  # of the longest line: a shorter one before a capital ends a paragraph


def read(data: bytes) -> Document:
    """Return the document in a text file. Raises UnreadableDocument for bytes that are no text."""
    text = re.sub(r"\r\n?|\u2028|\u2029", "\n", decoded(data))
    lines = [clean(line) for line in text.split("\n")]
    words = words_of(lines)
    width = min(max((len(line) for line in lines), default=0), 100)
    blocks = (
        block for part in _EMPTY.split(text) for block in _blocks(part.split("\n"), width, words)
    )
    return Document(media_type=MEDIA_TYPES[0], pages=(Page(number=None, blocks=tuple(blocks)),))


def _blocks(lines: list[str], width: int, words: Words) -> Iterator[Block]:
    gathered: list[str] = []
    for raw in lines:
        line = clean(unspace(raw, words.known))
        if gathered and (BULLET.match(line) or _ends(gathered[-1], line, width)):
            yield from _block(gathered, words)
            gathered = []
        if line:
            gathered.append(line)
    yield from _block(gathered, words)


def _ends(before: str, line: str, width: int) -> bool:
    return len(before) < _FULL * width and not line[:1].islower()


def _block(lines: list[str], words: Words) -> Iterator[Block]:
    text = join(lines, words)
    if any(char.isalnum() for char in text):
        item = BULLET.match(text) is not None
        yield Block(text=BULLET_SIGN.sub("", text) if item else text, item=item)
