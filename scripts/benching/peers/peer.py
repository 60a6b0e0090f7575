"""One library that searches, measured in a process of its own: a line of JSON a phase.

python -m scripts.benching.peers.NAME build|answer FOLDER

FOLDER holds texts.json (ids, texts), vectors.npy (n, 384), questions.json (texts). It needs nothing
that only Ask the Exchange installs, so that it runs where the peers are.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

THREADS = 4  # that ask at once, for questions a second


def say(**found: object) -> None:
    """One phase's line."""
    print(json.dumps(found), flush=True)


def resident() -> float:
    """Resident megabytes of this process."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def _build(module: Any, folder: Path, kept: Path) -> None:  # noqa: ANN401
    """Build the index of all texts, keep it, and put one text more into it."""
    held = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    ids, texts, vectors = held["ids"], held["texts"], np.load(folder / "vectors.npy")
    began = time.perf_counter()
    index = module.build(ids[1:], texts[1:], vectors[1:], kept)
    built = time.perf_counter()
    module.add(index, ids[0], texts[0], vectors[0], kept)
    say(
        phase="build", build=built - began, update=time.perf_counter() - built,
        version=module.VERSION(), settings=module.SETTINGS,
    )  # fmt: skip


def _answer(module: Any, folder: Path, kept: Path) -> None:  # noqa: ANN401
    """Open what was kept, and ask."""
    questions = json.loads((folder / "questions.json").read_text(encoding="utf-8"))
    search = module.opened(kept)
    search(questions[0])
    say(phase="first", resident=resident())
    waits, found = [], []
    for question in questions:
        began = time.perf_counter()
        found.append(search(question))
        waits.append(time.perf_counter() - began)
    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(search, questions))
    rate = len(questions) / (time.perf_counter() - began)
    say(phase="all", waits=waits, rate=rate, resident=resident(), found=found)


def run(module: Any) -> None:  # noqa: ANN401
    """What the command line asks of a module of this folder."""
    what, place = sys.argv[1:]
    folder, name = Path(place), Path(module.__file__).stem
    {"build": _build, "answer": _answer}[what](module, folder, folder / name)
