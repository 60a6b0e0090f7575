import os
import subprocess
import sys
from pathlib import Path

import pytest

from corpus.source import Source
from index.editing import Busy, editing, held_library
from index.publish import publish
from tests.doubles.embedder import WordCounts

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Source(id="S1", title="A guide", url="https://a.org")


def change(data: Path, trials: Path, source: Source) -> None:
    with editing(data) as library:
        library.put_source(source, "catalogue")
        publish(data, library, WordCounts(), "local", trials, lambda *_: None)


@pytest.fixture
def trials(tmp_path: Path) -> Path:
    path = tmp_path / "trials.csv"
    path.write_text("question,language,source\nwhat,en,\n", encoding="utf-8")
    return path


def test_a_change_starts_from_what_answers_now(tmp_path: Path, trials: Path) -> None:
    data = tmp_path / "data"
    assert held_library(data) is None
    change(data, trials, SOURCE)
    with editing(data) as library:
        assert library.sources() == {"S1": SOURCE}


def test_what_was_not_published_is_forgotten(tmp_path: Path, trials: Path) -> None:
    data = tmp_path / "data"
    change(data, trials, SOURCE)

    def break_off() -> None:
        with editing(data) as library:
            library.remove_source("S1")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    with editing(data) as library:
        assert library.sources() == {"S1": SOURCE}
    assert not list(data.glob("editing.db*"))


def test_the_second_who_changes_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from index.editing import editing\n"
        f"with editing(Path({str(tmp_path)!r})): pass"
    )
    with editing(tmp_path):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
        )
        with (
            pytest.raises(Busy, match=f"process {os.getpid()} on .* since .* UTC"),
            editing(tmp_path),
        ):
            pass
    assert "Busy: the library is being changed by process" in done.stderr
    with editing(tmp_path):
        pass


def test_a_process_that_was_killed_leaves_no_lock(tmp_path: Path) -> None:
    code = (
        "import os, signal\nfrom pathlib import Path; from index.editing import editing\n"
        f"with editing(Path({str(tmp_path)!r})): os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    with editing(tmp_path) as library:
        assert not library.sources()
