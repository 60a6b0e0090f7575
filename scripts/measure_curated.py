"""How surely a kept answer is found for paraphrases and translations, and how often for others.

python -m scripts.measure_curated            the reporting half, with the thresholds as they are
python -m scripts.measure_curated --tune     the tuning half, a line a threshold

The questions are those of tests/golden/paraphrases.csv: of each group one is kept, others ask the
same in six languages ("yes"), others differ by a word or two ("no"). Groups whose name has an even
CRC-32 tune, the others report. All calibration questions are asked, too: they are of the same
field, and none of them is kept. It needs an index, and EXCHANGE_DATA to say where.
"""

import csv
import sys
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot import app
from bot.desk import matching
from bot.settings import read
from index.alignment import Aligned
from index.calibration import read_trials

PARAPHRASES = Path(__file__).resolve().parents[1] / "tests" / "golden" / "paraphrases.csv"
STEPS = [round(float(step), 2) for step in np.arange(0.5, 0.86, 0.02)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question, and which kept one it asks: "" for none of them."""

    text: str
    language: str
    wanted: str
    near: bool  # nearly one of them


def groups(half: int) -> tuple[dict[str, tuple[str, str]], list[Case]]:
    """(what is kept by group, what is asked) of one half: 0 tunes, 1 reports."""
    kept, cases = {}, []
    with PARAPHRASES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            group, text, language = row["group"], row["question"], row["language"]
            if zlib.crc32(group.encode()) % 2 != half:
                continue
            if row["same"] == "kept":
                kept[group] = (text, language)
            else:
                wanted = group if row["same"] == "yes" else ""
                cases.append(Case(text=text, language=language, wanted=wanted, near=not wanted))
    return kept, cases


def asked_beside(calibration: Path, half: int) -> list[Case]:
    """The calibration questions of one half."""
    return [
        Case(text=one.question, language=one.language, wanted="", near=False)
        for one in read_trials(calibration)
        if one.tunes == (half == 0)
    ]


Scored = tuple[Case, list[tuple[str, float]]]


def scored(
    kept: dict[str, tuple[str, str]], cases: Sequence[Case], embedder: Aligned
) -> list[Scored]:
    """Each case with the three nearest groups and their cosines."""
    vectors = np.stack([embedder.embed_question(*one) for one in kept.values()])
    names, found = list(kept), []
    for case in cases:
        scores = vectors @ embedder.embed_question(case.text, case.language)
        best = np.argsort(-scores)[:3]
        found.append((case, [(names[at], float(scores[at])) for at in best]))
    return found


def rates(kept: dict[str, tuple[str, str]], found: Sequence[Scored]) -> dict[str, str]:
    """By language the share found; then the shares of what should not be, in percent."""
    told: defaultdict[str, list[bool]] = defaultdict(list)
    for case, near in found:
        hits = (name for name, score in near if matching.same(
            case.text, case.language, *kept[name], score))  # fmt: skip
        hit = next(hits, "")
        if case.wanted:
            told[case.language].append(hit == case.wanted)
        kind = "wrong" if case.wanted else "near miss" if case.near else "beside"
        told[kind].append(bool(hit) and hit != case.wanted)
    order = ("en", "sw", "fr", "es", "pt", "ar", "wrong", "near miss", "beside")
    return {name: f"{sum(told[name])}/{len(told[name])}" for name in order}


def main() -> None:
    """Print the rates."""
    half = 0 if "--tune" in sys.argv else 1
    settings = read()
    opened = app.open_current(settings)()
    kept, cases = groups(half)
    cases += asked_beside(settings.calibration, half)
    found = scored(kept, cases, opened.embedder)
    if half:
        print(len(kept), "kept;", rates(kept, found))
        return
    for name in ("NEAR", "ACROSS"):
        before = getattr(matching, name)
        for step in STEPS:
            setattr(matching, name, step)
            print(name, step, rates(kept, found))
        setattr(matching, name, before)


if __name__ == "__main__":
    main()
