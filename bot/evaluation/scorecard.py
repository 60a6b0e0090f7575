"""The scores of one run: figures with intervals, and each question's own values beside them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bot.evaluation.intervals import Figure, interval
from bot.evaluation.ranking import PARTS, RANKING
from bot.evaluation.sets import BadSet

ANSWERS, ALL = "answers", "all"  # the section that is no ranking; all languages together
SECTIONS = (*PARTS, ANSWERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What a metric is."""

    name: str
    what: str
    share: bool = True  # of things that are so or not: Wilson's interval; else a mean: bootstrap
    lower_is_better: bool = False


METRICS = {
    metric.name: metric
    for metric in (
        *(Metric(name=name, what="of the sources ranked", share=False) for name in RANKING),
        Metric(name="source@1", what="an expected source is shown first"),
        Metric(name="source@3", what="an expected source is among the three shown"),
        Metric(name="page@1", what="the first source opens at the expected page"),
        Metric(name="answered", what="questions with an answer that were answered"),
        Metric(
            name="answered wrongly",
            what="questions without an answer that were answered all the same",
            lower_is_better=True,
        ),
        Metric(name="quotes verify", what="quotes that stand on the stored page, word for word"),
        Metric(
            name="span quoted",
            what="answers with an expected source whose quotes hold a known answer",
        ),
        Metric(
            name="same source",
            what="the same question in two languages shows the same source first",
            share=False,
        ),
        Metric(
            name="same page",
            what="the same question in two languages shows the same page first",
            share=False,
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one question showed in one metric."""

    metric: str  # a name of METRICS
    question: str  # the Case's id
    language: str
    value: float  # 0 to 1
    weight: float = 1.0  # how many things it is the share of
    section: str = ANSWERS
    group: str = ""  # observations that hang together, drawn together by the bootstrap


Figures = dict[str, dict[str, dict[str, Figure]]]  # by section, metric, language or ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """One question set, asked once."""

    name: str
    half: str
    questions: int
    documents: int
    passages: int
    embedder: str
    engine: str
    seconds: float
    remarks: tuple[str, ...] = ()
    figures: Figures = field(default_factory=dict)
    observations: tuple[Observation, ...] = ()

    def as_json(self) -> dict[str, object]:
        """One object: each section's figures, then each question's own values by its id."""
        cells: dict[str, object] = {
            name: getattr(self, name)
            for name in self.__slots__
            if name not in ("figures", "observations")
        }
        for section, metrics in self.figures.items():
            cells[section] = {
                metric: asdict(by[ALL])
                | {"languages": {name: asdict(f) for name, f in by.items() if name != ALL}}
                for metric, by in metrics.items()
            }
        values: defaultdict[str, dict[str, list[object]]] = defaultdict(dict)
        for o in self.observations:
            own = [o.value, o.weight, o.language, o.group]
            values[f"{o.section}/{o.metric}"][o.question] = own
        return cells | {"values": dict(values)}


def figures(observations: Iterable[Observation]) -> Figures:
    """Every metric that was seen, over all and by language, with its 95 % interval."""
    sorted_: defaultdict[tuple[str, str], list[Observation]] = defaultdict(list)
    for one in observations:
        sorted_[one.section, one.metric].append(one)
    found: Figures = {}
    for section in SECTIONS:
        for name, metric in METRICS.items():
            if own := sorted_.get((section, name)):
                found.setdefault(section, {})[name] = {
                    language: _figure(some, metric.share)
                    for language, some in _by_language(own).items()
                }
    return found


def _by_language(own: Sequence[Observation]) -> dict[str, list[Observation]]:
    languages = sorted({one.language for one in own})
    return {ALL: list(own)} | {
        language: [one for one in own if one.language == language] for language in languages
    }


def _figure(own: Sequence[Observation], share: bool) -> Figure:
    return interval(
        [one.value for one in own],
        [one.weight for one in own],
        [one.group or one.question for one in own],
        share=share,
    )


def read_scorecards(path: Path) -> list[Scorecard]:
    """The runs in a file that `evaluate --json` wrote, one a line. Raises BadSet."""
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        found = [_revived(json.loads(line)) for line in lines]
    except OSError as error:
        raise BadSet(f"{path}: {error.strerror}; check the name") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadSet(
            f"{path}: is not what evaluate --json writes ({type(error).__name__}: {error})"
        ) from error
    if not found:
        raise BadSet(f"{path}: holds no run; write one with: exchange evaluate --json")
    return found


def _revived(cells: dict[str, Any]) -> Scorecard:
    seen = tuple(
        Observation(
            metric=metric, question=question, language=language, value=value, weight=weight,
            section=section, group=group,
        )
        for key, own in cells["values"].items()
        for section, metric in [key.split("/", 1)]
        for question, (value, weight, language, group) in own.items()
    )  # fmt: skip
    names = [name for name in Scorecard.__slots__ if name not in ("figures", "observations")]
    plain: dict[str, Any] = {name: cells[name] for name in names}
    plain["remarks"] = tuple(plain["remarks"])
    return Scorecard(**plain, figures=figures(seen), observations=seen)
