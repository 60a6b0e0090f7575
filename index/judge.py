"""Whether the best passage answers the question, as a probability, and from which on we answer.

A logistic regression on the evidence of a hit (cosine, shared words, nearness to the library's
subject, whether a fact of another country is asked for) and the question's language. It is fitted
when an index is built, on questions of which it is known whether the library answers them, since
every model and library has its own scale.
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
# Of the unanswerable tuning questions, judged by weights that never saw them: a margin under the
# 10 % that may be seen. Less, and fewer than 80 % of the answerable ones are answered.
MOST_WRONG = 0.05
_RIDGE = 1.0  # pull of the weights towards zero, in units of one question
_FOLDS = 10
_STEPS = 25  # Newton steps; it settles within ten

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """The weights of one index, its threshold, and how both did on questions they never saw."""

    weights: tuple[float, ...]
    means: tuple[float, ...]  # of the features, to put them on one scale
    deviations: tuple[float, ...]
    threshold: float  # the lowest confidence that is answered; above 1: nothing is
    figures: dict[str, float]
    trials: str = ""  # names the questions that it learned from

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


# What a cosine, a share of words, a nearness to the subject and a fact of another country weigh on
# the starter library, and how they deviate there. It serves where a hub has not yet told which
# questions its own library answers: means and threshold are then set by the unanswerable ones.
_USUAL = (2.7, 0.7, 0.7, -1.0)
_USUALLY = (0.1, 0.2, 0.07, 0.3, *[0.4] * len(SPOKEN))
_FEWEST = 5  # answerable questions that a fit needs


def fit(
    seen: Sequence[tuple[Evidence, str]], answerable: Sequence[bool], trials: str = ""
) -> Judge:
    """A judge of these best hits, each with its question's language; its threshold is set, too.

    `trials` names the questions, so that others are noticed. Where none is unanswerable there is
    nothing to abstain by, and nothing is answered: see `calibration.read_trials`.
    """
    truth = np.array(answerable, dtype=np.float64)
    features = np.array([_features(evidence, language) for evidence, language in seen])
    if not len(features) or truth.all():
        nothing = np.zeros(len(_USUAL) + len(SPOKEN))
        return _judge(np.append(nothing, 0.0), nothing, nothing + 1.0, 2.0, trials)
    fitted = truth.sum() >= _FEWEST
    if not fitted:
        features, truth = features[truth == 0], truth[truth == 0]
    means, deviations = features.mean(axis=0), np.array(_USUALLY)
    if fitted:
        found = features.std(axis=0)
        deviations = np.where(found > 1e-6, found, deviations)  # the same in all says nothing
    rows = np.column_stack([(features - means) / deviations, np.ones(len(features))])
    usual = np.array([*_USUAL, *[0.0] * len(SPOKEN), 0.0])
    weights = _newton(rows, truth) if fitted else usual
    threshold = _threshold(_unseen(rows, truth) if fitted else _logistic(rows @ weights), truth)
    return _judge(weights, means, deviations, threshold, trials)


def _judge(
    weights: Numbers, means: Numbers, deviations: Numbers, threshold: float, trials: str
) -> Judge:
    return Judge(
        weights=tuple(weights.tolist()),
        means=tuple(means.tolist()),
        deviations=tuple(deviations.tolist()),
        threshold=threshold,
        figures={},
        trials=trials,
    )


def _features(evidence: Evidence, language: str) -> Numbers:
    own = [float(language == spoken) for spoken in SPOKEN]
    placed = float(evidence.elsewhere)
    return np.array([evidence.dense, evidence.words, evidence.domain, placed, *own])


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


def _unseen(rows: Numbers, truth: Numbers) -> Numbers:
    """The confidence of each question, by weights that were fitted without it.

    By weights that know it, too few would seem to pass, and the threshold would be too low.
    """
    fold = np.arange(len(rows)) % _FOLDS
    confidences = np.zeros(len(rows))
    for number in range(_FOLDS):
        mine = fold == number
        confidences[mine] = _logistic(rows[mine] @ _newton(rows[~mine], truth[~mine]))
    return confidences


def _threshold(confidences: Numbers, truth: Numbers) -> float:
    """The lowest confidence above which at most MOST_WRONG of the unanswerable lie."""
    wrong = np.sort(confidences[truth == 0])[::-1]
    allowed = int(MOST_WRONG * len(wrong))
    above = confidences[confidences > wrong[allowed]]
    # Half-way to the next; where there is none, beyond every question that has no answer.
    return float((wrong[allowed] + (above.min() if len(above) else 1.0)) / 2)
