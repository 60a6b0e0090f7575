"""Finished indexes side by side: one is current, and changing over is one rename.

A snapshot is a folder with a library, an index of it, its recipe, and a list of checksums that is
written last: a folder without the list was never finished.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from index import disk
from index.disk import flush
from index.ports import StaleIndex
from index.recipe import REMEDY

FOLDER, CURRENT, CHECKSUMS, KEPT = "snapshots", "current", "checksums.json", 5
_NEW, _BROUGHT = ".new-", ".brought-"


class NoSnapshot(Exception):
    """A snapshot that is not there or not whole. Its text says which there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One of those that are kept."""

    name: str  # the moment it was published, UTC
    folder: Path
    current: bool
    bytes: int


def current(data: Path) -> Path:
    """The folder of the index that answers now. Raises StaleIndex where there is none."""
    link = data / CURRENT
    if not link.is_dir():
        raise StaleIndex(f"there is no index in {data} yet; {REMEDY}")
    return link.resolve()


def published(folder: Path) -> date:
    """The day on which the index in this folder was made, UTC."""
    return datetime.strptime(folder.name[:8], "%Y%m%d").replace(tzinfo=UTC).date()


def prepare(data: Path, build: Callable[[Path], None]) -> Path:
    """A finished folder that `build` filled, not current yet; nothing is left where it fails."""

    def fill(new: Path) -> str:
        build(new)
        _seal(new)
        return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"

    return _put(data, _NEW, fill)


def receive(data: Path, name: str, bring: Callable[[Path], None]) -> Path:
    """A snapshot of this name that `bring` has from elsewhere, not current yet, or nothing.

    Only one process may do so at a time. Raises NoSnapshot where it is not what was published.
    """

    def fill(new: Path) -> str:
        bring(new)
        if damaged := verify(new):
            raise NoSnapshot(f"{name} did not arrive whole ({', '.join(damaged)})")
        return name

    return _put(data, _BROUGHT, fill)


def whole(data: Path, name: str) -> bool:
    """Whether the snapshot of this name is here."""
    return (data / FOLDER / name / CHECKSUMS).exists()


def switch(data: Path, folder: Path, kept: int = KEPT) -> None:
    """Make `folder` current by one rename, then prune the oldest beyond `kept`."""
    data, folder = data.resolve(), folder.resolve()
    fresh = data / f".{CURRENT}-{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(folder.relative_to(data), target_is_directory=True)
    fresh.replace(data / CURRENT)
    flush(data)
    for old in listed(data)[kept:]:
        if not old.current:
            discard(old.folder)


def discard(folder: Path) -> None:
    """Take a snapshot away. It is renamed first, so that half of one is never taken for one."""
    doomed = folder.with_name(f"{_NEW}{folder.name}")
    folder.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)


def listed(data: Path) -> list[Snapshot]:
    """The snapshots that are whole, newest first."""
    link = data / CURRENT
    now = link.resolve() if link.is_dir() else None
    folders = sorted((data / FOLDER).glob("[0-9]*T*"), reverse=True)
    return [
        Snapshot(
            name=folder.name,
            folder=folder.resolve(),
            current=folder.resolve() == now,
            bytes=sum(file.stat().st_size for file in folder.iterdir()),
        )
        for folder in folders
        if (folder / CHECKSUMS).exists()
    ]


def rollback(
    data: Path, name: str = "", check: Callable[[Path], None] = lambda folder: None
) -> Path:
    """Make an earlier snapshot current: the one of this name, else the one before.

    `check` may raise an error of its own for a folder that this program cannot open. Raises
    NoSnapshot where there is none or where its files are not what was published.
    """
    kept = listed(data)
    here = next((n for n, snapshot in enumerate(kept) if snapshot.current), -1)
    wanted = [s for s in kept if s.name == name] if name else kept[here + 1 : here + 2]
    if not wanted:
        names = ", ".join(snapshot.name for snapshot in kept) or "none"
        what = f"no snapshot {name!r}" if name else "no snapshot before the current one"
        raise NoSnapshot(f"there is {what}; there is {names}")
    folder = wanted[0].folder
    damaged = verify(folder)
    if damaged:
        raise NoSnapshot(f"{folder.name} is damaged ({', '.join(damaged)}); choose another")
    check(folder)
    switch(data, folder, kept=len(kept))
    return folder


def verify(folder: Path) -> list[str]:
    """Names of the files of a snapshot that are not what was published."""
    try:
        sums = json.loads((folder / CHECKSUMS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return [CHECKSUMS]
    return [name for name, digest in sums.items() if _digest(folder / name) != digest]


def _seal(folder: Path) -> None:
    """Write the checksums, last of all."""
    sums = {file.name: _digest(file) for file in sorted(folder.iterdir())}
    (folder / CHECKSUMS).write_text(json.dumps(sums, indent=2) + "\n", encoding="utf-8")


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return "missing"


def _put(data: Path, prefix: str, fill: Callable[[Path], str]) -> Path:
    """The folder, after what a killed run left is gone. Only one process at a time may do so."""
    parent = data / FOLDER
    for left in parent.glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)
    return disk.whole(parent, prefix, fill)
