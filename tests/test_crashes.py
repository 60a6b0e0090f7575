"""Kill -9 at every kind of write, a disk that is full, two at once: the old library answers on."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index import snapshots
from index.engines import local
from index.opened import open_folder
from tests.doubles.embedder import WordCounts

ROOT = Path(__file__).resolve().parents[1]
MOMENTS = 20  # at which a refresh is killed, spread over all its writes
HEAD = "id,title,url,key_points\n"
ROW = "S{0},Guide {0},https://a.org/{0},{1} point number {0} here\n"
OLD = HEAD + "".join(ROW.format(number, "Old") for number in range(4))
NEW = HEAD + "".join(ROW.format(number, "New") for number in range(2, 7))
TRIALS = "question,language,source\nwhich point is it,en,S2\nwill it rain today,en,\n"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a published library of OLD and a catalogue that now says NEW."""
    (tmp_path / "trials.csv").write_text(TRIALS, encoding="utf-8")
    (tmp_path / "catalogue.csv").write_text(OLD, encoding="utf-8")
    done = refresh(tmp_path, "data")
    assert done.returncode == 0, done.stderr
    (tmp_path / "catalogue.csv").write_text(NEW, encoding="utf-8")
    return tmp_path


def refresh(
    desk: Path, data: str, moment: int = 0, limit: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    words = [str(desk / data), str(desk / "catalogue.csv"), str(desk / "trials.csv"), str(moment)]
    return subprocess.run(
        [sys.executable, "-m", "tests.doubles.crashing", *words], cwd=ROOT, capture_output=True,
        text=True, check=False, preexec_fn=limit, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip


def answering(data: Path) -> set[str]:
    """The points that the library which answers now can give, by search and by its own list."""
    folder = snapshots.current(data)
    assert snapshots.verify(folder) == []
    opened = open_folder(folder, local, WordCounts())
    found = {hit.passage.text for hit in opened.index.search("point number", "en", 50)}
    assert found == {passage.text for passage in opened.library.passages()}
    opened.library.close()
    return found


def points(catalogue: str) -> set[str]:
    return {line.rsplit(",", 1)[1] + "." for line in catalogue.splitlines()[1:]}


def test_killed_at_any_write_the_old_library_answers_and_the_next_run_goes_on(desk: Path) -> None:
    shutil.copytree(desk / "data", desk / "counted", symlinks=True)
    writes = int(refresh(desk, "counted").stdout)
    assert writes > MOMENTS
    killed = before = 0
    for number in range(MOMENTS):
        moment = 1 + number * (writes - 1) // (MOMENTS - 1)
        shutil.copytree(desk / "data", desk / "now", symlinks=True)
        done = refresh(desk, "now", moment)
        killed += done.returncode == -signal.SIGKILL
        answers = answering(desk / "now")
        assert answers in (points(OLD), points(NEW)), f"torn at write {moment} of {writes}"
        before += answers == points(OLD)
        assert refresh(desk, "now").returncode == 0
        assert answering(desk / "now") == points(NEW)
        leftover = [p.name for p in (desk / "now" / snapshots.FOLDER).glob(".new-*")]
        assert not leftover, "the next run sweeps up"
        shutil.rmtree(desk / "now")
    assert killed == MOMENTS
    assert 0 < before < MOMENTS, "moments lie on both sides of the switch"


def test_a_full_disk_is_a_clear_error_and_the_old_library_answers(desk: Path) -> None:
    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    words = ["refresh", "--yes"]
    settings = {
        "EXCHANGE_DATA": str(desk / "data"), "CATALOGUE": str(desk / "catalogue.csv"),
        "CALIBRATION": str(desk / "trials.csv"), "PATH": os.environ["PATH"],
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "scripts.cli", *words], cwd=ROOT, capture_output=True, text=True,
        check=False, preexec_fn=small, env=settings,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "answers on" in done.stderr
    assert answering(desk / "data") == points(OLD)
