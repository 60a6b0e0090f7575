"""The budgets of one small machine, and what one run saw."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.settings import Settings
from scripts.benching import hub, runs

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one figure may be."""

    what: str
    unit: str
    limit: float
    least: bool = False  # the limit is the least, not the most
    figure: Callable[[dict[str, dict[str, Any]]], float]

    def kept(self, value: float) -> bool:
        """Whether this figure keeps it."""
        return value >= self.limit if self.least else value <= self.limit


def share(waits: Sequence[float], part: int) -> float:
    """The wait in milliseconds that `part` in a hundred do not exceed."""
    return statistics.quantiles(waits, n=100)[part - 1] * 1000


BUDGETS = (
    Budget(
        what="first answer after the start", unit="s", limit=2, figure=lambda p: p["first"]["after"]
    ),
    Budget(
        what="resident memory, after all of it", unit="MB", limit=300,
        figure=lambda p: p["end"]["resident"],
    ),
    Budget(
        what="an answer, one person, p50", unit="ms", limit=40,
        figure=lambda p: share(p["one"]["waits"], 50),
    ),
    Budget(
        what="an answer, one person, p95", unit="ms", limit=120,
        figure=lambda p: share(p["one"]["waits"], 95),
    ),
    Budget(
        what="an answer, 50 people at once, p95", unit="ms", limit=1000,
        figure=lambda p: share(p["crowd"]["waits"], 95),
    ),
    Budget(
        what="answers a second", unit="/s", limit=30, least=True,
        figure=lambda p: len(p["throughput"]["waits"]) / p["throughput"]["seconds"],
    ),
    Budget(
        what="of torch and transformers imported", unit="", limit=0,
        figure=lambda p: len(p["end"]["heavy"]),
    ),
)  # fmt: skip


def measure(data: Path, *, questions: int, people: int, lasting: float, think: float) -> None:
    """One process is started on the hub in `data`, asked, and its figures kept and printed."""
    given = [str(data.resolve()), str(questions), str(people), str(lasting), str(think)]
    phases = watched([sys.executable, "-m", "scripts.benching.answering", *given])
    held = hub.library(Settings(exchange_data=data))
    found = {
        "machine": hub.machine(),
        "load": round(os.getloadavg()[1], 1),
        "passages": sum(1 for _ in held.passages()),
        "questions": len(phases["one"]["waits"]),
        "think": think,
        "cpu": round(phases["one"]["cpu"] * 1000, 1),
        "cores": round(phases["throughput"]["cores"], 2),
        "figures": [round(budget.figure(phases), 2) for budget in BUDGETS],
    }
    runs.keep("budgets", found)
    print(table(found))


def watched(command: list[str]) -> dict[str, dict[str, Any]]:
    """The phases that a measured process tells, by name; `first` with the seconds to it."""
    began, phases = time.monotonic(), dict[str, dict[str, Any]]()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        for line in program.stdout:
            phase = json.loads(line)
            phases[phase["phase"]] = phase | {"after": time.monotonic() - began}
    if program.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {program.returncode}")
    return phases


def table(found: dict[str, Any]) -> str:
    """A run as Markdown."""
    rows = [
        f"| {budget.what} | {'≥' if budget.least else '≤'} {budget.limit:g} {budget.unit} |"
        f" {value:g} {budget.unit} | {'kept' if budget.kept(value) else '**not kept**'} |"
        for budget, value in zip(BUDGETS, found["figures"], strict=True)
    ]
    head = ["| | budget | seen | |", "|---|---|---|---|"]
    return "\n".join([*head, *rows, "", about(found)])


def about(found: dict[str, Any]) -> str:
    """How it was measured."""
    return (
        f"Measured by `python -m scripts.bench budgets`: {found['machine']}, load average"
        f" {found['load']:g} of 5 minutes; {found['passages']:,} passages;"
        f" {found['questions']} questions in six languages; 50 people think {found['think']:g} s"
        f" between two questions, for answers a second they do not think. One answer takes"
        f" {found['cpu']:g} ms of processor time; at the most, {found['cores']:g} cores were busy."
    )
