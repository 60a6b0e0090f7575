"""The hub's catalogue, edited a row at a time: checked as a refresh checks it, written whole."""

import csv
import hashlib
import io
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.reports import write_whole
from bot.settings import Settings
from corpus.errors import BadCatalogue
from corpus.source import CATALOGUE, COLUMNS, OPTIONAL, read_catalogue

KEPT = 20  # earlier catalogues that are kept beside it
_ONE = threading.Lock()


class Changed(Exception):
    """Somebody else has changed the row meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """A catalogue as its file has it."""

    path: Path
    separator: str
    columns: tuple[str, ...]  # as its heading row names them, also those that we do not know
    rows: tuple[dict[str, str], ...]  # each has all columns that we know, too

    def row(self, id: str) -> dict[str, str] | None:
        """The row of the source, if there is one."""
        return next((row for row in self.rows if row["id"].strip() == id), None)


def bundled(settings: Settings) -> bool:
    """Whether the catalogue is the one that comes with the program: it is never written."""
    return settings.own_catalogue().resolve() == CATALOGUE.resolve()


def copy(settings: Settings) -> None:
    """Put a copy of the bundled catalogue into the data folder, where there is none yet."""
    with _ONE:
        if bundled(settings):
            settings.exchange_data.mkdir(parents=True, exist_ok=True)
            text = CATALOGUE.read_text(encoding="utf-8-sig")
            write_whole(settings.exchange_data / "catalogue.csv", text)


def read(settings: Settings) -> Catalogue:
    """The catalogue that a refresh reads first. Raises BadCatalogue."""
    path = settings.own_catalogue()
    read_catalogue(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        heading = file.readline()
        separator = max(",;\t", key=heading.count)
        file.seek(0)
        lines = csv.DictReader(file, delimiter=separator)
        columns = tuple(lines.fieldnames or ())
        names = dict.fromkeys((*COLUMNS, *OPTIONAL, *columns))
        rows = tuple({name: row.get(name) or "" for name in names} for row in lines)
    return Catalogue(path=path, separator=separator, columns=columns, rows=rows)


def mark(row: Mapping[str, str] | None) -> str:
    """What tells whether a row is still the one that somebody saw."""
    cells = sorted(row.items()) if row else []
    return hashlib.sha256(repr(cells).encode()).hexdigest()[:16]


def put(settings: Settings, id: str, seen: str, cells: Mapping[str, str]) -> None:
    """Change the row of the source `id`, or add one where `id` is "".

    `seen`: the mark of the row that was changed. Raises BadCatalogue, Changed.
    """
    with _ONE:
        held = read(settings)
        old = held.row(id) if id else None
        if mark(old) != seen:
            raise Changed
        _check_places(held.path.name, old or {}, cells)
        fresh = {**(old or {}), **{name: _line(text) for name, text in cells.items()}}
        rows = [fresh if row is old else row for row in held.rows] + [fresh] * (old is None)
        _write(settings, held, rows)


def _check_places(name: str, old: Mapping[str, str], cells: Mapping[str, str]) -> None:
    """A page of the web may name no file of this server: it would be read, and quoted to people."""
    url = cells.get("url", "").strip()
    if url.lower().startswith("file:") and url != old.get("url", "").strip():
        raise BadCatalogue(
            f"{name}, row {cells.get('id', '')}: url {url!r} does not begin with http:// or https://"
        )


def take_out(settings: Settings, id: str, seen: str) -> None:
    """Take the row of the source out. Raises BadCatalogue, Changed."""
    with _ONE:
        held = read(settings)
        old = held.row(id)
        if old is None or mark(old) != seen:
            raise Changed
        _write(settings, held, [row for row in held.rows if row is not old])


def _write(settings: Settings, held: Catalogue, rows: list[dict[str, str]]) -> None:
    """Check the new catalogue by the refresh's own reader, keep the old one, then change over."""
    if bundled(settings):
        raise BadCatalogue("the bundled catalogue is never changed; make the hub's own first")
    known = [name for name in (*COLUMNS, *OPTIONAL) if name not in held.columns]
    columns = [*held.columns, *(name for name in known if any(row.get(name) for row in rows))]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, delimiter=held.separator, restval="",
                            extrasaction="ignore", lineterminator="\n")  # fmt: skip
    writer.writeheader()
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / held.path.name
        trial.write_text(text.getvalue(), encoding="utf-8", newline="")
        try:
            read_catalogue(trial)
        except BadCatalogue as error:
            raise BadCatalogue(str(error).replace(str(trial), held.path.name)) from None
    _keep_old(settings, held.path)
    write_whole(held.path, text.getvalue())


def _keep_old(settings: Settings, path: Path) -> None:
    folder = settings.exchange_data / "catalogues"
    folder.mkdir(parents=True, exist_ok=True)
    second, rest = divmod(time.time_ns(), 10**9)  # read once: the names are sorted by it
    moment = time.strftime("%Y%m%dT%H%M%S", time.gmtime(second))
    shutil.copyfile(path, folder / f"{moment}-{rest:09}-{path.name}")
    for old in sorted(folder.iterdir(), reverse=True)[KEPT:]:
        old.unlink()


def _line(text: str) -> str:
    """A cell without line breaks and what cannot be seen."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
