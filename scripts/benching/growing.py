"""The run over all sizes, and its table. What one size costs: `growth`."""

import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

from scripts.benching import hub, runs
from scripts.benching.budgets import watched

KINDS = {
    "IndexFlatIP": "exact, 32 bits",
    "IndexScalarQuantizer": "exact, 16 bits",
    "IndexIVFScalarQuantizer": "groups, 16 bits",
}


def measure(data: Path, sizes: list[int]) -> None:
    """A library of each size is built, updated, searched, and thrown away."""
    found = {"machine": hub.machine(), "sizes": [_size(data / str(size), size) for size in sizes]}
    runs.keep("growth", found)
    print(table(found))


def _size(folder: Path, count: int) -> dict[str, Any]:
    folder = folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    module = [sys.executable, "-m", "scripts.benching.growth"]
    built = watched([*module, "build", str(folder), str(count)])["build"]
    asked = watched([*module, "search", str(folder), str(count)])["search"]
    shutil.rmtree(folder)
    waits = asked.pop("waits")
    return {
        "passages": count, "kind": asked["kind"], "build": round(built["build"], 1),
        "update": round(built["update"], 1), "peak": round(built["peak"]),
        "disk": round(built["disk"]), "own": round(asked["own"]), "mapped": round(asked["mapped"]),
        "p50": round(statistics.median(waits) * 1000, 1),
        "p95": round(statistics.quantiles(waits, n=20)[18] * 1000, 1),
        "recall": round(asked["recall"], 4),
    }  # fmt: skip


def table(found: dict[str, Any]) -> str:
    """A run as Markdown."""
    rows = [
        "| passages | vectors | build, s | 1 % replaced, s | memory to build, MB | on disk, MB |"
        " memory to search: own + mapped, MB | search p50 / p95, ms | recall@10 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    rows += [
        f"| {one['passages']:,} | {KINDS[one['kind']]} | {one['build']:g} | {one['update']:g} |"
        f" {one['peak']:,} | {one['disk']:,} | {one['own']:,} + {one['mapped']:,} |"
        f" {one['p50']:g} / {one['p95']:g} | {one['recall']:g} |"
        for one in found["sizes"]
    ]
    about = (
        f"Measured by `python -m scripts.bench growth`: {found['machine']}. Texts and vectors are"
        " synthetic (words by Zipf's law, 75 a passage; vectors around 2,000 middles), embedding is"
        " left out; recall is against exact search in 32 bits, and holds for vectors that lie like"
        " these. A change builds the whole index anew beside the one that answers."
    )
    return "\n".join([*rows, "", about])
