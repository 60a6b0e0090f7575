"""What is moved: each table of queue, people, counts and desk, and the keys of the hashes."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Row = tuple[Any, ...]


class NotMoved(Exception):
    """A move that cannot be made, or whose copy is not what it was made of. The text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One table, with the same columns on both sides."""

    file: str  # that it has in the data folder
    name: str
    columns: tuple[str, ...]
    raw: frozenset[str] = frozenset()  # kept as bytes in the database: people's own text
    truths: frozenset[str] = frozenset()  # 0 and 1 in the file, boolean in the database
    numbered: bool = False  # its ids are given by the store, and none is used twice

    @property
    def label(self) -> str:
        """What people read of it."""
        return f"{self.file.removesuffix('.db')}: {self.name}"


def _kind(file: str, name: str, columns: str, **more: Any) -> Kind:  # noqa: ANN401 - passed on
    return Kind(file=file, name=name, columns=tuple(columns.split()), **more)


_INBOX = "id channel conversation body came first deaths faults"
_OUTBOX = "id channel conversation person call made first tries"
_REACH = "id token channel conversation person goes_to at reply"
_CURATED = "id questions text language quotes at retired"
_WORKSHOPS = (
    "rowid code title language topic country setting documents questions created expires by"
)
_GIVEN = "text place year language name speaks id state given reach code"
_FIRST = frozenset({"first"})

KINDS = (
    _kind("queue.db", "seen", "channel message at"),
    _kind("queue.db", "inbox", _INBOX, raw=frozenset({"conversation", "body"}), truths=_FIRST,
          numbered=True),
    _kind("queue.db", "outbox", _OUTBOX, raw=frozenset({"conversation", "person", "call"}),
          truths=_FIRST, numbered=True),
    _kind("queue.db", "failures", "id at channel stage why", raw=frozenset({"why"}), numbered=True),
    _kind("queue.db", "reach", _REACH,
          raw=frozenset({"conversation", "person", "goes_to", "reply"}), numbered=True),
    _kind("people.db", "languages", "person language"),
    _kind("people.db", "learning", "person path step due token"),
    _kind("people.db", "limits", "person tokens at told"),
    _kind("people.db", "standing", "person country setting"),
    _kind("people.db", "turns", "person at language ids"),
    _kind("people.db", "joined", "person code"),
    _kind("people.db", "trainers", "person code at named"),
    _kind("counts.db", "weekly", "week by value messages people"),
    _kind("counts.db", "marks", "week by value hash"),
    _kind("counts.db", "disclosures", "month cards"),
    _kind("desk.db", "passed", "id token person text language channel at", numbered=True),
    _kind("desk.db", "contributions", _GIVEN),
    _kind("desk.db", "curated", _CURATED, numbered=True),
    _kind("desk.db", "curated_vectors", "space language question vector"),
    _kind("desk.db", "proposals", "id at question language reason sources", numbered=True),
    _kind("desk.db", "workshops", _WORKSHOPS),
    _kind("desk.db", "accounts", "name role hash language made"),
    _kind("desk.db", "audit", "id at name what detail", numbered=True),
    _kind("desk.db", "sessions", "hash name made used"),
    _kind("desk.db", "tries", "name count at"),
)  # fmt: skip
FILES = tuple(dict.fromkeys(kind.file for kind in KINDS))
KEYS = ("queue", "people", "passed", "console")  # each has a file NAME.key


def canonical(kind: Kind, rows: Iterable[Row]) -> list[Row]:
    """The rows as both sides tell them: numbers as numbers, bytes as bytes, NUL as U+FFFD."""
    places = [name in kind.raw for name in kind.columns]
    return [tuple(map(_value, row, places)) for row in rows]


def checksum(rows: Iterable[Row]) -> str:
    """One SHA-256 for all rows, in whatever order they came."""
    lines = sorted(json.dumps(row, default=bytes.hex) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _value(value: object, raw: bool) -> object:
    if isinstance(value, (bool, int, float)):
        return float(value)
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, str) and not raw:
        return value.replace("\0", "\ufffd")
    return value
