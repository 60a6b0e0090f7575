"""How sure a figure is: 95 % intervals, and the chance that two runs differ by luck alone."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

SEED, DRAWS, CONFIDENCE = 20_240, 2_000, 0.95
_TURNS = 9_999  # sign flips; fewer questions than give so many arrangements are tried in full


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A share or a mean, 0 to 1, and where it lies with 95 % confidence."""

    value: float
    low: float
    high: float
    n: int  # of questions; for quotes, of quotes


def interval(
    values: Sequence[float], weights: Sequence[float], groups: Sequence[Hashable], *, share: bool
) -> Figure:
    """The weighted mean of `values`, each 0 to 1.

    `share`: each is a share of `weight` things that are so or not, and the interval is Wilson's
    (1927); else it is the percentile bootstrap's (Efron 1979) over `groups`, with a fixed seed.
    """
    sums = np.array(values, dtype=np.float64) * weights
    total = float(np.sum(weights))
    mean = float(sums.sum() / total)
    low, high = (
        _wilson(float(sums.sum()), total) if share else _bootstrap(sums, np.array(weights), groups)
    )
    return Figure(value=mean, low=low, high=high, n=round(total))


def _wilson(right: float, total: float) -> tuple[float, float]:
    from scipy.stats import binomtest

    found = binomtest(round(right), round(total)).proportion_ci(CONFIDENCE, method="wilson")
    return float(found.low), float(found.high)


def _bootstrap(
    sums: np.ndarray, weights: np.ndarray, groups: Sequence[Hashable]
) -> tuple[float, float]:
    """Whole groups are drawn: what hangs together is no independent evidence."""
    places = {group: at for at, group in enumerate(dict.fromkeys(groups))}
    which = [places[group] for group in groups]
    sums, weights = np.bincount(which, sums), np.bincount(which, weights)
    drawn = np.random.default_rng(SEED).integers(len(places), size=(DRAWS, len(places)))
    means = sums[drawn].sum(axis=1) / weights[drawn].sum(axis=1)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


def chance(differences: Sequence[float]) -> float:
    """The two-sided p-value of paired differences: a permutation test that flips their signs.

    Exact for a dozen questions, else by 9,999 flips with a fixed seed. 1 where nothing differs.
    """
    moved = np.array([d for d in differences if d], dtype=np.float64)  # 0 is 0 with any sign
    if not len(moved):
        return 1.0
    from scipy.stats import permutation_test

    found = permutation_test(
        (moved,), np.mean, permutation_type="samples", vectorized=True, n_resamples=_TURNS,
        batch=1_000, rng=np.random.default_rng(SEED),
    )  # fmt: skip
    return float(found.pvalue)
