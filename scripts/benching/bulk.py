"""How fast one worker and two embed into the store, beside the model alone in the same run."""

import json
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

from bot.settings import Settings
from index import recipe, snapshots
from scripts.benching import hub, runs
from scripts.benching.budgets import watched

WORKERS = (1, 2)
AIM = 0.9  # of the bare speed


def measure(data: Path, count: int, rounds: int) -> None:
    """So many passages of the hub in `data`, in turn by each way; times of all rounds add up."""
    library = hub.library(Settings(exchange_data=data))
    texts = sorted({passage.text for passage in library.passages()})
    library.close()
    space = recipe.read(snapshots.current(data)).embedder
    chosen = random.Random(hub.SEED).sample(texts, min(count, len(texts)))
    spent = {(how, workers): [0.0, 0.0] for workers in WORKERS for how in ("alone", "kept")}
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "texts.json").write_text(json.dumps(chosen), encoding="utf-8")
        for turn in range(rounds):
            ways = list(spent) if turn % 2 == 0 else list(spent)[::-1]
            for how, workers in ways:
                one = _run(how, workers, place, space)
                spent[how, workers] = [a + b for a, b in zip(spent[how, workers], one, strict=True)]
    found = {
        "machine": hub.machine(), "load": round(os.getloadavg()[1], 1), "texts": len(chosen),
        "words": round(sum(len(text.split()) for text in chosen) / len(chosen)), "rounds": rounds,
        "workers": [_figures(workers, spent, rounds * len(chosen)) for workers in WORKERS],
    }  # fmt: skip
    runs.keep("bulk", found)
    print(table(found))


def _run(how: str, workers: int, place: str, space: str) -> tuple[float, float]:
    """Seconds of the clock from the start of the process, and of the processor."""
    command = [sys.executable, "-m", "scripts.benching.embedding", how, str(workers), place, space]
    done = watched(command)["done"]
    return done["after"], done["cpu"]


def _figures(
    workers: int, spent: dict[tuple[str, int], list[float]], texts: int
) -> dict[str, float]:
    alone, kept = spent["alone", workers], spent["kept", workers]
    return {
        "count": workers, "kept": round(texts / kept[0], 2), "alone": round(texts / alone[0], 2),
        "ratio": round(alone[0] / kept[0], 2), "cpu": round(kept[1] / texts * 1000),
        "cpu_alone": round(alone[1] / texts * 1000), "cpu_ratio": round(alone[1] / kept[1], 2),
    }  # fmt: skip


def table(found: dict[str, Any]) -> str:
    """A run as Markdown."""
    rows = [
        "| workers | texts a second | the model alone | ratio | processor time a text, ms |"
        " the model alone | ratio |",
        "|---|---|---|---|---|---|---|",
    ]
    rows += [
        f"| {one['count']} | {one['kept']:g} | {one['alone']:g} | {_judged(one['ratio'])} |"
        f" {one['cpu']:g} | {one['cpu_alone']:g} | {_judged(one['cpu_ratio'])} |"
        for one in found["workers"]
    ]
    about = (
        f"Measured by `python -m scripts.bench bulk`: {found['machine']}, load average"
        f" {found['load']:g} of 5 minutes; {found['texts']} passages of {found['words']} words,"
        f" rounds of all ways: {found['rounds']}; the aim is a ratio of {AIM} or more."
        " One worker is the process itself with a thread a core, two have a core each;"
        " the model alone is given all texts in as many processes and keeps nothing."
        " Starting and opening the model are within all times."
        " Where others use the machine, processor time is the surer figure."
    )
    return "\n".join([*rows, "", about])


def _judged(ratio: float) -> str:
    return f"{ratio:g}" if ratio >= AIM else f"**{ratio:g}**"
