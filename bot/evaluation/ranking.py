"""Ranking metrics by ir-measures, for the fused ranking and for each of its parts alone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from bot.evaluation.sets import Case
from index.ports import Hit

if TYPE_CHECKING:
    from ir_measures.measures import Measure

FUSED, VECTORS, WORDS = "fused", "vectors", "words"
PARTS = (FUSED, VECTORS, WORDS)
RANKING = ("nDCG@10", "recall@5", "recall@10", "recall@20", "MRR@10")
DEEPEST = 20  # the furthest that a metric looks
DEPTH = 200  # passages asked of the index: all that vectors and words propose, 100 each

Rankings = dict[str, list[str]]  # question to sources, best first


class MissingLibrary(Exception):
    """A library of the development extra that is not installed. Its text says what to type."""


def sources(hits: Sequence[Hit], part: str) -> list[str]:
    """The sources of `hits` by their best passage, in the order of one part of the evidence.

    A part alone is a deep fused search put in the order of its own evidence. With the local
    engine this is what the part would have given: each part proposes 100 passages of its own, and
    a search of DEPTH holds them all. For another engine it is an approximation. A passage that
    shares no word with the question is not in the ranking by words.
    """
    if part == VECTORS:
        hits = sorted(hits, key=lambda hit: -hit.evidence.dense)
    elif part == WORDS:
        found = (hit for hit in hits if hit.evidence.words > 0)
        hits = sorted(found, key=lambda hit: -hit.evidence.words)
    return list(dict.fromkeys(hit.passage.source for hit in hits))[:DEEPEST]


def values(
    cases: Iterable[Case], rankings: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Metric to question to value, 0 to 1, for the questions that have an answer.

    nDCG takes the relevance as gain; recall is the share of all expected sources.
    Raises MissingLibrary.
    """
    expected = {case.id: dict(case.expected) for case in cases if case.expected}
    # Equal scores would be put in the order of the ids: the place itself is the score.
    run = {
        id: {source: float(DEEPEST - place) for place, source in enumerate(ranked)}
        for id, ranked in rankings.items()
        if id in expected and ranked
    }
    found: dict[str, dict[str, float]] = {name: dict.fromkeys(expected, 0.0) for name in RANKING}
    if run:
        measures = _measures()
        names = {measure: name for name, measure in measures.items()}
        import ir_measures

        for metric in ir_measures.iter_calc(list(names), expected, run):
            found[names[metric.measure]][metric.query_id] = float(metric.value)
    return found


def _measures() -> dict[str, "Measure"]:
    try:
        from ir_measures import RR, R, nDCG
    except ImportError as error:
        raise MissingLibrary(
            "evaluate needs ir-measures, of the development extra; run: scripts/setup dev,"
            " or: pip install 'ask-the-exchange[dev]'"
        ) from error
    return dict(zip(RANKING, (nDCG @ 10, R @ 5, R @ 10, R @ 20, RR @ 10), strict=True))


def check() -> None:
    """Raises MissingLibrary before anything is embedded or asked."""
    _measures()
