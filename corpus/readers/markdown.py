"""Markdown: headings, paragraphs, lists and tables, without the signs that mark them up."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.document import Block, Document, Page
from corpus.encodings import decoded
from corpus.markup import blocks_of, parse_html
from corpus.repair import BULLET_SIGN, clean, unspace

MEDIA_TYPES: tuple[str, ...] = ("text/markdown",)

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_TITLE = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)
_BOLD = re.compile(r"(?:\*\*|__)((?:(?!\*\*|__|\n).)+)(?:\*\*|__)")
_STARS = re.compile(r"\*+|(?<!\w)_+|_+(?!\w)")
_LEFT_OVER = re.compile(r"\*\*|(?<!\w)_+|_+(?!\w)")  # emphasis that a space has broken
_MOST_WORDS = 20
_ITEM_BREAK = re.compile(r"\n(?=\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})[.)]\s)")


def read(data: bytes) -> Document:
    """Return the document in a Markdown file; tables also where they are written in HTML."""
    text = re.sub(r"\r\n?", "\n", decoded(data))
    front = _FRONT_MATTER.match(text)
    walk = _Walk()
    for token in MarkdownIt("commonmark").enable("table").parse(_FRONT_MATTER.sub("", text)):
        walk.token(token)
    stated = _TITLE.search(front[1]) if front else None
    first = next((block.text for block in walk.blocks if block.level == 1), None)
    return Document(
        media_type=MEDIA_TYPES[0],
        pages=(Page(number=None, blocks=tuple(walk.blocks)),),
        title=clean(stated[1]) if stated else first,
    )


@dataclass(slots=True)
class _Walk:
    """A walk over the tokens of a Markdown text."""

    blocks: list[Block] = field(default_factory=list)
    level: int = 0
    deepest: int = 0  # the level of the last heading that is marked as one
    opened: list[str] = field(default_factory=list)  # the number of the item just opened, or ""
    row: list[str] | None = None

    def token(self, token: Token) -> None:
        """Take one token of the text; those of quotes, rules and tags say nothing here."""
        if token.type == "inline":
            self.content(token)
        elif token.type in {"fence", "code_block"}:
            self.inline(token.content.splitlines())
        elif token.type == "html_block":
            root = parse_html(token.content)
            self.blocks += blocks_of(root) if root is not None else []
        else:
            self.mark(token)

    def mark(self, token: Token) -> None:
        match token.type:
            case "heading_open":
                self.level = self.deepest = int(token.tag[1])
            case "heading_close":
                self.level = 0
            case "list_item_open":
                self.opened = [f"{token.info}{token.markup} " if token.info else ""]
            case "tr_open":
                self.row = []
            case "tr_close":
                text = " | ".join(cell for cell in self.row or () if cell)
                self.row = None
                self.add(text)

    def content(self, token: Token) -> None:
        if self.is_bold_line(token.content):
            self.level = min(self.deepest + 1, 6)
            self.inline([_STARS.sub("", token.content)])
            self.level = 0
        else:
            self.inline(list(_lines(token.children or ())))

    def is_bold_line(self, source: str) -> bool:
        """Whether a paragraph is one short line in bold: how many writers make their headings."""
        bold = _BOLD.fullmatch(source.strip())
        if not bold or self.row is not None or self.opened or self.level:
            return False
        return len(bold[1].split()) <= _MOST_WORDS and not bold[1].rstrip(" *_").endswith(".")

    def inline(self, lines: list[str]) -> None:
        if self.row is not None:
            self.row.append(clean(" ".join(lines)))
        elif self.level:
            self.add(" ".join(lines))
        else:
            for line in lines:
                self.add(line)

    def add(self, line: str) -> None:
        text = clean(unspace(_LEFT_OVER.sub("", line)))
        if not any(char.isalnum() for char in text):
            return
        sign = BULLET_SIGN.match(text) is not None and not self.level
        item = bool(self.opened) or sign or _ITEM_BREAK.match("\n" + text) is not None
        text = "".join(self.opened) + (BULLET_SIGN.sub("", text) if sign else text)
        self.opened = []
        self.blocks.append(Block(text=text, level=self.level, item=item and not self.level))


def _lines(children: Sequence[Token]) -> Iterator[str]:
    """Return the text of a paragraph, one string for each line that its writer wanted.

    Markdown has no mark-up for items like "a." and "(b)": a line that begins so is one.
    """
    text = ""
    for token in children:
        if token.type == "hardbreak" or token.content.lower().startswith("<br"):
            text += "\0"
        elif token.type == "softbreak":
            text += "\n"
        elif token.type in {"text", "code_inline"}:
            text += token.content
    for line in text.split("\0"):
        yield from _ITEM_BREAK.split(line)
