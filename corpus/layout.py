"""From the lines of a PDF page to its regions: columns, tables, paragraphs, reading order."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median

from corpus.pdf_lines import Line
from corpus.repair import BULLET, LINE_HYPHEN, Words, join

_END = re.compile(r"[.!?:;؟۔…][”\"’»)]*$")
_DASH_OR_NUMBER = re.compile(r"[*–—-]|\(?\w+[.)]")
_COLUMN_LINES = 4  # fewer split lines are a table, however wordy
_COLUMN_WORDS = 3.5  # a cell, on average: more is prose in columns, fewer is a table
_SLACK = 1.5  # em left over on a line that the writer ended; the typesetter leaves less
_SLACK_WITH_GAPS = 6.0  # the same where white between paragraphs shows their ends anyway
_MOST_TO_ORDER = 400  # regions; a page with more is a drawing, and sorting it costs the square

Level = tuple[Line, ...]  # the cells that stand on one level, from left to right


@dataclass(frozen=True, slots=True)
class Region:
    """Lines that belong together: a paragraph, a list item, a heading or a table row."""

    lines: Level
    row: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top in points."""
        return (
            min(line.left for line in self.lines),
            min(line.bottom for line in self.lines),
            max(line.right for line in self.lines),
            max(line.top for line in self.lines),
        )

    @property
    def style(self) -> tuple[float, bool, int]:
        """The look of most of its letters."""
        looks: Counter[tuple[float, bool, int]] = Counter()
        for line in self.lines:
            looks[line.style] += len(line.text)
        return looks.most_common(1)[0][0]

    @property
    def item(self) -> bool:
        """Whether it opens with a bullet or a number."""
        return not self.row and BULLET.match(self.lines[0].text) is not None

    def text(self, words: Words) -> str:
        """Its words as running text; a bar parts the cells of a table row."""
        if self.row:
            return " | ".join(line.text for line in self.lines)
        return join([line.text for line in self.lines], words)


def regions(lines: Sequence[Line]) -> list[Region]:
    """Return the regions of one page in reading order."""
    found: list[Region] = []
    plain: list[Line] = []
    for level in _by_column(_levels(lines)):
        if len(level) == 1:
            plain.append(level[0])
            continue
        found += [*_paragraphs(plain), Region(level, row=True)]
        plain = []
    return _over_columns(_in_order([*found, *_paragraphs(plain)]))


def _levels(lines: Sequence[Line]) -> list[Level]:
    levels: list[Level] = []
    for line in lines:
        last = levels[-1][-1] if levels else None
        beside = last and abs(last.bottom - line.bottom) < 0.3 * line.size
        if last and beside and line.left >= last.right:
            levels[-1] += (line,)
        else:
            levels.append((line,))
    return levels


def _by_column(levels: list[Level]) -> Iterator[Level]:
    """Return the levels, with those that run across two columns of prose taken apart by column."""
    split = [at for at, level in enumerate(levels) if len(level) == 2]
    gutter = median([(levels[at][0].right + levels[at][1].left) / 2 for at in split] or [0])
    position = 0
    while position < len(levels):
        end = _stretch(levels, position, gutter)
        cells = [cell for level in levels[position:end] for cell in level]
        if _is_prose(levels[position:end], cells):
            yield from ((cell,) for cell in cells if cell.left < gutter)
            yield from ((cell,) for cell in cells if cell.left >= gutter)
        else:
            end = position + 1
            yield levels[position]
        position = end


def _stretch(levels: list[Level], start: int, gutter: float) -> int:
    """Return the end of the levels from `start` on in which no cell crosses the gutter."""
    end = start
    while end < len(levels) and all(
        cell.right <= gutter + cell.size or cell.left >= gutter - cell.size for cell in levels[end]
    ):
        end += 1
    return end


def _is_prose(levels: Sequence[Level], cells: Sequence[Line]) -> bool:
    pairs = sum(len(level) == 2 for level in levels)
    if pairs < _COLUMN_LINES or pairs < 0.4 * len(levels) or len(levels[0]) > 2:
        return False
    return mean(len(cell.text.split()) for cell in cells) >= _COLUMN_WORDS


def _paragraphs(lines: Sequence[Line]) -> list[Region]:
    pitches = _pitches(lines)
    limits = _limits(lines)
    slack = _SLACK_WITH_GAPS if _has_gaps(lines, pitches) else _SLACK
    found: list[list[Line]] = []
    for line, before, limit in zip(lines, [None, *lines], [0.0, *limits], strict=False):
        if before and _continues(found[-1], line, pitches.get(line.style[0]), limit, slack):
            found[-1].append(line)
        else:
            found.append([line])
    return [Region(tuple(paragraph)) for paragraph in found]


def _pitches(lines: Sequence[Line]) -> dict[float, float]:
    """For each size of letters the usual step from line to line on this page, in points."""
    steps: dict[float, Counter[float]] = {}
    for before, line in pairwise(lines):
        step = before.bottom - line.bottom
        if before.style[0] == line.style[0] and 0.8 < step / max(line.size, 1.0) < 2.5:
            steps.setdefault(line.style[0], Counter())[round(step * 2) / 2] += 1
    usual = {size: seen.most_common(1)[0] for size, seen in steps.items()}
    return {size: step for size, (step, times) in usual.items() if times > 1}


