"""Recall and false alarms of the safeguarding check, by language, the two halves apart.

python -m scripts.measure_safeguarding tests/safeguarding/messages.csv

The messages marked fresh were written after the first tables; they are printed apart, too. The
half whose texts have an odd CRC-32 is held back: of it only figures are printed, never texts.
"""

import csv
import sys
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from bot.safeguarding.check import check
from bot.safeguarding.findings import Finding

CARDS = frozenset(Finding) - {Finding.AMBIGUOUS, Finding.NONE}

FRESH = "fresh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many, with Wilson's 95 % interval."""

    hits: int
    of: int

    def __str__(self) -> str:
        low, high = wilson(self.hits, self.of)
        return f"{self.hits:3}/{self.of:<3} {100 * low:5.1f}-{100 * high:5.1f} %"


def wilson(hits: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's score interval of a share, each end from 0 to 1."""
    if not of:
        return 0.0, 1.0
    share, square = hits / of, z * z / of
    middle = (share + square / 2) / (1 + square)
    half = z * sqrt(share * (1 - share) / of + square / (4 * of)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def held_back(text: str) -> bool:
    """Whether a message belongs to the half that the rules were not made on."""
    return zlib.crc32(text.encode()) % 2 == 1


def measured(rows: Iterable[dict[str, str]]) -> dict[str, Share]:
    """Recall over what needs a card, the right card among these, false alarms, lines."""
    pairs = [(Finding(row["label"]), check(row["text"])) for row in rows]
    due = [(label, found) for label, found in pairs if label in CARDS]
    quiet = [found for label, found in pairs if label is Finding.NONE]
    unsure = [found for label, found in pairs if label is Finding.AMBIGUOUS]
    return {
        "recall": Share(hits=sum(f in CARDS for _, f in due), of=len(due)),
        "right card": Share(hits=sum(label is f for label, f in due), of=len(due)),
        "false alarms": Share(hits=sum(f in CARDS for f in quiet), of=len(quiet)),
        "needless line": Share(hits=sum(f is Finding.AMBIGUOUS for f in quiet), of=len(quiet)),
        "line or card": Share(hits=sum(f is not Finding.NONE for f in unsure), of=len(unsure)),
    }


def read(path: Path) -> list[dict[str, str]]:
    """The messages: id, language, text, label, kind, note."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Print the table."""
    rows = read(Path(sys.argv[1]))
    fresh = [row for row in rows if row["note"] == FRESH]
    for name, of, half in (
        ("built on", rows, False),
        ("held back", rows, True),
        ("fresh, built on", fresh, False),
        ("fresh, held back", fresh, True),
    ):
        own = [row for row in of if held_back(row["text"]) is half]
        print(f"{name}: {len(own)} messages")
        for language in [*dict.fromkeys(row["language"] for row in own), "all"]:
            shares = measured(r for r in own if language in (r["language"], "all"))
            print(f"  {language:3} " + "  ".join(f"{k} {v}" for k, v in shares.items()))


if __name__ == "__main__":
    main()
