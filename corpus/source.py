"""A source: one publication of the hub, as its catalogue describes it."""

import csv
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Block, Document, Page
from corpus.errors import BadCatalogue

CATALOGUE = Path(__file__).with_name("catalogue.csv")
COLUMNS = (
    "id title publisher authors year languages kind region url link_language link_kind mirror"
    " licence confidence key_points"
).split()
OPTIONAL = ("read", "work")  # columns that a catalogue may leave out
REQUIRED = ("id", "title", "url")
PRACTICE = "practice"  # the kind of a source that a practitioner told: no guidance


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One publication: what it is, who published it, and where it opens."""

    id: str
    title: str
    publisher: str = ""
    authors: str = ""
    year: str = ""  # as printed: "2018", "2012-2014"; empty where no date is known
    languages: str = ""
    kind: str = ""
    region: str = ""
    url: str
    link_language: str = ""  # ISO 639-1 of what the link opens
    link_kind: str = ""  # page, PDF, ...; "list": a page that only names it
    mirror: str = ""  # the site that holds a copy, where the link is not the publisher's own
    licence: str = ""
    confidence: str = ""
    read: str = ""  # "yes": the document behind the link is fetched and read
    work: str = ""  # what ties translations together, where the title does not tell
    key_points: tuple[str, ...] = ()  # in the Exchange's own words

    def card(self) -> Document:
        """The key points as a document of one page, so that they can be asked about at once."""
        points = tuple(Block(text=_sentence(point), item=True) for point in self.key_points)
        page = Page(number=None, blocks=points)
        return Document(media_type="text/x-card", pages=(page,), title=self.title, language="en")


def _sentence(point: str) -> str:
    return point if point.endswith((".", "!", "?", ":", "؟")) else point + "."


def read_catalogue(path: Path = CATALOGUE) -> list[Source]:
    """The sources of a catalogue, in its order; the separator is what its heading row has.

    Raises BadCatalogue, which names the file, the row and the field.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            separator = _separator(file.readline())
            file.seek(0)
            rows = list(csv.DictReader(file, delimiter=separator, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadCatalogue(f"{path}: cannot be read ({error}); save it as CSV in UTF-8") from error
    sources: dict[str, Source] = {}
    for number, row in enumerate(rows, start=2):
        source = _source(row, where=f"{path}, row {number}")
        if source.id in sources:
            raise BadCatalogue(
                f"{path}, row {number}: id {source.id!r} stands twice; give it another"
            )
        sources[source.id] = source
    if not sources:
        raise BadCatalogue(f"{path}: holds no rows; it needs a heading row and one row a source")
    return list(sources.values())


def _separator(heading: str) -> str:
    """A spreadsheet in French, Spanish or Portuguese saves with semicolons."""
    try:
        return csv.Sniffer().sniff(heading, delimiters=",;\t").delimiter
    except csv.Error:  # one column alone: what is missing is told with the row
        return ","


def _source(row: dict[str, str], where: str) -> Source:
    cells = {name: (row.get(name) or "").strip() for name in (*COLUMNS, *OPTIONAL)}
    for name in REQUIRED:
        if not cells[name]:
            raise BadCatalogue(f"{where}: the field {name!r} is empty or missing; fill it in")
    if not cells["url"].startswith(("http://", "https://", "file://")):
        raise BadCatalogue(f"{where}: url {cells['url']!r} does not begin with http:// or https://")
    points = tuple(point.strip() for point in cells.pop("key_points").split("|") if point.strip())
    return Source(key_points=points, **cells)