def _has_gaps(lines: Sequence[Line], pitches: dict[float, float]) -> bool:
    """Whether paragraphs of this page have white between them."""
    steps = [
        (before.bottom - line.bottom) / pitch
        for before, line in pairwise(lines)
        if before.style[0] == line.style[0] and (pitch := pitches.get(line.style[0]))
    ]
    return sum(1.25 < step < 3 for step in steps) >= 2


def _limits(lines: Sequence[Line]) -> list[float]:
    """How far right each line could have run: the widest of its neighbours of one size."""
    limits: list[float] = []
    start = 0
    for end in range(1, len(lines) + 1):
        if end < len(lines) and _is_neighbour(lines[end - 1], lines[end]):
            continue
        limits += [max(line.right for line in lines[start:end])] * (end - start)
        start = end
    return limits


def _is_neighbour(before: Line, line: Line) -> bool:
    near = 0 < before.bottom - line.bottom < 3.5 * line.size
    alike = abs(before.size - line.size) < 0.6 and abs(before.left - line.left) < 8 * line.size
    return near and alike and min(before.right, line.right) > max(before.left, line.left)


def _continues(
    paragraph: list[Line], line: Line, pitch: float | None, limit: float, slack: float
) -> bool:
    """Whether a line goes on with the paragraph: same size, next below, not a new beginning."""
    before = paragraph[-1]
    step = before.bottom - line.bottom
    below = 0.3 * line.size < step <= 1.25 * (pitch or 1.15 * line.size)
    overlaps = min(before.right, line.right) > max(before.left, line.left)
    if not (below and overlaps and abs(before.size - line.size) < 0.6):
        return False
    if _opens_item(paragraph, line) or _indents(paragraph, line):
        return False
    return not _is_broken(before, line, limit, slack)


def _opens_item(paragraph: list[Line], line: Line) -> bool:
    """Whether a line opens a list item.

    A bullet always does; a dash or a number where the text before has ended, or is an item of
    the same kind itself: within a sentence both are common at line starts.
    """
    if not BULLET.match(line.text):
        return False
    sign, first = _DASH_OR_NUMBER.match(line.text), _DASH_OR_NUMBER.match(paragraph[0].text)
    if sign is None or _END.search(paragraph[-1].text):
        return True
    return (
        first is not None
        and sign[0].isalnum() == first[0].isalnum()
        and (BULLET.match(paragraph[0].text) is not None)
    )


def _is_broken(before: Line, line: Line, limit: float, slack: float) -> bool:
    """Whether the line before was broken on purpose: the next word had room on it."""
    if line.text[:1].islower() or before.text.endswith((LINE_HYPHEN, "-")):
        return False
    word = line.text.split(" ", 1)[0]
    width = (line.right - line.left) * len(word) / max(len(line.text), 1)
    room = (limit - before.right - width) / line.size
    if before.bold != line.bold or before.colour != line.colour:
        return room > _SLACK
    return room > (slack if _END.search(before.text) else max(slack, 4.0))


def _indents(paragraph: list[Line], line: Line) -> bool:
    """Whether a line is set in as the first of a paragraph in a text without gaps."""
    deeper = line.left - min(before.left for before in paragraph[-2:])
    item = BULLET.match(paragraph[0].text)
    return not item and 0.8 < deeper / line.size < 4 and bool(_END.search(paragraph[-1].text))


def _in_order(found: list[Region]) -> list[Region]:
    """Return the file's own order, but nothing before what stands above it in its column.

    Files draw columns one after the other, which is how they are read; only titles, footnotes
    and boxes come early or late. Each step takes the earliest region with nothing above it left.
    """
    if len(found) > _MOST_TO_ORDER:
        return found
    boxes = [region.box for region in found]
    above = [
        {a for a in range(len(found)) if _is_above(boxes[a], boxes[b])} for b in range(len(found))
    ]
    order: list[int] = []
    left = list(range(len(found)))
    while left:
        waiting = set(left)
        now = next((at for at in left if not above[at] & waiting), left[0])
        order.append(now)
        left.remove(now)
    return [found[at] for at in order]


def _is_above(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    overlap = min(a[2], b[2]) - max(a[0], b[0])
    if overlap <= 0.3 * min(a[2] - a[0], b[2] - b[0]):
        return False
    return a[1] >= b[3] - 4 and a[1] + a[3] > b[1] + b[3]


def _over_columns(found: list[Region]) -> list[Region]:
    """Paragraphs that run over from one column to the next, put together again."""
    joined: list[Region] = []
    for region in found:
        before = joined[-1] if joined else None
        if before and not before.row and not region.row and _runs_over(before, region):
            joined[-1] = Region(before.lines + region.lines)
        else:
            joined.append(region)
    return joined


def _runs_over(before: Region, region: Region) -> bool:
    first, last = region.lines[0], before.lines[-1]
    return (
        first.text[:1].islower()
        and not region.item
        and not _END.search(last.text)
        and abs(first.size - last.size) < 0.6
        and first.bottom > last.bottom
        and len(last.text.split()) >= _COLUMN_WORDS
    )
