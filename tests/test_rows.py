"""A table on disk must be the table, and an answering process must fit its server."""

import os
import subprocess
import sys
from array import array
from pathlib import Path

import numpy as np
import pytest

from bot.settings import Settings
from index.rows import Numbers, Rows, numbers_on_disk, on_disk

AIM = 300  # MB: what answers shares a server of 1 GB with the system, and with a refresh by night
ANSWER = """
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from bot.app import open_assistant
from bot.messages import Question
from bot.settings import Settings

assistant = open_assistant(Settings())
assistant.warm_up()
texts = ("How can a community protect its children?", "Nani hulinda watoto katika jamii?")
with ThreadPoolExecutor(8) as people:  # as many as the post lets answer at once
    for reply in people.map(assistant.reply, [Question(text=text) for text in texts * 20]):
        assert reply.lines
print(Path("/proc/self/status").read_text())
"""


@pytest.mark.parametrize("kind", ["uint8", "float16"])
@pytest.mark.parametrize("named", [False, True])
def test_rows_are_those_of_the_table(
    kind: str, named: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    table = np.arange(60).reshape(20, 3).astype(kind)
    numbers = np.array([0, 19, 7, 7])
    if named:
        table.tofile(tmp_path / "table")
    rows = Rows.open(tmp_path / "table", table.dtype, 3) if named else on_disk(table)
    assert isinstance(rows, Rows)
    assert rows[numbers].dtype == table.dtype
    np.testing.assert_array_equal(rows[numbers], table[numbers])
    assert rows[numbers[:0]].shape == (0, 3)
    assert len(list(tmp_path.iterdir())) == named


@pytest.mark.parametrize("named", [False, True])
def test_numbers_are_those_of_the_array(
    named: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    held = array("I", [7, 0, 2**32 - 1])
    if named:
        (tmp_path / "numbers").write_bytes(held.tobytes())
    read = Numbers.open(tmp_path / "numbers", "I") if named else numbers_on_disk(held)
    assert isinstance(read, Numbers)
    assert [read[place] for place in range(3)] == list(held)
    assert len(list(tmp_path.iterdir())) == named


def test_a_table_that_is_dropped_gives_its_file_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = len(os.listdir("/dev/fd"))
    rows = on_disk(np.zeros((4, 4)))
    assert len(os.listdir("/dev/fd")) == before + 1
    del rows
    assert len(os.listdir("/dev/fd")) == before


def test_where_nothing_can_be_written_the_table_stays_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = np.zeros((4, 4))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "none"))
    assert on_disk(table) is table
    assert isinstance(numbers_on_disk(array("I")), array)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert isinstance(on_disk(table), Rows)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells a process's memory")
def test_a_process_that_has_answered_holds_no_more_than_its_share(starter: Settings) -> None:
    """Resident now, its peak not counted: the models are larger while they are unpacked."""
    told = subprocess.run(
        [sys.executable, "-c", ANSWER],
        cwd=Path(__file__).parents[1],
        env=os.environ | {"EXCHANGE_DATA": str(starter.exchange_data)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    (resident,) = (line.split()[1] for line in told.splitlines() if line.startswith("VmRSS"))
    assert int(resident) / 1000 < AIM
