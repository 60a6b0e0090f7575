"""From HTML elements to blocks: headings, paragraphs, list items, table rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree, html

from corpus.document import Block
from corpus.repair import BULLET_SIGN, clean, unspace

_HEADING = re.compile("h([1-6])")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_SKIPPED_NAMES = (
    "script style noscript template head nav form button select textarea iframe object svg math "
    "video audio canvas dialog"
)
_INLINE_NAMES = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby "
    "s samp small span strike strong sub sup time tt u var wbr"
)
_SKIPPED, _INLINE = frozenset(_SKIPPED_NAMES.split()), frozenset(_INLINE_NAMES.split())
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def parse_html(text: str) -> html.HtmlElement | None:
    """Return the root element of an HTML text; None for one without elements."""
    # lxml refuses a text that declares its encoding, which is decoded by now.
    text = _DECLARATION.sub("", text)
    parser = html.HTMLParser(no_network=True, recover=True, huge_tree=False)
    try:
        return html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def blocks_of(root: etree._Element) -> list[Block]:
    """Return the blocks in an element and all below it, in order."""
    walk = _Walk()
    walk.element(root)
    walk.flush()
    return walk.blocks


@dataclass(slots=True)
class _Walk:
    """A walk through a tree: text gathers until an element that is no part of a line ends it."""

    blocks: list[Block] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    level: int = 0
    item: bool = False
    number: str = ""

    def flush(self) -> None:
        text = unspace("".join(self.text).replace("\n", " "))
        self.text = []
        text = clean(text)
        if not any(char.isalnum() for char in text):
            return
        sign = BULLET_SIGN.match(text) if not self.level else None
        text = BULLET_SIGN.sub("", text) if sign else f"{self.number}{text}"
        item = (self.item or sign is not None) and not self.level
        self.blocks.append(Block(text=text, level=self.level, item=item))
        self.item, self.number = False, ""

    def element(self, node: etree._Element) -> None:
        name = etree.QName(node).localname.lower() if isinstance(node.tag, str) else ""
        if not name or name in _SKIPPED or _is_hidden(node):
            return
        if name == "br":
            self.flush()
        elif name == "table" and _is_data(node):
            self.flush()
            self.rows(node)
        elif name in _INLINE:
            self.inside(node, name)
        else:
            self.flush()
            self.block(node, name)

    def inside(self, node: etree._Element, name: str = "") -> None:
        text = node.text or ""
        self.text.append(text.translate(_RAISED) if name == "sup" else text)
        for child in node:
            self.element(child)
            self.text.append(child.tail or "")

    def block(self, node: etree._Element, name: str) -> None:
        outer = self.level
        heading = _HEADING.fullmatch(name)
        self.level = int(heading[1]) if heading else outer
        if name in {"li", "dd"}:
            self.item, self.number = True, _number(node)
        if name == "img":
            return
        self.inside(node)
        self.flush()
        self.level = outer
        if name in {"li", "dd"}:
            self.item, self.number = False, ""

    def rows(self, table: etree._Element) -> None:
        for row in table.iter("{*}tr"):
            cells = (clean(" ".join(_words(cell))) for cell in row if isinstance(cell.tag, str))
            text = " | ".join(cell for cell in cells if cell)
            if text:
                self.blocks.append(Block(text=text))


def _words(node: etree._Element) -> Iterator[str]:
    """Return the text of an element, without that of scripts."""
    for child in node.iter():
        if isinstance(child.tag, str) and etree.QName(child).localname.lower() not in _SKIPPED:
            yield child.text or ""
        if child is not node:
            yield child.tail or ""


def _is_hidden(node: etree._Element) -> bool:
    style = (node.get("style") or "").replace(" ", "").lower()
    return "display:none" in style or node.get("hidden") is not None


def _is_data(table: etree._Element) -> bool:
    """Whether a table holds data, and is not there to lay out a page."""
    layout = table.get("role") == "presentation" or next(table.iterdescendants("{*}table"), None)
    return layout is None or layout is False


def _number(item: etree._Element) -> str:
    """Return the number of an item of an ordered list, as a browser shows it: "3. "."""
    parent = item.getparent()
    if parent is None or etree.QName(parent).localname.lower() != "ol":
        return ""
    before = sum(1 for _ in item.itersiblings("{*}li", preceding=True))
    start = parent.get("start") or "1"
    value = before + (int(start) if start.isdecimal() else 1)
    letters = {"a": chr(96 + value), "A": chr(64 + value)} if value <= 26 else {}
    return f"{letters.get(parent.get('type') or '', value)}. "
