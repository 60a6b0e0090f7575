"""What people need, over some weeks: tables made of the counts that may be shown, and of no other.

Numbers are sums of weekly cells that are shown, so they tell too few, never too many: what fewer
than five people asked in a week is in none of them.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.counts import ACROSS, Cell, Counts, Outcome, week
from bot.desk.feedback import HELPFUL, NOT_HELPFUL
from bot.suppression import shown

PERIODS = (4, 13, 26, 52)  # weeks
MOST = 20  # documents in a table


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table, and of its plot."""

    name: str
    number: int
    of: int = 0  # the number is a part of these; 0: it stands alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What was counted in some weeks that are over."""

    weeks: tuple[tuple[str, int | None], ...]  # the first is the oldest; None: too few people
    by: Mapping[str, tuple[Row, ...]]  # "topic", "language", ...: the most first
    gaps: tuple[Row, ...]  # topics: questions not answered, of all
    liked: tuple[Row, ...]  # topics: helpful, of all that was said
    liked_sources: tuple[Row, ...]  # the same by the ids of sources
    used: tuple[Row, ...]  # ids of sources that were quoted, the most first
    unused: tuple[str, ...]  # ids of sources that no week shows


def cells_of(counts: Counts, today: date, weeks: int) -> list[Cell]:
    """The cells that may be shown of the last so many weeks that are over, latest first."""
    return shown(counts.closed(today, week(today - timedelta(weeks=weeks))))


def needs(cells: Sequence[Cell], today: date, weeks: int, sources: Iterable[str]) -> Needs:
    """The tables of these weeks; `sources`: the ids of all that the library holds."""
    totals = {cell.week: cell.messages for cell in cells if cell.by == "all"}
    spans = [week(today - timedelta(weeks=back)) for back in range(weeks, 0, -1)]
    names = ("outcome", "topic", "language", "channel", "country", "feedback", "reason", "after")
    used = _summed(cells, "source")
    return Needs(
        weeks=tuple((one, totals.get(one)) for one in spans),
        by={name: _summed(cells, name) for name in names},
        gaps=_parts(cells, "topic outcome", Outcome.NOT_FOUND, Outcome.ANSWERED),
        liked=_parts(cells, "topic feedback", HELPFUL, NOT_HELPFUL),
        liked_sources=_parts(cells, "source feedback", HELPFUL, NOT_HELPFUL),
        used=used[:MOST],
        unused=tuple(sorted(set(sources) - {row.name for row in used})),
    )


def _summed(cells: Sequence[Cell], by: str) -> tuple[Row, ...]:
    sums: defaultdict[str, int] = defaultdict(int)
    for cell in cells:
        if cell.by == by:
            sums[cell.value] += cell.messages
    return _sorted(Row(name=name, number=number) for name, number in sums.items())


def _parts(cells: Sequence[Cell], by: str, part: str, rest: str) -> tuple[Row, ...]:
    """The part of each thing, of the weeks alone that show both the part and the rest of it."""
    seen: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for cell in cells:
        if cell.by == by:
            name, _, kind = cell.value.rpartition(ACROSS)
            seen[cell.week, name][kind] = cell.messages
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for (_, name), kinds in seen.items():
        if part in kinds and rest in kinds:
            sums[name][0] += kinds[part]
            sums[name][1] += kinds[part] + kinds[rest]
    return _sorted(Row(name=name, number=n, of=of) for name, (n, of) in sums.items())


def _sorted(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.number, row.name)))


def as_csv(cells: Iterable[Cell]) -> bytes:
    """The cells as CSV that a spreadsheet opens as text: UTF-8 with its mark, no formulas."""
    out = io.StringIO(newline="")
    write = csv.writer(out)
    write.writerow(("week", "by", "value", "messages", "people"))
    write.writerows(
        (cell.week, cell.by, _no_formula(cell.value), cell.messages, cell.people) for cell in cells
    )
    return out.getvalue().encode("utf-8-sig")


def _no_formula(text: str) -> str:
    """A quotation mark before what a spreadsheet would compute (OWASP, CSV Injection)."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text
