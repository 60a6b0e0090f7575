"""PowerPoint: a page a slide, with its title as heading."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

import pptx
from pptx.enum.shapes import PP_PLACEHOLDER

from corpus.archive import opened
from corpus.document import Block, Document, Page
from corpus.repair import BULLET, BULLET_SIGN, clean, language_code, unspace

MEDIA_TYPES: tuple[str, ...] = (
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
)

Shape = Any  # python-pptx has a class a kind, and attributes that only some of them have

_TITLES = {PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE}
_BODIES = {PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY}
_FURNITURE = {PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.HEADER, PP_PLACEHOLDER.DATE}
_NUMBER = PP_PLACEHOLDER.SLIDE_NUMBER


def read(data: bytes) -> Document:
    """Return the slides of a presentation. Raises UnreadableDocument for a bloated file."""
    opened(data).close()
    deck = pptx.Presentation(io.BytesIO(data))
    dropped: dict[str, int] = {}
    pages: list[Page] = []
    for number, slide in enumerate(deck.slides, start=1):
        shapes = sorted(_flat(slide.shapes), key=lambda shape: _kind(shape) not in _TITLES)
        label = None
        for shape in shapes:
            if _kind(shape) == _NUMBER:
                label = clean(shape.text_frame.text) or None
            elif _kind(shape) in _FURNITURE and (text := clean(shape.text_frame.text)):
                dropped[text] = dropped.get(text, 0) + 1
        blocks = tuple(block for shape in shapes for block in _blocks(shape))
        pages.append(Page(number=number, label=label, blocks=blocks))
    stated = deck.core_properties
    return Document(
        media_type=MEDIA_TYPES[0],
        pages=tuple(pages),
        title=clean(stated.title or "") or None,
        language=language_code(stated.language),
        dropped=tuple(f"{text} (on {count} slides)" for text, count in dropped.items()),
    )


def _flat(shapes: Iterable[Any]) -> Iterator[Any]:
    """All shapes of a slide, those in groups one by one."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _flat(shape.shapes)
        else:
            yield shape


def _kind(shape: Shape) -> PP_PLACEHOLDER | None:
    return shape.placeholder_format.type if shape.is_placeholder else None


def _blocks(shape: Shape) -> Iterator[Block]:
    kind = _kind(shape)
    if getattr(shape, "has_table", False):
        for row in shape.table.rows:
            cells = [clean(cell.text) for cell in row.cells]
            if any(cells):
                yield Block(text=" | ".join(cell for cell in cells if cell))
    elif shape.has_text_frame and kind not in _FURNITURE and kind != _NUMBER:
        if kind in _TITLES:
            text = clean(unspace(shape.text_frame.text))
            yield from [Block(text=text, level=1)] if text else []
            return
        for paragraph in shape.text_frame.paragraphs:
            yield from _paragraph(paragraph, kind)


def _paragraph(paragraph: Shape, kind: PP_PLACEHOLDER | None) -> Iterator[Block]:
    text = clean(unspace(paragraph.text.replace("\v", " ")))
    if any(char.isalnum() for char in text):
        bare = paragraph._p.find(".//{*}pPr/{*}buNone") is not None
        item = (kind in _BODIES and not bare) or BULLET.match(text) is not None
        yield Block(text=BULLET_SIGN.sub("", text) if item else text, item=item)
