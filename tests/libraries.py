"""Copies of the starter library, for tests that change it."""

import shutil
from pathlib import Path

LIBRARY = ("current", "snapshots", "vectors.db", "shelf.db")


def copy_library(held: Path, folder: Path) -> Path:
    """Make `folder` hold the library in the folder `held`, and nothing of people.

    Their files are never copied: whoever opens and closes a SQLite file gives up the locks that
    this process holds on it, and another that uses it then damages it.
    """

    def others(directory: str, names: list[str]) -> list[str]:
        return [n for n in names if n not in LIBRARY] if Path(directory) == held else []

    return Path(shutil.copytree(held, folder, symlinks=True, ignore=others))
