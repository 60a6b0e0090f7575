"""Whether the best passage answers the question, as a probability, and from which on we answer.

A logistic regression on the evidence of a hit (cosine, shared words, nearness to the library's
subject) and the question's language. It is fitted when an index is built, on questions of which
it is known whether the library answers them, since every model and library has its own scale.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.languages import SPOKEN
from index.ports import Evidence, StaleIndex
from index.recipe import REMEDY

FILE = "judge.json"
MOST_WRONG = 0.08  # of the unanswerable questions that set the threshold, answered all the same
_RIDGE = 1.0  # pull of the weights towards zero, in units of one question
_STEPS = 25  # Newton steps; it settles within ten

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """The weights of one index, its threshold, and how both did on questions they never saw."""

    weights: tuple[float, ...]
    means: tuple[float, ...]  # of the features, to put them on one scale
    deviations: tuple[float, ...]
    threshold: float  # the lowest confidence that is answered
    figures: dict[str, float]

    def confidence(self, evidence: Evidence, language: str) -> float:
        """The probability, 0 to 1, that a passage with this evidence answers the question."""
        scaled = (_features(evidence, language) - np.array(self.means)) / np.array(self.deviations)
        return float(_logistic(np.append(scaled, 1.0) @ np.array(self.weights)))

    def write(self, folder: Path) -> None:
        """Keep it beside the index."""
        (folder / FILE).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def read(folder: Path) -> Judge:
    """The judge of the index in `folder`. Raises StaleIndex where it cannot be read."""
    try:
        cells = json.loads((folder / FILE).read_text(encoding="utf-8"))
        tuples = {name: tuple(cells[name]) for name in ("weights", "means", "deviations")}
        return Judge(**cells | tuples)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StaleIndex(f"the index in {folder} has no readable {FILE}; {REMEDY}") from error


# Where there are no questions to learn from, the best passage is shown: better than silence.
UNDECIDED = Judge(
    weights=(0.0,) * (4 + len(SPOKEN)),
    means=(0.0,) * (3 + len(SPOKEN)),
    deviations=(1.0,) * (3 + len(SPOKEN)),
    threshold=0.0,
    figures={},
)


def fit(seen: Sequence[tuple[Evidence, str]], answerable: Sequence[bool]) -> Judge:
    """A judge of these best hits, each with its question's language; its threshold is set, too."""
    if not seen or len(set(answerable)) < 2:
        return UNDECIDED
    features = np.array([_features(evidence, language) for evidence, language in seen])
    means, deviations = features.mean(axis=0), features.std(axis=0) + 1e-9
    rows = np.column_stack([(features - means) / deviations, np.ones(len(features))])
    truth = np.array(answerable, dtype=np.float64)
    weights = _newton(rows, truth)
    threshold = _threshold(_logistic(rows @ weights), truth)
    return Judge(
        weights=tuple(weights.tolist()),
        means=tuple(means.tolist()),
        deviations=tuple(deviations.tolist()),
        threshold=threshold,
        figures={},
    )


def _features(evidence: Evidence, language: str) -> Numbers:
    own = [float(language == spoken) for spoken in SPOKEN]
    return np.array([evidence.dense, evidence.words, evidence.domain, *own])


def _logistic(values: Numbers) -> Numbers:
    result: Numbers = 1.0 / (1.0 + np.exp(-values))
    return result


def _newton(rows: Numbers, truth: Numbers) -> Numbers:
    """Weights of the ridge-penalised logistic regression, by Newton's method."""
    weights: Numbers = np.zeros(rows.shape[1])
    penalty = _RIDGE * np.eye(rows.shape[1])
    penalty[-1, -1] = 1e-6  # the constant is free
    for _ in range(_STEPS):
        guess = _logistic(rows @ weights)
        slope = rows.T @ (truth - guess) - penalty @ weights
        curve = (rows * (guess * (1 - guess))[:, None]).T @ rows + penalty
        weights = weights + np.linalg.solve(curve, slope)
    return weights


def _threshold(confidences: Numbers, truth: Numbers) -> float:
    """The lowest confidence above which at most MOST_WRONG of the unanswerable lie."""
    wrong = np.sort(confidences[truth == 0])[::-1]
    allowed = int(MOST_WRONG * len(wrong))
    above = confidences[confidences > wrong[allowed]]
    return float((wrong[allowed] + above.min()) / 2) if len(above) else float(wrong[allowed])
