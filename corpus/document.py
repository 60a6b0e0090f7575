"""What a reader gives and what a passage is: the data of this package."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One heading, paragraph or list item of a page, cleaned of furniture."""

    text: str
    level: int = 0  # 1 to 6: a heading of that depth; 0: running text
    item: bool = False  # a list item, which needs its lead-in to be understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a document, or the whole of one that has no pages."""

    number: int | None  # the page or slide from 1, as a viewer counts; None: no pages
    label: str | None = None  # what is printed on the page ("iv", "12"), where it is known
    blocks: tuple[Block, ...]

    @property
    def text(self) -> str:
        """The page as it is stored and as quotes are checked against it, one line a block."""
        return "\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that was read: its pages in order, and what it says of itself."""

    media_type: str
    pages: tuple[Page, ...]
    title: str | None = None
    language: str | None = None  # ISO 639-1, where the file states it
    dropped: tuple[
        str, ...
    ] = ()  # what was left out, for the report: repeated headers and the like


def revived(cells: dict[str, Any]) -> Document:
    """A document from what `dataclasses.asdict` made of it, also after a way through JSON."""
    pages = tuple(
        Page(
            number=page["number"],
            label=page["label"],
            blocks=tuple(Block(**block) for block in page["blocks"]),
        )
        for page in cells["pages"]
    )
    return Document(**{**cells, "pages": pages, "dropped": tuple(cells["dropped"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of one page that answers can quote from: about 80 to 180 words."""

    id: str  # 11 characters, stable: the same words at the same place keep their id
    source: str  # the id of the Source
    page: int | None
    label: str | None
    headings: tuple[str, ...]  # outermost first
    language: str  # ISO 639-1
    text: str  # blocks joined by line breaks, word for word as on the page
    summary: bool = False  # True: the Exchange's own key points, not the source's words
