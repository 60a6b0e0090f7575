"""Two runs of the same questions, side by side: which differences are more than luck."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bot.evaluation.intervals import chance
from bot.evaluation.scorecard import ALL, METRICS, SECTIONS, Observation, Scorecard
from bot.evaluation.sets import BadSet

TEST = "two-sided paired permutation test (signs flipped), not corrected for several metrics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One metric of two runs, on the questions that both have a value for."""

    section: str
    metric: str
    language: str  # ALL, or ISO 639-1
    before: float
    after: float
    chance: float  # the p-value: how often luck alone would make a difference as large
    n: int  # questions, or groups of the same question, that were paired

    @property
    def change(self) -> float:
        """What was gained, on the metric's scale."""
        return self.after - self.before


def paired(
    before: Sequence[Scorecard], after: Sequence[Scorecard]
) -> list[tuple[Scorecard, Scorecard]]:
    """The runs of one set each: by name, or the only one of each file. Raises BadSet."""
    named = {card.name: card for card in after}
    pairs = [(card, named[card.name]) for card in before if card.name in named]
    if not pairs and len(before) == len(after) == 1:
        pairs = [(before[0], after[0])]
    if not pairs:
        raise BadSet(
            f"the two files have no set in common: {', '.join(card.name for card in before)};"
            f" {', '.join(named)}"
        )
    return pairs


def compare(before: Scorecard, after: Scorecard) -> list[Difference]:
    """Every metric that both runs have, over all and by language.

    Raises BadSet where no question is in both.
    """
    old, new = _units(before.observations), _units(after.observations)
    found = []
    for section in SECTIONS:
        for metric in METRICS:
            keys = [key for key in old if key[:2] == (section, metric) and key in new]
            if len(keys) == 2:  # one language is all there is
                keys = [key for key in keys if key[2] == ALL]
            for key in sorted(keys, key=lambda key: (key[2] != ALL, key[2])):
                common = [unit for unit in old[key] if unit in new[key]]
                if common:
                    found.append(_difference(key, old[key], new[key], common))
    if not found:
        raise BadSet(f"{before.name} and {after.name} have no question in common")
    return found


_Key = tuple[str, str, str]  # section, metric, language
_Unit = dict[str, float]  # question or group to the mean of its values


def _units(observations: Sequence[Observation]) -> dict[_Key, _Unit]:
    """What can be paired: a question's values, or those of a group that hangs together."""
    values: defaultdict[_Key, defaultdict[str, list[float]]]
    values = defaultdict(lambda: defaultdict(list))
    for one in observations:
        for language in (ALL, one.language):
            key = (one.section, one.metric, language)
            values[key][one.group or one.question].append(one.value)
    return {
        key: {unit: sum(own) / len(own) for unit, own in units.items()}
        for key, units in values.items()
    }


def _difference(key: _Key, old: _Unit, new: _Unit, common: Sequence[str]) -> Difference:
    section, metric, language = key
    return Difference(
        section=section,
        metric=metric,
        language=language,
        before=sum(old[unit] for unit in common) / len(common),
        after=sum(new[unit] for unit in common) / len(common),
        chance=chance([new[unit] - old[unit] for unit in common]),
        n=len(common),
    )
