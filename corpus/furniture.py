"""Running headers, footers and page numbers: found by what repeats, and what they tell."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.pdf_lines import Line

_NUMBER = re.compile(r"\d{1,4}")
_ROMAN = re.compile(r"(?=[ivxl])(xl|l?x{0,3})(ix|iv|v?i{0,3})")
_MARGIN = 0.12  # of the page's height, at the head and at the foot
_OUTERMOST = 2  # so many lines from the head and from the foot count as margin in any case
_LARGE = 1.2  # times the usual size: a running number in such letters is a title ("Standard 4")
_CLOSE = 1.6  # times the size of the letters: the step to the next line of one text

Key = tuple[str, int | None, int]  # text, printed number minus page index, height to 10 points
Page = Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripped:
    """Pages without their furniture."""

    pages: tuple[tuple[Line, ...], ...]
    labels: tuple[str | None, ...]  # the printed number of each page
    dropped: tuple[str, ...]  # one line for each piece of furniture


def strip(pages: Sequence[Page], heights: Sequence[float]) -> Stripped:
    """Lines in the margins that repeat at one height are dropped; their page numbers are labels.

    A line with a number repeats where the number runs with the pages: "Page 3 of 30" on page 3
    and "Page 4 of 30" on page 4, but not "Table 1" on pages 3 and 5.
    """
    large = _LARGE * _usual_size(pages)
    margins = [_margin(page, height) for page, height in zip(pages, heights, strict=True)]
    seen: dict[Key, set[int]] = defaultdict(set)
    for index, lines in enumerate(margins):
        for line in lines:
            for key in _keys(line, index, large):
                seen[key].add(index)
    needed = 3 if len(pages) > 3 else 2
    times = {key: len(on) for key, on in seen.items() if len(on) >= needed}
    kept, numbers, named = [], [], dict[str, int]()
    for index, (page, lines) in enumerate(zip(pages, margins, strict=True)):
        best = _set_apart(_furniture(lines, index, large, times), page)
        kept.append(tuple(line for line in page if line not in best))
        numbers.append(_printed(best, index, times))
        named |= {key[0]: named.get(key[0], 0) + 1 for key in dict.fromkeys(best.values())}
    return Stripped(
        pages=tuple(kept),
        labels=_filled(numbers),
        dropped=tuple(f"{text} (on {count} pages)" for text, count in named.items()),
    )


def _usual_size(pages: Sequence[Page]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[line.style[0]] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _margin(page: Page, height: float) -> list[Line]:
    """Return the lines at the head and the foot of a page."""
    levels = sorted({round(line.bottom) for line in page})
    outer = {*levels[:_OUTERMOST], *levels[-_OUTERMOST:]}
    low, high = _MARGIN * height, (1 - _MARGIN) * height
    return [
        line for line in page if line.top < low or line.bottom > high or round(line.bottom) in outer
    ]


def _keys(line: Line, index: int, large: float) -> Iterator[Key]:
    """Give what a line shares with its like on other pages: its text, or all but a number."""
    height = round(line.bottom / 10)
    text = line.text.strip()
    yield text, None, height
    if line.size > large:
        return
    for number in _NUMBER.finditer(text):
        yield text[: number.start()] + "#" + text[number.end() :], int(number[0]) - index, height
    if _ROMAN.fullmatch(text.lower()):
        yield "# (roman)", _from_roman(text.lower()) - index, height


def _furniture(lines: Page, index: int, large: float, times: dict[Key, int]) -> dict[Line, Key]:
    """Return the lines of a page that repeat, each with the key that it shares most widely."""
    hits = {line: [key for key in _keys(line, index, large) if key in times] for line in lines}
    return {line: max(keys, key=times.__getitem__) for line, keys in hits.items() if keys}


def _set_apart(best: dict[Line, Key], page: Page) -> dict[Line, Key]:
    """Leave out the lines that stand close to the page's text: they are part of it."""
    while True:
        text = [line for line in page if line not in best]
        near = [line for line in best if any(_is_next_to(line, other) for other in text)]
        if not near:
            return best
        best = {line: key for line, key in best.items() if line not in near}


def _is_next_to(line: Line, other: Line) -> bool:
    step = abs(line.bottom - other.bottom)
    overlaps = min(line.right, other.right) > max(line.left, other.left)
    return overlaps and line.style[0] == other.style[0] and 0 < step < _CLOSE * line.size


def _printed(best: dict[Line, Key], index: int, times: dict[Key, int]) -> str | None:
    """Return the page number among the furniture of a page, as it is printed."""
    running = [(times[key], line, key) for line, key in best.items() if key[1] is not None]
    if not running:
        return None
    _, line, key = max(running, key=lambda found: found[0])
    if key[0] == "# (roman)":
        return line.text.strip()
    found = (
        number[0] for number in _NUMBER.finditer(line.text) if int(number[0]) - index == key[1]
    )
    return next(found, None)


def _filled(numbers: list[str | None]) -> tuple[str | None, ...]:
    """Labels of pages between two that continue one count: a full-page picture has a number."""
    labels = list(numbers)
    known = [at for at, number in enumerate(numbers) if number and number.isdecimal()]
    for first, last in pairwise(known):
        start, end = int(numbers[first] or 0), int(numbers[last] or 0)
        if end - start == last - first:
            labels[first:last] = [str(start + step) for step in range(last - first)]
    return tuple(labels)


def _from_roman(text: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10, "l": 50}[letter] for letter in text]
    return sum(
        -value if value < after else value
        for value, after in zip(values, [*values[1:], 0], strict=True)
    )
