"""The bench measures the real program; its figures are another day's business."""

import json
from pathlib import Path

import pytest

from bot.settings import Settings
from index.bulk.filling import FEW
from scripts.benching import budgets, bulk, growing, runs
from scripts.benching.budgets import BUDGETS, Budget
from scripts.benching.peers import exchange
from tests.libraries import copy_library


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(runs, "FOLDER", tmp_path / "runs")
    return tmp_path / "runs"


def test_a_process_is_asked_and_its_figures_stand_in_the_table(
    starter: Settings, tmp_path: Path, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = copy_library(starter.exchange_data, tmp_path / "data")
    budgets.measure(data, questions=6, people=3, lasting=1, think=0.1)
    found = json.loads((kept / "budgets.json").read_text(encoding="utf-8"))
    figures = dict(zip((budget.what for budget in BUDGETS), found["figures"], strict=True))
    assert figures["of torch and transformers imported"] == 0
    assert 50 < figures["resident memory, after all of it"] < 1000
    assert figures["an answer, one person, p50"] <= figures["an answer, one person, p95"]
    assert figures["answers a second"] > 0
    assert budgets.table(found) == capsys.readouterr().out.strip()


def test_a_figure_keeps_its_budget_or_not() -> None:
    most = Budget(what="", unit="", limit=2, figure=lambda _: 0)
    least = Budget(what="", unit="", limit=2, least=True, figure=lambda _: 0)
    assert [most.kept(value) for value in (1, 2, 3)] == [True, True, False]
    assert [least.kept(value) for value in (1, 2, 3)] == [False, True, True]


def test_a_synthetic_library_is_built_and_searched(tmp_path: Path, kept: Path) -> None:
    growing.measure(tmp_path / "grown", [300])
    (size,) = json.loads((kept / "growth.json").read_text(encoding="utf-8"))["sizes"]
    assert (size["passages"], size["kind"], size["recall"]) == (300, "IndexFlatIP", 1.0)
    assert 0 < size["p50"] <= size["p95"]
    assert not (tmp_path / "grown" / "300").exists(), "it is thrown away"


@pytest.mark.timeout(400)
def test_texts_are_embedded_in_bulk_and_alone(
    starter: Settings, tmp_path: Path, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = copy_library(starter.exchange_data, tmp_path / "data")
    bulk.measure(data, count=FEW + 2, rounds=1)
    found = json.loads((kept / "bulk.json").read_text(encoding="utf-8"))
    assert (found["texts"], [one["count"] for one in found["workers"]]) == (FEW + 2, [1, 2])
    for one in found["workers"]:
        assert min(one.values()) > 0
    assert bulk.table(found) == capsys.readouterr().out.strip()


def test_our_own_engine_answers_as_a_peer(starter: Settings, tmp_path: Path) -> None:
    data = copy_library(starter.exchange_data, tmp_path / "data")
    found = exchange.opened(data)("What is community-led child protection?")
    assert len(found) == 10


@pytest.mark.parametrize("name", ["budgets", "bulk", "growth", "peers"])
def test_without_a_run_there_is_no_table(name: str) -> None:
    assert not runs.there(name)
    with pytest.raises(FileNotFoundError):
        runs.last(name)
