"""Whether a new index answers the hub's golden questions as well as the last one did."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.messages import Answer
from index.calibration import Trial

FILE = "golden.json"  # in each snapshot: question to whether it was answered rightly


class LostResults(Exception):
    """The results beside an index are damaged: nothing can be compared with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The shares of golden questions answered rightly, and those that fell."""

    before: float | None  # None: the last index was not asked
    after: float
    questions: int
    fell: tuple[str, ...]  # right before, wrong now
    passed: bool
    lost: bool = False  # the last index was asked, but its results cannot be read any more


def ask(trials: Iterable[Trial], answer: Callable[[Trial], Answer]) -> dict[str, bool]:
    """Each question with whether its answer is right.

    Right is: one of the expected sources is among those shown, or nothing is answered where
    nothing is held.
    """
    return {trial.question: _right(trial, answer(trial)) for trial in trials}


def _right(trial: Trial, given: Answer) -> bool:
    if not trial.sources:
        return not given.answered
    return given.answered and any(c.source in trial.sources for c in given.sources)


def judge(before: dict[str, bool] | None, after: dict[str, bool], most: float) -> Verdict:
    """Whether `after` is at most `most` (0 to 1) worse than `before`, on what both were asked."""
    both = [question for question in after if before is not None and question in before]
    then = _share([before[question] for question in both]) if before and both else None
    now = _share([after[question] for question in both or after])
    fell = tuple(q for q in both if before and before[q] and not after[q])
    passed = then is None or then - now <= most + 1e-9
    return Verdict(before=then, after=now, questions=len(after), fell=fell, passed=passed)


def read(folder: Path) -> dict[str, bool] | None:
    """What the index in `folder` was asked when it was made; None where it was not.

    Raises LostResults.
    """
    try:
        text = (folder / FILE).read_text(encoding="utf-8")
        return {str(question): bool(right) for question, right in json.loads(text).items()}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, AttributeError) as error:
        raise LostResults(folder) from error


def write(folder: Path, results: dict[str, bool]) -> None:
    """Keep the results beside the index."""
    text = json.dumps(results, ensure_ascii=False, indent=0)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 1.0
