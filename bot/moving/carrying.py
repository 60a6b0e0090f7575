"""Carrying all that is kept from one side to the other, table by table, and proving it.

Each table is put there in one transaction and then noted beside the data, so that a run that was
cut goes on; what was cut within is put there anew. Nothing is taken from where it was.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.moving.kinds import KEYS, KINDS, Kind, NotMoved, checksum
from bot.moving.sides import Side
from bot.reports import write_whole
from index.disk import flush

NOTE = "moving.json"
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What was found of one table on both sides."""

    label: str
    rows: int
    there: int
    same: bool  # the checksums of all rows


class Noted:
    """What is done of a move, in the data folder: read by the next run of the same way."""

    def __init__(self, data: Path, way: str) -> None:
        """`way`: from where to where. Raises NotMoved where another move is half done."""
        self._path, self._way = data / NOTE, way
        held = json.loads(self._path.read_text("utf-8")) if self._path.exists() else None
        if held is not None and held["way"] != way:
            raise NotMoved(
                f"a move {held['way']} was cut: end that first (type the same line again), or"
                f" delete {self._path} to forget it"
            )
        self.begun = held is not None
        self.done: list[str] = held["done"] if held else []
        self.answers: dict[str, str] = held["answers"] if held else {}  # before, by question
        # What was found once all was there: from then on nothing is carried any more.
        self.found: dict[str, Any] | None = held["found"] if held else None

    def add(self, *labels: str) -> None:
        """Note these as done, on the disk."""
        self.done += labels
        held = {
            "way": self._way, "done": self.done, "answers": self.answers, "found": self.found,
        }  # fmt: skip
        write_whole(self._path, json.dumps(held))
        flush(self._path.parent)

    def again(self, label: str) -> None:
        """Have this one carried once more by the next run."""
        self.done.remove(label)
        self.add()

    def end(self) -> None:
        """The move is whole."""
        self._path.unlink(missing_ok=True)


def carry(source: Side, target: Side, noted: Noted, tell: Tell) -> list[Proved]:
    """Carry what is not noted as done, and prove all. Raises NotMoved, TablesFailed, BadKey."""
    if not noted.begun:
        _refuse_full(target)
        noted.add()
    _carry_keys(source, target, noted)
    for kind in KINDS:
        if kind.label not in noted.done:
            rows = source.read(kind)
            target.write(kind, rows)
            noted.add(kind.label)
            if rows:
                tell(f"{kind.label}: {len(rows)} rows copied")
    proved = [_proved(source, target, kind) for kind in KINDS]
    keys = [f"key: {name}" for name in KEYS if _keys(source, name) != _keys(target, name)]
    for label in [one.label for one in proved if not one.same] + keys:
        noted.again(label)
    _refuse_other(proved, keys)
    return proved


def _carry_keys(source: Side, target: Side, noted: Noted) -> None:
    for name in KEYS:
        if f"key: {name}" not in noted.done:
            target.put_keys(name, source.keys(name))
            noted.add(f"key: {name}")


def _refuse_full(target: Side) -> None:
    full = [kind.label for kind in KINDS if target.read(kind)]
    if full:
        raise NotMoved(
            f"something is kept there already ({', '.join(full)}), which a move would overwrite;"
            " take an empty database, or an empty folder"
        )


def _proved(source: Side, target: Side, kind: Kind) -> Proved:
    here, there = source.read(kind), target.read(kind)
    same = checksum(here) == checksum(there)
    return Proved(label=kind.label, rows=len(here), there=len(there), same=same)


def _refuse_other(proved: list[Proved], keys: list[str]) -> None:
    other = [f"{one.label} ({one.rows} rows, {one.there} there)" for one in proved if not one.same]
    if other := other + keys:
        raise NotMoved(
            f"not the same on both sides: {', '.join(other)}; see that nobody serves, and type the"
            " same line again"
        )


def _keys(side: Side, name: str) -> list[tuple[float, bytes]]:
    return [(round(key.made, 3), key.secret) for key in side.keys(name)]
