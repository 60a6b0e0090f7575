"""A run that embeds with two workers, in a process of its own that can be killed.

python -m tests.doubles.bulking STORE COUNT
"""

import sys
from pathlib import Path

from index.bulk.filling import Bulk, fill
from index.embedders.e5_use import E5AndUse

EMBEDDER = "e5_use"


def texts(count: int) -> list[str]:
    """So many that differ."""
    return [f"Question {number}: who helps the child?" for number in range(count)]


def two(store: Path, count: int) -> int:
    """How many were embedded."""
    bulk = Bulk(embedder=EMBEDDER, workers=2)
    return fill(store, texts(count), E5AndUse.name, bulk, lambda _: None)


if __name__ == "__main__":
    two(Path(sys.argv[1]), int(sys.argv[2]))
