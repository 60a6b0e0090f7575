"""HTML: the text of a web page without what stands around it.

trafilatura finds where the text is, but drops lists and headings from it; so its answer only
says where the text begins and ends, and all blocks between are kept.
"""

import re
from collections.abc import Sequence

import trafilatura
from lxml import html

from corpus.document import Block, Document, Page
from corpus.encodings import decoded
from corpus.errors import UnreadableDocument
from corpus.markup import blocks_of, parse_html
from corpus.repair import clean, language_code

MEDIA_TYPES: tuple[str, ...] = ("text/html", "application/xhtml+xml")

_DECLARED = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_FURNITURE = ".//nav|.//aside|.//footer|.//*[@role='navigation']|.//*[@aria-hidden='true']"
_ENOUGH = 0.5  # of all words on the page: with less trafilatura has taken a part for the whole
_LONG = 25  # letters that make a block's text unlikely to stand twice
_MOST_NAMED = 12


def read(data: bytes) -> Document:
    """Return the document in a web page. Raises UnreadableDocument for one with no text."""
    declared = _DECLARED.search(data[:4096])
    text = decoded(data, declared[1].decode("ascii") if declared else "")
    root = parse_html(text)
    if root is None:
        raise UnreadableDocument("this web page has no text; save what your browser shows as PDF")
    title, language = root.findtext(".//title"), root.get("lang")
    found = trafilatura.extract(text, favor_recall=True, include_comments=False) or ""
    kept, around = _main(_without_furniture(root), found)
    return Document(
        media_type=MEDIA_TYPES[0],
        pages=(Page(number=None, blocks=tuple(kept)),),
        title=clean(title or "") or None,
        language=language_code(language),
        dropped=tuple(block.text[:80] for block in around[:_MOST_NAMED]),
    )


def _without_furniture(root: html.HtmlElement) -> list[Block]:
    for node in root.xpath(_FURNITURE):
        node.drop_tree()
    for node in root.iter("p", "li", "div", "ul"):
        if _is_menu(node):
            node.text = None
            for child in list(node):
                node.remove(child)
    return blocks_of(root)


def _is_menu(node: html.HtmlElement) -> bool:
    """Whether an element is a list of links and little else."""
    links = [len(link.text_content().strip()) for link in node.iter("a")]
    return len(links) >= 4 and sum(links) > 0.8 * len(node.text_content().strip())


def _main(blocks: list[Block], found: str) -> tuple[list[Block], list[Block]]:
    """Return the blocks of the text, and those around it."""
    body = _letters(found)
    hits = [at for at, block in enumerate(blocks) if _is_in(block, body)]
    if not hits:
        return blocks, []
    start, end = hits[0], hits[-1] + 1
    while start and blocks[start - 1].level:
        start -= 1
    while end < len(blocks) and blocks[end].item and not blocks[end].level:
        end += 1
    if _count(blocks[start:end]) < _ENOUGH * _count(blocks):
        return blocks, []
    return blocks[start:end], [*blocks[:start], *blocks[end:]]


def _is_in(block: Block, body: str) -> bool:
    letters = _letters(block.text)
    return len(letters) >= _LONG and letters in body


def _letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


def _count(blocks: Sequence[Block]) -> int:
    return sum(len(block.text.split()) for block in blocks)
