"""What a wish costs and what it brings, by how much it lifts what has it.

python -m scripts.measure_wishes DATA

DATA is a hub's folder of built data. The calibration questions that have an answer are asked, each
with every preference of COUNTRIES and every setting that it does not name itself (standing), or as
the question itself names one (asked). Lost: one whose expected source is among the first three
without the wish, not with it. Met: one of the first three has what is wished.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bot import app, wishes
from bot.asking import DEPTH
from bot.quoting import SHOWN
from bot.settings import Settings
from bot.wishes import DEEP, NOTHING, SETTINGS, Wish, read_wish
from corpus.source import Source
from index.calibration import QUESTIONS, Trial, decidable, read_trials
from index.opened import Current, Opened
from index.ports import Hit

COUNTRIES = ("SL", "KE", "UG", "TZ", "MZ", "RW")  # those that the starter library tells most of
STEPS = (0.02, 0.04, 0.06, 0.08, 0.12, 0.16, 0.25)


def main() -> None:
    """Print a line a bonus."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    opened = Current(data, "local", app.open_embedder(Settings(exchange_data=data)))()
    trials = [one for one in decidable(read_trials(QUESTIONS), opened.library.sources())]
    found = [(one, hits(opened, one)) for one in trials if one.sources]
    print("bonus   standing: lost at worst, met of all    asked: lost, met")
    for bonus in STEPS:
        wishes.ASKED = wishes.STANDING = bonus
        costs = [standing(found, wish, opened.library.source) for wish in preferences()]
        lost, of, met = asked(found, opened.library.source)
        worst = max(cost for cost, _, _ in costs)
        had, pairs = sum(met for _, _, met in costs), sum(of for _, of, _ in costs)
        print(f"{bonus:5}   {worst:3}, {had}/{pairs} {had / pairs:4.0%}   {lost}/{of}, {met}/{of}")


def preferences() -> Iterator[Wish]:
    """Every country and setting that is tried."""
    yield from (Wish(country=code) for code in COUNTRIES)
    yield from (Wish(setting=name) for name in SETTINGS)


def hits(opened: Opened, trial: Trial) -> list[Hit]:
    """As many passages as are looked at where there is a wish."""
    return opened.index.search(trial.question, trial.language, DEEP)


Found = Sequence[tuple[Trial, list[Hit]]]
SourceOf = Callable[[str], Source]


def standing(found: Found, wish: Wish, source_of: SourceOf) -> tuple[int, int, int]:
    """Questions lost, asked, and met, where the wish was chosen and the question names none."""
    tried = [
        outcome(one, hits, NOTHING, wish, source_of)
        for one, hits in found
        if wish.beside(read_wish(one.question, one.language)[0]) == wish
    ]
    return sum(lost for lost, _ in tried), len(tried), sum(met for _, met in tried)


def asked(found: Found, source_of: SourceOf) -> tuple[int, int, int]:
    """Questions lost, asked, and met, where the question itself names a wish."""
    named = [(one, hits, read_wish(one.question, one.language)[0]) for one, hits in found]
    tried = [
        outcome(one, hits, wish, NOTHING, source_of) for one, hits, wish in named if wish != NOTHING
    ]
    return sum(lost for lost, _ in tried), len(tried), sum(met for _, met in tried)


def outcome(
    trial: Trial, hits: Sequence[Hit], asked: Wish, standing: Wish, source_of: SourceOf
) -> tuple[bool, bool]:
    """Whether the expected source is lost, and whether one shown has what is wished."""
    before = first(hits[:DEPTH])
    after = first(wishes.best(hits, asked, source_of, DEPTH, standing))
    wished = asked if standing == NOTHING else standing
    met = any(wishes.meets(source_of(id), wished) for id in after)
    return bool(trial.sources & before) and not trial.sources & after, met


def first(hits: Sequence[Hit]) -> set[str]:
    """The sources named under an answer."""
    return set(list(dict.fromkeys(hit.passage.source for hit in hits))[:SHOWN])


if __name__ == "__main__":
    main()
