"""The lines of a PDF page with their place and look, as pdfium's characters give them."""

import ctypes
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium

from corpus.repair import BULLET, LINE_HYPHEN, clean, is_spaced, unspace

CELL_GAP = 2.0  # em: more white than this inside a line parts table cells or columns
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
WORD_GAP = 0.12  # em: less white than this between two pieces of a line is no space


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line, or one cell of it. Coordinates in points, y upwards from the page's foot."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float  # of the letters, in points
    bold: bool
    colour: int  # 0xRRGGBB

    @property
    def style(self) -> tuple[float, bool, int]:
        """Size to half a point, weight and colour: what tells headings from text."""
        return (round(self.size * 2) / 2, self.bold, self.colour)


@dataclass(slots=True)
class _Glyphs:
    """The characters of a line in the making, with the left and right edge of each."""

    chars: list[str] = field(default_factory=list)
    edges: list[tuple[float, float]] = field(default_factory=list)
    heights: list[tuple[float, float]] = field(default_factory=list)
    styles: Counter[tuple[float, bool, int]] = field(default_factory=Counter)
    right: float = 0.0  # of the last sign that is not white


def page_lines(textpage: pypdfium2.PdfTextPage) -> list[Line]:
    """All lines of a pypdfium2 text page in the order of the file, cells apart."""
    cells = [line for glyphs in _glyph_lines(textpage) if (line := _line(glyphs))]
    return _rejoined(cells)


def _glyph_lines(textpage: pypdfium2.PdfTextPage) -> Iterator[_Glyphs]:
    """Gather characters into cells, which end at pdfium's line breaks, hyphens and wide gaps."""
    glyphs = _Glyphs()
    box, style = pdfium.FS_RECTF(), (0.0, False, 0)
    for index in range(textpage.count_chars()):
        code = pdfium.FPDFText_GetUnicode(textpage, index)
        hyphen = code in (0x02, 0xFFFE)
        if code in (10, 13) or hyphen:
            glyphs.chars += LINE_HYPHEN if hyphen else ""
            glyphs.edges += [(0.0, 0.0)] if hyphen else []
            yield glyphs
            glyphs = _Glyphs()
            continue
        char = chr(code)
        pdfium.FPDFText_GetLooseCharBox(textpage, index, box)
        if not char.isspace():
            if _is_apart(glyphs, box.left, box.bottom, style[0]):
                yield glyphs
                glyphs = _Glyphs()
            if not glyphs.chars or glyphs.chars[-1].isspace():
                style = _style(textpage, index)
            elif char.isdigit() and _is_raised(box, glyphs.heights[-1]):
                char = char.translate(_RAISED)
            glyphs.styles[style] += 1
            glyphs.heights.append((box.bottom, box.top))
            glyphs.right = box.right
        glyphs.chars.append(char)
        glyphs.edges.append((box.left, box.right))
    yield glyphs


def _is_raised(box: pdfium.FS_RECTF, before: tuple[float, float]) -> bool:
    """Whether a sign is a footnote's mark: "2024¹" is not 20241."""
    height = before[1] - before[0]
    bottom, top = float(box.bottom), float(box.top)
    return top - bottom < 0.75 * height and bottom > before[0] + 0.15 * height


def _is_apart(glyphs: _Glyphs, left: float, bottom: float, size: float) -> bool:
    """Whether the next sign is in another cell or another line than the one before."""
    if not glyphs.heights:
        return False
    size = max(size, 4.0)
    jump = abs(bottom - glyphs.heights[-1][0]) > 2 * size
    return jump or left - glyphs.right > CELL_GAP * size


def _style(textpage: pypdfium2.PdfTextPage, index: int) -> tuple[float, bool, int]:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(textpage, index, matrix)
    scale = (matrix.c**2 + matrix.d**2) ** 0.5 or 1.0
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    pdfium.FPDFText_GetFillColor(textpage, index, red, green, blue, alpha)
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(textpage, index, name, 128, flags)
    # The weight of some fonts is a guess from stem widths (764 for Arial Bold, 415 for Roboto
    # Bold), so the name counts as well.
    named = any(part in name.value.lower() for part in (b"bold", b"black", b"heavy"))
    bold = named or 600 <= pdfium.FPDFText_GetFontWeight(textpage, index) <= 1000
    size = pdfium.FPDFText_GetFontSize(textpage, index) * scale
    return size, bold, (red.value << 16) | (green.value << 8) | blue.value


def _line(glyphs: _Glyphs) -> Line | None:
    text = "".join(glyphs.chars)
    if is_spaced(text):
        text = _respaced(glyphs)
    ends = text.rstrip().endswith(LINE_HYPHEN)
    text = clean(unspace(text)) + (LINE_HYPHEN if ends else "")
    places = [
        edge
        for char, edge in zip(glyphs.chars, glyphs.edges, strict=True)
        if not char.isspace() and char != LINE_HYPHEN
    ]
    if not text.strip(LINE_HYPHEN) or not places:
        return None
    (size, bold, colour), _ = glyphs.styles.most_common(1)[0]
    return Line(
        text=text,
        left=min(left for left, _ in places),
        right=max(right for _, right in places),
        bottom=median(bottom for bottom, _ in glyphs.heights),
        top=median(top for _, top in glyphs.heights),
        size=size,
        bold=bold,
        colour=colour,
    )


def _respaced(glyphs: _Glyphs) -> str:
    """Return a letter-spaced line with spaces only where its gaps are wide for this line."""
    signs = [
        (char, edge)
        for char, edge in zip(glyphs.chars, glyphs.edges, strict=True)
        if not char.isspace()
    ]
    gaps = [after[1][0] - before[1][1] for before, after in pairwise(signs)]
    usual = max(median(gaps), 0.5)
    spaces = [" " if gap > 1.7 * usual else "" for gap in gaps]
    return "".join(char + space for (char, _), space in zip(signs, [*spaces, ""], strict=True))


def _rejoined(lines: list[Line]) -> list[Line]:
    """Pieces of one line put together again: a sign in another font, a lone apostrophe."""
    joined: list[Line] = []
    for line in lines:
        before = joined[-1] if joined else None
        if before is None or not _touches(before, line):
            joined.append(line)
            continue
        space = " " if line.left - before.right > WORD_GAP * line.size else ""
        longer = max(before, line, key=lambda piece: len(piece.text))
        joined[-1] = Line(
            text=before.text + space + line.text,
            left=min(before.left, line.left),
            right=max(before.right, line.right),
            bottom=min(before.bottom, line.bottom),
            top=max(before.top, line.top),
            size=longer.size,
            bold=longer.bold,
            colour=longer.colour,
        )
    return joined


def _touches(before: Line, line: Line) -> bool:
    """Whether two lines are pieces of one: on one level and close, or a bullet and its text."""
    level = abs(before.bottom - line.bottom) < 0.3 * max(before.size, line.size)
    near = 6.0 if BULLET.fullmatch(before.text + " ") else 1.0
    return level and -0.5 < (line.left - before.right) / max(line.size, 1.0) < near
