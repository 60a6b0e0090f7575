"""Word: headings by style or outline level, paragraphs, lists, tables as rows."""

import io
import re
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml import etree

from corpus.archive import opened
from corpus.document import Block, Document, Page
from corpus.repair import BULLET, BULLET_SIGN, clean, language_code, unspace

MEDIA_TYPES: tuple[str, ...] = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)

Part = Any  # what python-docx calls a story part: it only passes through

_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_LIST = re.compile(r"list\b", re.IGNORECASE)
_BREAKS = {qn("w:tab"): " ", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_ELSEWHERE = {qn("w:txbxContent"), qn("w:del"), qn("w:moveFrom")}  # boxes, and what is crossed out


def read(data: bytes) -> Document:
    """Return the document in a Word file. Raises UnreadableDocument for a bloated one."""
    opened(data).close()
    document = docx.Document(io.BytesIO(data))
    blocks = tuple(_container(document.element.body, document))
    stated = document.core_properties
    return Document(
        media_type=MEDIA_TYPES[0],
        pages=(Page(number=None, blocks=blocks),),
        title=clean(stated.title or "") or None,
        language=language_code(stated.language or _default_language(document)),
    )


def _container(element: etree._Element, part: Part) -> Iterator[Block]:
    """Return the blocks of a body, a content control or a text box, in order."""
    for child in element:
        if child.tag == qn("w:p"):
            yield from _paragraph(child, part)
        elif child.tag == qn("w:tbl"):
            yield from _rows(Table(child, part))
        elif child.tag in {qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:smartTag")}:
            yield from _container(child, part)


def _paragraph(element: etree._Element, part: Part) -> Iterator[Block]:
    paragraph = Paragraph(element, part)
    level = _level(paragraph)
    listed = not level and _is_listed(paragraph)
    for line in [_text(element).replace("\n", " ")] if level else _text(element).split("\n"):
        text = clean(unspace(line))
        if any(char.isalnum() for char in text):
            item = not level and (listed or BULLET.match(text) is not None)
            yield Block(text=BULLET_SIGN.sub("", text) if item else text, level=level, item=item)
    for box in element.iter(qn("w:txbxContent")):
        # Word stores a box twice, for itself and as a fallback for older programs.
        if not any(etree.QName(above).localname == "Fallback" for above in box.iterancestors()):
            yield from _container(box, part)


def _text(element: etree._Element) -> str:
    """Return the words of a paragraph as they are after all changes are accepted."""
    parts: list[str] = []
    for child in element:
        if child.tag == qn("w:t"):
            parts.append(child.text or "")
        elif child.tag in _BREAKS:
            parts.append(_BREAKS[child.tag])
        elif isinstance(child.tag, str) and child.tag not in _ELSEWHERE:
            parts.append(_text(child))
    return "".join(parts)


def _level(paragraph: Paragraph) -> int:
    """Return the depth of a heading, by its style, those it is based on, or outline level."""
    style: Any = paragraph.style
    while style is not None:
        name = style.name or ""
        heading = _HEADING.fullmatch(name)
        if heading:
            return min(int(heading[1]), 6)
        if name.lower() == "title":
            return 1
        style = style.base_style
    outline = paragraph._p.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    depth = int(outline.get(qn("w:val"), "9")) if outline is not None else 9
    return depth + 1 if depth < 6 else 0


def _is_listed(paragraph: Paragraph) -> bool:
    numbered = paragraph._p.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None
    return numbered or bool(paragraph.style and _LIST.match(paragraph.style.name or ""))


def _rows(table: Table) -> Iterator[Block]:
    """Make each row a block, with a bar between its cells; merged cells once."""
    for row in table.rows:
        cells: list[Any] = []
        for cell in row.cells:
            if cell._tc not in cells:
                cells.append(cell._tc)
        texts = [clean(" ".join(_text(p) for p in cell.iter(qn("w:p")))) for cell in cells]
        if any(texts):
            yield Block(text=" | ".join(text for text in texts if text))


def _default_language(document: Part) -> str | None:
    found = document.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    return None if found is None else found.get(qn("w:val"))
