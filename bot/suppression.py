"""Which counts may be shown, so that none of fewer than FEWEST people follows from the rest.

Hiding a small cell is not enough where a total is shown: the others taken from it leave the cell.
Hidden with it are as many others as it needs (complementary cell suppression; Hundepool et al.,
Statistical Disclosure Control, 2012, ch. 4). All sums that tie the cells of a week stand in
`_sums`; nothing is shown by two grains of time, which would tie them once more.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from bot.counts import ACROSS, FEWEST, JOINED, Cell, Outcome

Key = tuple[str, str]  # by, value
Free = dict[Key, NDArray[np.float64]]  # a cell's direction: (free directions,)
Sum = tuple[Key, ...]  # the first is what the others make together
ALL: Key = ("all", "all")
ASKED: Key = ("questions", "")  # never shown itself, but it follows from outcomes
_QUESTIONS = (Outcome.ANSWERED, Outcome.NOT_FOUND)
_ZERO = 1e-9


def shown(cells: Iterable[Cell]) -> list[Cell]:
    """The cells of closed weeks that may be shown, in the order given.

    A week of fewer than FEWEST people shows nothing, but for how many joined a workshop, which is
    counted in no other cell. Hidden cells are chosen week by week: no sum
    goes over two weeks.
    """
    weeks = groupby(cells, key=lambda cell: cell.week)
    return [cell for _, week in weeks for cell in _shown(tuple(week))]


@lru_cache(maxsize=256)  # a closed week never changes
def _shown(week: tuple[Cell, ...]) -> tuple[Cell, ...]:
    held = {(cell.by, cell.value): cell for cell in week}
    if ALL not in held or held[ALL].people < FEWEST:
        return tuple(cell for cell in week if cell.by == JOINED and cell.people >= FEWEST)
    small = {key for key, cell in held.items() if cell.people < FEWEST}
    hidden, sums = set(small), _sums(held)
    free = _free(sums)
    while (more := _unmasked(held, sums, free, small, hidden)) is not None:
        hidden.add(more)
    return tuple(cell for cell in week if (cell.by, cell.value) not in hidden)


def _sums(held: Iterable[Key]) -> list[Sum]:
    """What adds up in a week, each sum as its total and its parts."""
    by: dict[str, list[Key]] = {}
    for key in held:
        by.setdefault(key[0], []).append(key)
    asked = [k for k in by.get("outcome", ()) if k[1] in _QUESTIONS]
    sums = [(ALL, *by.get(name, ())) for name in ("channel", "language", "outcome", "workshop")]
    sums += [(ASKED, *asked), *((ASKED, *by.get(name, ())) for name in ("topic", "country"))]
    for name, place, table in (
        ("topic", 0, "topic outcome"),
        ("outcome", 1, "topic outcome"),
        ("feedback", 1, "topic feedback"),
    ):
        for key in by.get(name, ()):
            parts = (k for k in by.get(table, ()) if k[1].split(ACROSS)[place] == key[1])
            sums.append((key, *parts))
    bad = [key for key in by.get("feedback", ()) if key[1] == "not helpful"]
    sums += [(key, *by.get("reason", ())) for key in bad]
    sums += _by_workshop(by)
    return [made for made in sums if len(made) > 1]


def _by_workshop(by: dict[str, list[Key]]) -> list[Sum]:
    """What adds up over workshops and "none", which together are all messages of the week.

    `("workshop questions", code)` is never shown itself: it follows from outcomes.
    """
    outcomes, topics = by.get("workshop outcome", []), by.get("workshop topic", [])
    sums: list[Sum] = []
    for key in by.get("workshop", ()):
        own = [k for k in outcomes if _parts(k)[0] == key[1]]
        asked = ("workshop questions", key[1])
        sums.append((key, *own))
        sums.append((asked, *(k for k in own if _parts(k)[1] in _QUESTIONS)))
        sums.append((asked, *(k for k in topics if _parts(k)[0] == key[1])))
    for key in by.get("outcome", ()):
        sums.append((key, *(k for k in outcomes if _parts(k)[1] == key[1])))
    for key in by.get("topic", ()):
        sums.append((key, *(k for k in topics if _parts(k)[1] == key[1])))
    return sums


def _parts(key: Key) -> list[str]:
    return key[1].split(ACROSS)


def _unmasked(
    held: dict[Key, Cell], sums: list[Sum], free: Free, small: set[Key], hidden: set[Key]
) -> Key | None:
    """The next cell to hide; None where no small cell, and no rest of small cells, follows.

    A rest is what a sum leaves when its parts that are shown are taken from its total.
    """
    tied = [made for made in sums if any(key in small for key in made)]
    totals = {made[0] for made in sums}

    def least(among: Iterable[Sum]) -> Key | None:
        """The cell to hide first: no total where another is left, then that of the fewest."""
        left = {key for made in among for key in made if key in held and key not in hidden}
        return min(left, key=lambda k: (k in totals, held[k].people, k), default=None)

    for made in sums:
        if len(made) == 2 and len(hidden.intersection(made)) == 1 and made[0] in held:
            return least([made])  # a total of one part is its part under another name
    for made in tied:
        out = {key for key in made if key in hidden or key not in held}
        rest = made[0] not in out and len(out) < len(made) - 1
        if rest and out and out <= small:
            return least([made])
    if _follows(free, small, held.keys() - hidden):
        return least(made for made in sums if hidden.intersection(made)) or least(sums)
    return None


def _follows(free: Free, small: set[Key], seen: set[Key]) -> bool:
    """Whether any small cell can be worked out from those `seen`, by whatever way.

    It follows just where its direction lies within those that the shown cells span.
    """
    few = np.array([free[key] for key in small if key in free])
    told = np.array([free[key] for key in free if key in seen])
    if not len(few) or not len(told):
        return False
    sizes, directions = np.linalg.eigh(told.T @ told)  # squares: a third of the time of an SVD
    span = directions[:, sizes > _ZERO]
    left = np.linalg.norm(few - few @ span @ span.T, axis=1)
    return bool((left < _ZERO**0.5).any())


def _free(sums: Sequence[Sum]) -> Free:
    """Every cell that is part of a sum as a direction: what moves it while all sums are kept."""
    keys = list(dict.fromkeys(key for made in sums for key in made))
    at = {key: place for place, key in enumerate(keys)}
    ties = np.zeros((len(sums), len(keys)))
    for row, (total, *parts) in enumerate(sums):
        ties[row, [at[key] for key in parts]] = 1
        ties[row, at[total]] = -1
    _, sizes, directions = np.linalg.svd(ties)
    basis = directions[int((sizes > _ZERO).sum()) :].T
    return dict(zip(keys, basis, strict=True))
