"""`exchange evaluate` as people type it, with the real default model."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.evaluation import running
from index.publish import VECTORS
from tests.test_cli import UNANSWERED, exchange
from tests.test_evaluation_beir import folder_of


@pytest.fixture
def trials(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "trials.csv"
    path.write_text(UNANSWERED, encoding="utf-8")
    return {"CALIBRATION": str(path)}


def test_a_beir_folder_from_the_question_to_the_comparison(
    tmp_path: Path, data: Path, trials: dict[str, str]
) -> None:
    folder, page = folder_of(tmp_path / "set"), tmp_path / "page.html"
    (data / running.FOLDER).mkdir()
    (data / VECTORS).rename(data / running.FOLDER / VECTORS)
    words = ("evaluate", "--beir", str(folder), "--half", "all", "--json", "--html", str(page))
    done = exchange(*words, data=data, **trials)
    assert done.returncode == 0, done.stderr
    cells = json.loads(done.stdout)
    assert cells["questions"] == 4
    assert cells["fused"]["recall@5"]["value"] == 1.0
    assert cells["fused"]["recall@5"]["languages"]["en"]["n"] == 4
    assert {"vectors", "words", "answers"} <= set(cells)
    assert "<svg" in page.read_text(encoding="utf-8")
    assert "Asking (set): 4" in done.stderr, "progress does not mix with the output"

    run = tmp_path / "run.json"
    run.write_text(done.stdout, encoding="utf-8")
    done = exchange("evaluate", "--compare", str(run), str(run), data=data)
    assert "paired permutation test" in done.stdout, done.stderr
    assert "1.0000" in done.stdout
    done = exchange("evaluate", "--beir", str(folder), "--half", "all", data=data, **trials)
    assert "recall@5, fused" in done.stdout
    assert max(map(len, done.stdout.splitlines())) < 200


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("evaluate",), "there is no index in"),
        (("evaluate", "none.csv"), "none.csv: cannot be read"),
        (("evaluate", "--beir"), "--beir needs a folder"),
        (("evaluate", "--beir", "tests"), "there is no corpus.jsonl"),
        (("evaluate", "--half", "both"), "--half both"),
        (("evaluate", "--compare", "one.json"), "--compare needs two files"),
        (("evaluate", "--compare", "a.json", "b.json"), "a.json: No such file"),
        (("evaluate", "--compare", "LICENSE", "LICENSE"), "LICENSE: is not what evaluate"),
    ],
)
def test_what_can_be_expected_to_go_wrong_is_one_clear_line(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = exchange(*words, data=tmp_path / "data")
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_without_the_development_extra_it_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['ir_measures'] = None; sys.argv = ['exchange', 'evaluate'];"
        "from scripts.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60,
        cwd=Path(__file__).resolve().parents[1], env={"EXCHANGE_DATA": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.strip().startswith("exchange: evaluate needs ir-measures")
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
