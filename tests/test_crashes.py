"""Kill -9 at every kind of write, a disk that is full, two at once: the old library answers on."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from index import snapshots
from index.engines import local
from index.opened import open_folder
from tests.doubles import crashing, forked
from tests.doubles.embedder import WordCounts

ROOT = Path(__file__).resolve().parents[1]
MOMENTS = 20  # at which a refresh is killed, spread over all its writes
HEAD = "id,title,url,read,key_points\n"
ROW = "S{0},Guide {0},https://a.org/{0},,{1} point number {0} here\n"
OLD = HEAD + "".join(ROW.format(number, "Old") for number in range(4))
NEW = HEAD + "".join(ROW.format(number, "New") for number in range(2, 7))
READ = "point number nine stands in a file"  # of the guide that is fetched and read
TRIALS = "question,language,source\nwhich point is it,en,S2\nwill it rain today,en,\n"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a published library of OLD and a catalogue that now says NEW.

    Both name a file that is read; its words change from OLD to NEW, too.
    """
    guide = tmp_path / "guide.md"
    row = f"S9,Guide 9,{guide.as_uri()},yes,\n"
    (tmp_path / "trials.csv").write_text(TRIALS, encoding="utf-8")
    (tmp_path / "catalogue.csv").write_text(OLD + row, encoding="utf-8")
    guide.write_text(f"Old {READ}.\n", encoding="utf-8")
    done = refresh(tmp_path, "data")
    assert done.returncode == 0, done.stderr
    (tmp_path / "catalogue.csv").write_text(NEW + row, encoding="utf-8")
    guide.write_text(f"New {READ}.\n", encoding="utf-8")
    return tmp_path


def refresh(desk: Path, data: str, moment: int = 0) -> subprocess.CompletedProcess[str]:
    words = [str(desk / data), str(desk / "catalogue.csv"), str(desk / "trials.csv"), str(moment)]
    return forked.run("tests.doubles.crashing", words, {"PATH": os.environ["PATH"]})


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
    said = {line.rsplit(",", 1)[1] + "." for line in catalogue.splitlines()[1:]}
    return said | {f"{'Old' if catalogue is OLD else 'New'} {READ}."}


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.timeout(400)  # a run of the whole command for each kill
def test_killed_at_any_write_the_old_library_answers_and_the_next_run_goes_on(desk: Path) -> None:
    shutil.copytree(desk / "data", desk / "counted", symlinks=True)
    whole = told(refresh(desk, "counted"))
    writes, shelf = whole["moments"], whole["shelf"]
    assert (whole["read"], whole["embedded"] > 0, len(shelf) > 1) == (1, True, True)
    spread = [1 + n * (writes - 1) // (MOMENTS - 1) for n in range(MOMENTS)]
    moments = sorted({*spread, *shelf[-2:]})  # the last two: keeping what was read
    before, fewer = 0, []
    for moment in moments:
        shutil.copytree(desk / "data", desk / "now", symlinks=True)
        assert refresh(desk, "now", moment).returncode == -signal.SIGKILL
        answers = answering(desk / "now")
        assert answers in (points(OLD), points(NEW)), f"torn at write {moment} of {writes}"
        before += answers == points(OLD)
        again = crashing.refresh(desk / "now", desk / "catalogue.csv", desk / "trials.csv")
        assert answering(desk / "now") == points(NEW)
        assert again["read"] == (moment <= shelf[-1]), "what was read once is not read again"
        if answers == points(OLD):
            fewer.append(again["embedded"] < whole["embedded"])
        leftover = [p.name for p in (desk / "now" / snapshots.FOLDER).glob(".new-*")]
        assert not leftover, "the next run sweeps up"
        shutil.rmtree(desk / "now")
    assert len(moments) >= MOMENTS
    assert 0 < before < len(moments), "moments lie on both sides of the switch"
    assert fewer == sorted(fewer), "once embedded, never again"
    assert any(fewer)


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
