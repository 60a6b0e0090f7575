"""The files beside the library: what was fetched and read, and the PDF files themselves."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bot.settings import Settings
from corpus.fetch import Fetcher, Manners
from corpus.library import Library
from corpus.originals import FOLDER, Originals
from corpus.shelf import Shelf
from index import snapshots
from index.editing import LIBRARY
from index.withdrawn import Withdrawn

SHELF = "shelf.db"


def originals(data: Path) -> Originals:
    """Where the PDF files are kept."""
    return Originals(data / FOLDER)


def sweep_files(data: Path) -> None:
    """Take away PDF files that no kept library was read from, and texts that are withdrawn."""
    wanted, gone = set[str](), set[str]()
    for kept in snapshots.listed(data):
        try:
            library = Library(kept.folder / LIBRARY, read_only=True)
            wanted |= library.files()
            texts = (library.held(f"{id}/text") for id in Withdrawn(data)())
            gone |= {held.sha256 for held in texts if held}
            library.close()
        except sqlite3.DatabaseError:  # a damaged one may have been read from any of them
            return
    originals(data).sweep(wanted)
    if gone:
        with open_shelf(data) as shelf:
            for sha256 in gone:
                shelf.forget(sha256)


@contextlib.contextmanager
def open_shelf(data: Path) -> Iterator[Shelf]:
    """What was fetched and read, while it is needed."""
    shelf = Shelf(data / SHELF, originals(data))
    try:
        yield shelf
    finally:
        shelf.close()


def fetcher_of(settings: Settings) -> Fetcher:
    """What fetches documents as the settings have it."""
    return Fetcher(private=settings.fetch_private, manners=Manners(pause=settings.fetch_pause))
