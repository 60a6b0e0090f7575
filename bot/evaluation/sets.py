"""Question sets: what is asked, and what a right answer shows.

One reader for all CSV forms: the hub's own sets, golden questions and calibration questions.
"""

import csv
import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HALVES = ("tuning", "reporting", "all")
_SOURCES = ("expected", "source", "sources")  # what the column of source ids may be called
_ANSWERABLE = ("", "answer", "held")
_UNANSWERABLE = ("abstain", "not held", "none", "unanswerable")
_NEEDS = "a set is CSV in UTF-8 with the columns question, language and expected (or source)"


class BadSet(Exception):
    """A question set that cannot be used. Its text says which, where, and what it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question and what is known of its answer."""

    id: str
    question: str
    language: str  # what the person speaks, ISO 639-1; empty: not known
    expected: Mapping[str, int]  # source id to relevance from 1; empty: no source answers it
    places: frozenset[tuple[str, str]] = frozenset()  # source id and page, where one is known
    same: str = ""  # ties the same question in several languages
    answers: tuple[str, ...] = ()  # known answer spans, any of which will do
    hashed: str = ""  # what the halves are told by; empty: the id

    @property
    def tunes(self) -> bool:
        """Whether it is of the half that may be tuned on: its CRC-32 is even."""
        return zlib.crc32((self.hashed or self.id).encode()) % 2 == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSet:
    """Cases with the remarks that their reader made, each one line for the hub's staff."""

    name: str
    cases: tuple[Case, ...]
    remarks: tuple[str, ...] = field(default=())


def half(cases: Sequence[Case], which: str) -> tuple[Case, ...]:
    """The cases of a half: "tuning", "reporting" or "all". Raises BadSet for another word."""
    if which not in HALVES:
        raise BadSet(f"--half {which}: there is {', '.join(HALVES)}")
    return tuple(case for case in cases if which == "all" or case.tunes == (which == "tuning"))


def read_set(path: Path) -> QuestionSet:
    """The questions of a CSV file. Raises BadSet, which names the row and the column.

    Columns: `question`; `language`; `expected`, `source` or `sources`, ids separated by `;`, empty
    where nothing held answers; and where there are any `page` (one, or one a source, by `;`),
    `scope` ("answer", or "abstain" or "not held"; rows of another scope are left out), `same`,
    `answers` (separated by `|`) and `id`.
    """
    rows = _rows(path)
    column = next((name for name in _SOURCES if name in rows[0]), None)
    if "question" not in rows[0] or column is None:
        missing = "question" if "question" not in rows[0] else "expected"
        raise BadSet(f"{path}: there is no column {missing!r}; {_NEEDS}")
    cases: dict[str, Case] = {}
    skipped = 0
    for number, row in enumerate(rows, start=2):
        cells = {name: (cell or "").strip() for name, cell in row.items() if name}
        scope = cells.get("scope", "").lower()
        if scope not in (*_ANSWERABLE, *_UNANSWERABLE):
            skipped += 1
            continue
        case = _case(cells, cells[column], scope, f"{path}, row {number}")
        if case.id in cases:
            raise BadSet(f"{path}, row {number}: {case.id!r} stands twice; take one out")
        cases[case.id] = case
    if not cases:
        raise BadSet(f"{path}: holds no question; {_NEEDS}")
    note = f"{path.name}: {skipped} rows of another scope are not asked"
    return QuestionSet(
        name=path.stem, cases=tuple(cases.values()), remarks=(note,) if skipped else ()
    )


def _rows(path: Path) -> list[dict[str, str | None]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [
                {(name or "").strip().lower(): cell for name, cell in row.items()}
                for row in csv.DictReader(file, restkey="", strict=True)
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadSet(f"{path}: cannot be read ({error}); {_NEEDS}") from error
    if not rows:
        raise BadSet(f"{path}: holds no question; {_NEEDS}")
    return rows


def _case(cells: Mapping[str, str], sources: str, scope: str, where: str) -> Case:
    question = cells["question"]
    if not question:
        raise BadSet(f"{where}: the question is empty; write one or take the row out")
    named = [] if sources.lower() in _UNANSWERABLE else parted(sources, ";")
    if scope in _UNANSWERABLE:
        named = []
    elif scope and not named:
        raise BadSet(f"{where}: scope is {scope!r}, but no source is expected; name one")
    return Case(
        id=cells.get("id") or hashlib.sha256(question.encode()).hexdigest()[:12],
        question=question,
        language=two_letters(cells.get("language", "")),
        expected=dict.fromkeys(named, 1),
        places=_places(named, parted(cells.get("page", ""), ";"), where),
        same=cells.get("same", ""),
        answers=tuple(parted(cells.get("answers", ""), "|")),
        hashed=question,  # the rule of the calibration questions, for every file of this form
    )


def _places(sources: list[str], pages: list[str], where: str) -> frozenset[tuple[str, str]]:
    if len(pages) == 1:
        pages = pages * len(sources)
    if pages and len(pages) != len(sources):
        raise BadSet(
            f"{where}: {len(pages)} pages for {len(sources)} sources; give one, or one a source"
        )
    return frozenset(zip(sources, pages, strict=False))


def parted(cell: str, mark: str) -> list[str]:
    """The parts of a cell, without empty ones."""
    return [part.strip() for part in cell.split(mark) if part.strip()]


def two_letters(language: str) -> str:
    """A language as ISO 639-1 where it is written "en-US" or "EN"; else as it stands."""
    return language.strip().lower().replace("_", "-").split("-")[0]
