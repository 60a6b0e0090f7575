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
    glyphs, styles = _Glyphs(), _Styles(textpage)
    box, style = pdfium.FS_RECTF(), (0.0, False, 0)
    # Every sign of a page passes here: handles and functions are looked up once.
    raw, code_of, box_of = (
        textpage.raw,
        pdfium.FPDFText_GetUnicode,
        pdfium.FPDFText_GetLooseCharBox,
    )
    for index in range(textpage.count_chars()):
        code = code_of(raw, index)
        hyphen = code in (0x02, 0xFFFE)
        if code in (10, 13) or hyphen:
            glyphs.chars += LINE_HYPHEN if hyphen else ""
            glyphs.edges += [(0.0, 0.0)] if hyphen else []
            yield glyphs
            glyphs = _Glyphs()
            continue
        char = chr(code)
        box_of(raw, index, box)
        left, right, bottom = box.left, box.right, box.bottom
        if not char.isspace():
            if glyphs.heights and _is_apart(glyphs, left, bottom, style[0]):
                yield glyphs
                glyphs = _Glyphs()
            if not glyphs.chars or glyphs.chars[-1].isspace():
                style = styles.at(index)
            elif char.isdigit() and _is_raised(box, glyphs.heights[-1]):
                char = char.translate(_RAISED)
            glyphs.styles[style] += 1
            glyphs.heights.append((bottom, box.top))
            glyphs.right = right
        glyphs.chars.append(char)
        glyphs.edges.append((left, right))
    yield glyphs


def _is_raised(box: pdfium.FS_RECTF, before: tuple[float, float]) -> bool:
    """Whether a sign is a footnote's mark: "2024¹" is not 20241."""
    height = before[1] - before[0]
    bottom, top = float(box.bottom), float(box.top)
    return top - bottom < 0.75 * height and bottom > before[0] + 0.15 * height


def _is_apart(glyphs: _Glyphs, left: float, bottom: float, size: float) -> bool:
    """Whether the next sign is in another cell or another line than the one before."""
    size = max(size, 4.0)
    jump = abs(bottom - glyphs.heights[-1][0]) > 2 * size
    return jump or left - glyphs.right > CELL_GAP * size


class _Styles:
    """The look of a page's signs. Signs of one text object share it, so it is asked for once."""

    def __init__(self, textpage: pypdfium2.PdfTextPage) -> None:
        self._raw = textpage.raw
        self._known: dict[int, tuple[float, bool, int]] = {}
        self._matrix, self._flags = pdfium.FS_MATRIX(), ctypes.c_int()
        self._name = ctypes.create_string_buffer(128)
        self._colour = tuple(ctypes.c_uint() for _ in range(4))

    def at(self, index: int) -> tuple[float, bool, int]:
        """Size, weight and colour of the sign at `index`."""
        found = pdfium.FPDFText_GetTextObject(self._raw, index)
        key = ctypes.cast(found, ctypes.c_void_p).value if found else None
        if key is None:
            return self._asked(index)
        if key not in self._known:
            self._known[key] = self._asked(index)
        return self._known[key]

    def _asked(self, index: int) -> tuple[float, bool, int]:
        raw, matrix, name = self._raw, self._matrix, self._name
        pdfium.FPDFText_GetMatrix(raw, index, matrix)
        scale = (matrix.c**2 + matrix.d**2) ** 0.5 or 1.0
        pdfium.FPDFText_GetFillColor(raw, index, *self._colour)
        red, green, blue, _ = (part.value for part in self._colour)
        name.value = b""
        pdfium.FPDFText_GetFontInfo(raw, index, name, 128, self._flags)
        # The weight of some fonts is a guess from stem widths (764 for Arial Bold, 415 for Roboto
        # Bold), so the name counts as well.
        named = any(part in name.value.lower() for part in (b"bold", b"black", b"heavy"))
        bold = named or 600 <= pdfium.FPDFText_GetFontWeight(raw, index) <= 1000
        size = pdfium.FPDFText_GetFontSize(raw, index) * scale
        return size, bold, (red << 16) | (green << 8) | blue


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
