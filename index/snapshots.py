"""Finished indexes side by side: one is current, and changing over is one rename."""

import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from index.ports import StaleIndex
from index.recipe import REMEDY

FOLDER, CURRENT, KEPT = "snapshots", "current", 3


def current(data: Path) -> Path:
    """The folder of the index that answers now. Raises StaleIndex where there is none."""
    link = data / CURRENT
    if not link.is_dir():
        raise StaleIndex(f"there is no index in {data} yet; {REMEDY}")
    return link.resolve()


def publish(data: Path, build: Callable[[Path], None]) -> Path:
    """Let `build` fill a new folder and make it current, whole or not at all."""
    parent = data / FOLDER
    parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=parent))
    try:
        build(new)
        for file in new.iterdir():
            _flush(file)
        new.chmod(0o755)  # mkdtemp's 0700 would shut out a bot that runs as another user
        final = parent / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        new.rename(final)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    _point(data / CURRENT, final)
    _prune(parent, final)
    return final


def _flush(file: Path) -> None:
    with file.open("rb") as handle:
        os.fsync(handle.fileno())


def _point(link: Path, target: Path) -> None:
    fresh = link.with_name(f".{CURRENT}-{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target.relative_to(link.parent), target_is_directory=True)
    fresh.replace(link)


def _prune(parent: Path, newest: Path) -> None:
    """Keep the last few: a bot may still read the one before."""
    done = sorted(folder for folder in parent.iterdir() if not folder.name.startswith("."))
    for folder in done[:-KEPT]:
        if folder != newest:
            shutil.rmtree(folder, ignore_errors=True)
