"""What a refresh found and did, document by document: data for every way of showing it."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """What became of a source or document."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"  # of another that is held already; not taken
    UNREADABLE = "unreadable"
    SCANNED = "scanned"  # pages without text, and no text recognition here
    DEAD_LINK = "dead link"
    NOT_FETCHED = "not fetched"  # the server was away, or did not allow it


TROUBLE = (Fate.UNREADABLE, Fate.SCANNED, Fate.DEAD_LINK, Fate.NOT_FETCHED)
NEWS = (Fate.ADDED, Fate.CHANGED, Fate.REMOVED)  # these make another library


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the report."""

    source: str  # its id
    title: str
    place: str  # the file or address; of a card, the source's link
    fate: Fate
    why: str = ""  # for DUPLICATE, trouble, and what gave way to another: one line
    card: bool = False  # the summary, not the document itself
    language: str = ""
    pages: int = 0
    changed_pages: tuple[str, ...] = ()  # of CHANGED, as printed; "-" where there are no pages
    passages: int = 0
    dropped: tuple[str, ...] = ()  # what the reader left out


def counts(rows: list[Row]) -> dict[Fate, int]:
    """How many of each, in the order of Fate; none is left out."""
    seen = Counter(row.fate for row in rows)
    return {fate: seen[fate] for fate in Fate}


def changes(rows: list[Row]) -> bool:
    """Whether the library is another one than before."""
    return any(row.fate in NEWS for row in rows)
