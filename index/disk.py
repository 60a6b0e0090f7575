"""What was written is on the disk, and not only in the system's memory."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path


def flush(path: Path) -> None:
    """Bring a file, or a folder's list of files, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def whole(parent: Path, prefix: str, fill: Callable[[Path], str]) -> Path:
    """A folder in `parent` that `fill` fills and then names; nothing is left where it fails.

    Until then its name begins with `prefix`: what a killed process left is known by that.
    """
    parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    try:
        name = fill(new)
        for file in new.iterdir():
            flush(file)
        new.chmod(0o755)  # mkdtemp's 0700 would shut out a bot that runs as another user
        flush(new)
        final = new.rename(parent / name)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    flush(parent)
    return final
