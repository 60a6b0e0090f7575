"""Measures time, memory and what it costs to grow; the README's tables are made from the last run.

python -m scripts.bench budgets --data FOLDER --corpus BEIR_FOLDER … [--passages 2000]
python -m scripts.bench peers --data FOLDER --corpus BEIR_FOLDER … --python PYTHON
python -m scripts.bench growth --data FOLDER --sizes 1000 10000
python -m scripts.bench bulk --data FOLDER --corpus BEIR_FOLDER … [--texts 240] [--rounds 2]

budgets: a hub of the starter library and so many texts of the corpora is built in FOLDER, unless it
is there already, and asked in a process of its own. peers: PYTHON has scripts/benching/peers.txt
installed. growth: synthetic libraries, each built and searched in processes of their own. bulk:
texts of the same hub as budgets' are embedded by one worker and by two, and by the model alone.
"""

import argparse
from pathlib import Path

from scripts.benching import budgets, bulk, growing, hub
from scripts.benching.peers import measure as peers


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("what", choices=["budgets", "bulk", "growth", "peers"])
    parser.add_argument("--data", type=Path, required=True, help="folder that the hub is built in")
    parser.add_argument(
        "--corpus", type=Path, action="append", default=[], help="BEIR folder, may be repeated"
    )
    parser.add_argument("--passages", type=int, default=2000, help="texts beside the starter ones")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30, help="of each run with many people")
    parser.add_argument("--think", type=float, default=1, help="seconds between two questions")
    parser.add_argument("--python", default="", help="interpreter that has the peers installed")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--texts", type=int, default=240, help="that are embedded, for bulk")
    parser.add_argument("--rounds", type=int, default=2, help="of all ways in turn, for bulk")
    given = parser.parse_args()
    if given.what == "peers":
        peers.measure(given.data, given.corpus, given.python)
        return
    if given.what == "growth":
        growing.measure(given.data, given.sizes)
        return
    hub.made(given.data, given.corpus, given.passages)
    if given.what == "bulk":
        bulk.measure(given.data, given.texts, given.rounds)
        return
    budgets.measure(
        given.data, questions=given.questions, people=given.people, lasting=given.seconds,
        think=given.think,
    )  # fmt: skip


if __name__ == "__main__":
    main()
