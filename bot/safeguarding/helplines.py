"""Child helplines from `bot/helplines.csv`, the only place that a number may come from."""

import csv
import functools
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from babel import Locale
from babel.languages import get_territory_language_info

FILE = Path(__file__).resolve().parents[1] / "helplines.csv"
DIRECTORY = "https://childhelplineinternational.org/helplines/"
HIDDEN = frozenset({"low", "none", "conflict", ""})  # confidence that is not enough to show
STALE = 366  # days after which a number must be looked up anew
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class BadHelpline(Exception):
    """A row without what it must have. The text says which row, and what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpline:
    """One row."""

    code: str  # of the country, ISO 3166-1, or the catalogue's own where there is none
    country: str  # in English
    service: str
    number: str
    hours: str  # as "Mon-Fri 08:00-17:00"; empty where the source does not say
    source: str
    checked: date  # when the source's page was last changed, as far as it was seen
    confidence: str

    @property
    def shown(self) -> bool:
        """Whether people may see it."""
        return self.confidence not in HIDDEN

    def stale(self, today: date) -> bool:
        """Whether it was checked more than a year before `today`."""
        return (today - self.checked).days > STALE

    def name(self, language: str) -> str:
        """The country's name in `language`."""
        return str(Locale(language).territories.get(self.code, self.country))


@functools.cache
def helplines(path: Path = FILE) -> tuple[Helpline, ...]:
    """All rows. Raises BadHelpline, OSError."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(_helpline(row, number) for number, row in enumerate(csv.DictReader(file), 2))


def _helpline(row: dict[str, str], number: int) -> Helpline:
    for column in ("code", "country", "number", "source", "checked"):
        if not (row.get(column) or "").strip():
            raise BadHelpline(f"{FILE.name}, line {number}: no {column}; every row must have one")
    try:
        checked = date.fromisoformat(row["checked"])
    except ValueError:
        raise BadHelpline(
            f"{FILE.name}, line {number}: checked={row['checked']!r} is no date like 2026-01-31"
        ) from None
    names = ("code", "country", "service", "number", "hours", "source", "confidence")
    return Helpline(**{name: row[name].strip() for name in names}, checked=checked)


def of_country(code: str) -> list[Helpline]:
    """The helplines of a country that people may see."""
    return [line for line in helplines() if line.code == code and line.shown]


@functools.cache
def countries(language: str) -> tuple[Helpline, ...]:
    """One row a country: those where `language` is official first, else in the table's order."""
    first: dict[str, Helpline] = {}
    for line in helplines():
        if line.shown:
            first.setdefault(line.code, line)

    def elsewhere(line: Helpline) -> bool:
        spoken = get_territory_language_info(line.code).get(language)
        return not (spoken and spoken["official_status"])

    return tuple(sorted(first.values(), key=elsewhere))


def local_hours(hours: str, language: str) -> str:
    """The hours with the days named in `language`."""
    names = Locale(language).days["format"]["abbreviated"]
    for number, day in enumerate(_DAYS):
        hours = hours.replace(day, names[number])
    return hours
