"""What lies unpacked in a hub's folder must be the model, and nothing may need its lying there."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bot.settings import Settings
from index import identifier, unpacked
from index.embedders import use
from tests.libraries import copy_library

TEXTS = [
    "How can a community protect its children?",
    "Nani hulinda watoto katika jamii?",
    "¿Qué debe hacer un comité de protección?",
    "ما هي لجان حماية الطفل؟",
    "ﬁrst  ½ \u2003 naïve \U0001f600 " * 9,
    "",
]
OPEN = """
import sys
from pathlib import Path
from index import identifier, unpacked
from index.embedders import use

unpacked.keep_in(Path(sys.argv[1]))
use.open_use(), identifier.identifier()
"""


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No other test looks where these keep."""
    monkeypatch.setattr(unpacked, "_place", unpacked._Place())
    yield
    identifier._opened.cache_clear()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which another process has kept the models."""
    data = tmp_path_factory.mktemp("hub")
    subprocess.run(
        [sys.executable, "-c", OPEN, str(data)], cwd=Path(__file__).parents[1], check=True
    )
    return data


def test_use_as_it_was_kept_gives_the_same_vectors(kept: Path) -> None:
    packed = use.open_use()
    unpacked.look_in(kept)
    model = use.open_use()
    assert not list((kept / unpacked.FOLDER).glob(".new-*"))
    np.testing.assert_array_equal(model.encode(TEXTS), packed.encode(TEXTS))
    pieces, known = model._model.sp._prefixes, packed._model.sp._prefixes
    assert {piece: pieces.get(piece) for piece in known} == known
    longer = {f"{piece}{end}" for piece in list(known)[::20] for end in "x▁é"} - known.keys()
    assert {pieces.get(piece) for piece in longer} == {None}
    assert model._model.sp._pieces == []


def test_languages_are_ranked_the_same_by_the_model_as_it_was_kept(kept: Path) -> None:
    packed = identifier.identifier()
    identifier._opened.cache_clear()
    unpacked.look_in(kept)
    model = identifier.identifier()
    assert model is not packed
    assert [model.rank(text) for text in TEXTS] == [packed.rank(text) for text in TEXTS]


def test_a_chat_leaves_them_for_the_next(starter: Settings, tmp_path: Path) -> None:
    """It must say so before its first look at the library opens them."""
    data = copy_library(starter.exchange_data, tmp_path / "hub")
    done = subprocess.run(
        [sys.executable, "-m", "scripts.cli", "chat", "Who protects children here?"],
        cwd=Path(__file__).parents[1], env=os.environ | {"EXCHANGE_DATA": str(data)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "[1]" in done.stdout
    kept = {path.name.rpartition("-")[0] for path in (data / unpacked.FOLDER).iterdir()}
    assert kept == {use.PACKAGE, "py3langid"}


def _write(folder: Path) -> None:
    (folder / "part").write_text("kept", encoding="utf-8")


def test_only_who_keeps_writes(tmp_path: Path) -> None:
    source = tmp_path / "packed"
    source.write_bytes(b"1")
    assert unpacked.find("numpy", source, _write) is None
    unpacked.look_in(tmp_path)
    assert unpacked.find("numpy", source, _write) is None
    unpacked.keep_in(tmp_path)
    unpacked.look_in(tmp_path)  # as whoever opens an embedder does
    found = unpacked.find("numpy", source, _write)
    assert found
    assert (found / "part").read_text(encoding="utf-8") == "kept"
    unpacked.look_in(tmp_path / "other")
    assert unpacked.find("numpy", source, _write) is None
    assert not (tmp_path / "other").exists()


def test_another_release_of_a_model_takes_the_place_of_the_last(tmp_path: Path) -> None:
    source = tmp_path / "packed"
    unpacked.keep_in(tmp_path)
    source.write_bytes(b"1")
    first = unpacked.find("numpy", source, _write)
    source.write_bytes(b"22")
    second = unpacked.find("numpy", source, _write)
    assert first
    assert second
    assert first != second
    assert list((tmp_path / unpacked.FOLDER).iterdir()) == [second]


def test_what_cannot_be_read_is_unpacked_as_without_it(kept: Path, tmp_path: Path) -> None:
    """Of a folder that was copied in part, or in which the disk lost a file."""
    shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
    for parts in (tmp_path / unpacked.FOLDER).glob("*/parts.npz"):
        parts.write_bytes(parts.read_bytes()[:1000])
    unpacked.look_in(tmp_path)
    assert use.open_use().encode(["a"]).shape == (1, 512)
    assert identifier.identifier().rank("Watoto na jamii")[0][0] == "sw"


def test_what_a_killed_process_left_half_written_is_taken_away(tmp_path: Path) -> None:
    source, folder = tmp_path / "packed", tmp_path / unpacked.FOLDER
    source.write_bytes(b"1")
    for name in (".new-old", ".new-now"):
        (folder / name).mkdir(parents=True)
    os.utime(folder / ".new-old", (0, 0))
    unpacked.keep_in(tmp_path)
    found = unpacked.find("numpy", source, _write)
    assert set(folder.iterdir()) == {found, folder / ".new-now"}


def test_where_nothing_can_be_kept_nothing_is_found(tmp_path: Path) -> None:
    source = tmp_path / "packed"
    source.write_bytes(b"1")

    def full(folder: Path) -> None:
        _write(folder)
        raise OSError("No space left on device")

    unpacked.keep_in(tmp_path)
    assert unpacked.find("numpy", source, full) is None
    assert not list((tmp_path / unpacked.FOLDER).iterdir())
