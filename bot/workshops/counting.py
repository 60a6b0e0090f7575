"""What was counted of a workshop: of the weeks that are over, what bot.suppression lets be shown.

So the numbers are too small rather than too large: fewer than five people show nothing, and where
fewer than five others wrote in a week, it tells how many joined and not what they asked.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.counts import ACROSS, JOINED, Cell, Counts, Outcome
from bot.desk.needs import Row
from bot.suppression import shown

_BY = {
    JOINED: JOINED,
    "workshop": "all",
    "workshop outcome": "outcome",
    "workshop topic": "topic",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallied:
    """Sums over the weeks that are shown; 0 where none is."""

    joined: int
    asked: int
    answered: int
    topics: tuple[Row, ...]  # questions, the most first


def cells_of(counts: Counts, today: date, code: str) -> list[Cell]:
    """The workshop's cells that may be shown, latest week first: by all, outcome and topic."""
    return [
        replace(cell, by=_BY[cell.by], value=what or _BY[cell.by])
        for cell in shown(counts.closed(today))
        if cell.by in _BY
        for own, _, what in [cell.value.partition(ACROSS)]
        if own == code
    ]


def tallied(cells: Sequence[Cell]) -> Tallied:
    """The sums of a workshop's cells."""
    sums = Counter[tuple[str, str]]()
    for cell in cells:
        sums[cell.by, cell.value] += cell.messages
    answered = sums["outcome", Outcome.ANSWERED]
    topics = ((value, number) for (by, value), number in sums.items() if by == "topic")
    return Tallied(
        joined=sums[JOINED, JOINED],
        asked=answered + sums["outcome", Outcome.NOT_FOUND],
        answered=answered,
        topics=tuple(
            Row(name=value, number=number)
            for value, number in sorted(topics, key=lambda row: (-row[1], row[0]))
        ),
    )
