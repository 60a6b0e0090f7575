"""Files whose content was moved: where nothing reads them, and erased after a week."""

import os
import shutil
import time
from pathlib import Path

from bot.keys import DAY
from bot.moving.kinds import FILES, KEYS

FOLDER, MESSAGES = "moved", "queue.db"
KEPT = 7 * DAY  # seconds


def set_aside(data: Path) -> None:
    """Put the files of the state into their own folder, for this account alone.

    Not the messages: they are answered from where they are now, and none is kept after that.
    """
    aside = data / FOLDER
    aside.mkdir(mode=0o700, exist_ok=True)
    names = {*FILES, *(f"{name}.key" for name in KEYS)}
    for path in sorted(data.iterdir()):
        name = path.name.removesuffix("-wal").removesuffix("-shm")
        if name == MESSAGES:
            path.unlink()
        elif name in names:
            path.replace(aside / path.name)
    os.utime(aside)


def sweep(data: Path) -> int:
    """Erase the files that were set aside KEPT seconds ago; how many."""
    aside = data / FOLDER
    try:
        if time.time() - aside.stat().st_mtime < KEPT:
            return 0
    except FileNotFoundError:
        return 0
    count = sum(1 for _ in aside.iterdir())
    shutil.rmtree(aside)
    return count
