"""The questions of which it is known whether the library answers them.

They are the hub's to replace (a setting names the file). Those whose CRC-32 is even set the
judge, the odd ones report how it does.
"""

import csv
import hashlib
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index import judge
from index.judge import Judge
from index.ports import Evidence

QUESTIONS = Path(__file__).with_name("calibration.csv")


class BadCalibration(Exception):
    """A file of trials that cannot be used. Its text says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A question whose fate is known: answerable from these sources, or from none."""

    question: str
    language: str
    sources: frozenset[str]

    @property
    def tunes(self) -> bool:
        """Whether it sets the judge rather than reports on it."""
        return zlib.crc32(self.question.encode()) % 2 == 0


def digest(path: Path) -> str:
    """The name of a file of trials: other questions have another. Raises BadCalibration."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError as error:
        raise BadCalibration(f"CALIBRATION={path}: {error.strerror}; check the name") from error


def read_trials(path: Path, setting: str = "CALIBRATION") -> list[Trial]:
    """The trials of a file, which `setting` names. Raises BadCalibration."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [
                Trial(
                    question=row["question"],
                    language=row["language"],
                    sources=frozenset(filter(None, row["source"].split(";"))),
                )
                for row in csv.DictReader(file)
            ]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, AttributeError) as error:
        raise BadCalibration(
            f"{setting}={path}: {error}; it needs the columns question, language and source"
        ) from error


def read_calibration(path: Path) -> list[Trial]:
    """The trials that set a judge: some must have no answer. Raises BadCalibration."""
    trials = read_trials(path)
    if all(trial.sources for trial in trials):
        raise BadCalibration(
            f"CALIBRATION={path}: every question in it has a source, so nothing could be declined;"
            " add questions that the library does not answer, with an empty source"
        )
    return trials


def decidable(trials: Sequence[Trial], held: Collection[str]) -> list[Trial]:
    """Those that can be judged with the sources held: the others might be either."""
    return [trial for trial in trials if not trial.sources or trial.sources & set(held)]


def measure(
    trials: Sequence[Trial], best: Callable[[Trial], Evidence | None], name: str = ""
) -> Judge:
    """The judge that these trials make; `name` is theirs.

    `best` gives the evidence of a trial's best hit.
    """
    seen = [(trial, evidence) for trial in trials if (evidence := best(trial)) is not None]
    tuning = [pair for pair in seen if pair[0].tunes]
    rest = [pair for pair in seen if not pair[0].tunes]
    if all(trial.sources for trial, _ in tuning):
        tuning, rest = seen, []  # too few to be halved: then there is no half to report on
    made = judge.fit(
        [(evidence, trial.language) for trial, evidence in tuning],
        [bool(trial.sources) for trial, _ in tuning],
        name,
    )
    return replace(made, figures=_figures(made, rest))


def _figures(made: Judge, rest: Sequence[tuple[Trial, Evidence]]) -> dict[str, float]:
    """Shares of the trials that the judge never saw."""
    fates: dict[bool, list[bool]] = {True: [], False: []}
    for trial, evidence in rest:
        answered = made.confidence(evidence, trial.language) >= made.threshold
        fates[bool(trial.sources)].append(answered)
    return {
        "questions": float(len(rest)),
        "answered": _mean(fates[True]),
        "answered wrongly": _mean(fates[False]),
    }


def _mean(values: list[bool]) -> float:
    return round(sum(values) / len(values), 3) if values else 0.0
