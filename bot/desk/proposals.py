"""Questions whose people let the staff see them: proposals for the hub's golden questions.

In each stand the words without names, what was shown and what was wrong with it; nobody's handle.
What staff accept becomes a row of the file that GOLDEN names; what they leave is erased in time.
"""

import csv
import io
import json
import os
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.desk.database import opened
from bot.desk.telling import Told
from bot.keys import DAY

KEPT = 90 * DAY  # seconds
_COLUMNS = ("question", "language", "source")


class BadProposal(Told):
    """What staff asked for cannot be done. Its text says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One question as its person let it be seen."""

    id: int
    at: float  # seconds since 1970, by the day: when it was given
    question: str  # redacted
    language: str  # ISO 639-1
    reason: str  # "wrong", "off the point", ...
    sources: tuple[str, ...]  # ids of those shown


class Proposals:
    """The proposals, in one table of the desk's file. Any thread may call."""

    def __init__(self, data: Path, now: Callable[[], float] = time.time, *, dsn: str = "") -> None:
        """Open or make the file in the folder `data`."""
        self._db, self._now = opened(data, dsn), now

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def add(self, question: str, language: str, reason: str, sources: Sequence[str]) -> None:
        """Keep one. Of its time only the day is kept: it joins with no log of messages."""
        day = self._now() // DAY * DAY
        row = {"at": day, "question": question, "language": language, "reason": reason}
        self._db.insert("proposals", {**row, "sources": json.dumps(list(sources))})

    def listed(self) -> list[Proposal]:
        """Those that wait, oldest first."""
        rows = self._db.query("select * from proposals order by id")
        return [_proposal(row) for row in rows]

    def proposal(self, id: int) -> Proposal:
        """One of those that wait. Raises BadProposal."""
        for held in self.listed():
            if held.id == id:
                return held
        raise _none(id)

    def dismiss(self, id: int) -> None:
        """Erase one. Raises BadProposal."""
        self.proposal(id)
        self._erase("id = ?", id)

    def accept(
        self, id: int, sources: Sequence[str], golden: Path | None, held: Collection[str]
    ) -> None:
        """Make one a golden question that these sources answer; none: it must be declined.

        `held`: the ids of the library's sources. Raises BadProposal, and then nothing changed.
        """
        if unknown := [source for source in sources if source not in held]:
            raise BadProposal(
                "{source} is no source of the library; see: exchange library",
                source=repr(unknown[0]),
            )
        if golden is None:
            raise BadProposal("GOLDEN is not set: name the CSV file of the hub's golden questions")
        with self._db.erasing():  # one process at a time adds to the file
            rows = self._db.query("select * from proposals where id = ?", [id])
            if not rows:
                raise _none(id)
            _append(golden, _proposal(rows[0]), sources)
            self._db.execute("delete from proposals where id = ?", [id])

    def sweep(self) -> int:
        """Erase what nobody took up in time, and tell how many."""
        return self._erase("at < ?", self._now() - KEPT)

    def _erase(self, where: str, value: float) -> int:
        with self._db.erasing():
            return int(self._db.execute(f"delete from proposals where {where}", [value]).rowcount)


def _none(id: int) -> BadProposal:
    return BadProposal("there is no proposal {id}; see: exchange desk proposals", id=id)


def _proposal(row: dict[str, Any]) -> Proposal:
    return Proposal(**row | {"sources": tuple(json.loads(row["sources"]))})


def _append(path: Path, found: Proposal, sources: Sequence[str]) -> None:
    """Add a row in the file's own columns; the old file or the new one, never half of it."""
    text = _text(path)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    columns = rows[0] if rows else list(_COLUMNS)
    if missing := set(_COLUMNS) - set(columns):
        raise BadProposal(
            "GOLDEN={path}: has no column {column}; add it",
            path=path,
            column=repr(min(missing)),
        )
    if found.question in (row[columns.index("question")] for row in rows[1:] if row):
        raise BadProposal(
            "GOLDEN={path}: holds this question already; dismiss the proposal", path=path
        )
    cells = {
        "question": found.question,
        "language": found.language,
        "source": ";".join(sources),
    }
    out = io.StringIO(newline="")
    out.write(text if not text or text.endswith("\n") else text + "\n")
    write = csv.writer(out, lineterminator="\n")
    if not rows:
        write.writerow(columns)
    write.writerow([cells.get(column, "") for column in columns])
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(out.getvalue(), encoding="utf-8", newline="")
    os.replace(fresh, path)


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadProposal(
            "GOLDEN={path}: cannot be read ({error}); save it as UTF-8", path=path, error=error
        ) from error
