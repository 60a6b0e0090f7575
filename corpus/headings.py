"""Which regions of a PDF are headings, and of what depth: told by size, weight and colour."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from corpus.layout import Region

_SENTENCE = re.compile(r"[.;,…،؛][”\"’»)]*$")
_LARGER = 1.12  # times the size of running text
_MOST_WORDS = 25
_MOST_WORDS_OF_BOLD = 14  # in bold or colour alone, a longer text is stressed, not a heading
_FOLLOWED_BY = 5  # words: after a heading of the text's size comes text, not another label

_MOST_IN_A_ROW = 3  # headings of one rank with no text between

Style = tuple[float, bool, int]
Rank = tuple[float, bool]  # size in points, bold


def body_style(pages: Sequence[Sequence[Region]]) -> Style:
    """Return the look of running text: that of most letters."""
    looks: Counter[Style] = Counter()
    for page in pages:
        for region in page:
            for line in region.lines:
                looks[line.style] += len(line.text)
    return looks.most_common(1)[0][0] if looks else (10.0, False, 0)


def levels(pages: Sequence[Sequence[Region]]) -> list[list[int]]:
    """For each region of each page: 1 to 6 for a heading, 0 for other text.

    The document's own styles give the depth: the largest is 1, and of two of one size the bold
    one comes first.
    """
    body = body_style(pages)
    marks = [_marks(page, body) for page in pages]
    _unmark_rare(pages, marks, body)
    ranks = sorted({rank for page in marks for rank in page if rank}, reverse=True)
    return [[min(ranks.index(rank) + 1, 6) if rank else 0 for rank in page] for page in marks]


def _marks(page: Sequence[Region], body: Style) -> list[Rank | None]:
    """For each region its rank as a heading, or None."""
    marks: list[Rank | None] = [
        region.style[:2] if _is_heading(region, after, body) else None
        for region, after in zip(page, [*page[1:], None], strict=False)
    ]
    # Four in a row with no text between are an address, a cover or a drawing.
    for _, group in groupby(range(len(marks)), key=marks.__getitem__):
        at = list(group)
        if len(at) > _MOST_IN_A_ROW:
            marks[at[0] : at[-1] + 1] = [None] * len(at)
    return marks


def _unmark_rare(
    pages: Sequence[Sequence[Region]], marks: list[list[Rank | None]], body: Style
) -> None:
    """Unmark the headings of a style no larger than the text that makes only one of them."""
    small = [
        (page, at, region.style)
        for page, regions in enumerate(pages)
        for at, region in enumerate(regions)
        if marks[page][at] and region.style[0] < _LARGER * body[0]
    ]
    times = Counter(style for *_, style in small)
    for page, at, style in small:
        if times[style] < 2:
            marks[page][at] = None


def _is_heading(region: Region, after: Region | None, body: Style) -> bool:
    text = " ".join(line.text for line in region.lines)
    words = len(text.split())
    if region.row or words > _MOST_WORDS or _SENTENCE.search(text):
        return False
    if sum(char.isalpha() for char in text) < max(3, 0.5 * len(text.replace(" ", ""))):
        return False
    if region.item and not re.match(r"[\divxIVX]+[.)]", text):
        return False
    size, bold, colour = region.style
    if size >= _LARGER * body[0] and not region.lines[0].text[:1].islower():
        return True
    stands_out = (bold and not body[1]) or colour != body[2]
    if not stands_out or size < body[0] or words > _MOST_WORDS_OF_BOLD or text.endswith(":"):
        return False
    return _leads(region, after)


def _leads(region: Region, after: Region | None) -> bool:
    """Whether text of another look follows."""
    if after is None or after.row or after.style == region.style:
        return False
    return sum(len(line.text.split()) for line in after.lines) >= _FOLLOWED_BY
