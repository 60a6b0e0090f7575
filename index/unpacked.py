"""Models' parts, unpacked once and kept as files in a hub's folder: to unpack them takes a second.

A folder a model, named after all that decides its content, so that one of another release is not
found and unpacked anew. Who finds none unpacks the model, which gives the same.
"""

import contextlib
import hashlib
import shutil
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from index import disk

FOLDER = "models"
LAYOUT = 2  # of what is kept: one more where a reader would not know it any longer
LEFT = 3600.0  # seconds after which what is half-written was left by a process that was killed
_NEW = ".new-"
# What reading parts raises that are damaged, or not ours to read.
_UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)
Model = TypeVar("Model")


@dataclass(slots=True)
class _Place:
    """Where this process looks, and whether it also writes there."""

    folder: Path | None = None
    keeps: bool = False


_place = _Place()


def look_in(data: Path) -> None:
    """From now on look into the hub's folder `data`."""
    if _place.folder != data / FOLDER:
        _place.folder, _place.keeps = data / FOLDER, False


def keep_in(data: Path) -> None:
    """The same, and write there what is missing, as soon as a model is opened."""
    _place.folder, _place.keeps = data / FOLDER, True


def opened(
    package: str, source: Path, write: Callable[[Path], None], read: Callable[[Path], Model]
) -> Model | None:
    """What `read` makes of the folder that `find` gives; None where that cannot be read, either."""
    path = find(package, source, write)
    if path is None:
        return None
    try:
        return read(path)
    except _UNREADABLE:
        return None


def find(package: str, source: Path, write: Callable[[Path], None]) -> Path | None:
    """The folder with the parts of a package's model, which is in its file `source`.

    None where there is none; where this process keeps them, `write` is called to fill it first.
    """
    if _place.folder is None:
        return None
    path = _place.folder / f"{package}-{_digest(package, source)}"
    if not path.is_dir() and _place.keeps:
        with contextlib.suppress(OSError):  # no room, or not ours to write: then it is not kept
            _keep(path, write)
    return path if path.is_dir() else None


def _digest(package: str, source: Path) -> str:
    stat = source.stat()
    told = LAYOUT, version(package), sys.byteorder, stat.st_size, stat.st_mtime_ns
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _keep(path: Path, write: Callable[[Path], None]) -> None:
    """All of it or nothing: a half-written table would give wrong vectors."""
    for left in path.parent.glob(f"{_NEW}*"):
        if time.time() - left.stat().st_mtime > LEFT:
            shutil.rmtree(left, ignore_errors=True)

    def fill(new: Path) -> str:
        write(new)
        return path.name

    disk.whole(path.parent, _NEW, fill)
    package = path.name.rpartition("-")[0]
    for old in path.parent.glob(f"{package}-*"):
        if old != path:
            shutil.rmtree(old, ignore_errors=True)
