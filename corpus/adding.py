"""Real documents into the library, with their pages: files and addresses, one by one."""

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote_to_bytes

from corpus.canonical import canonical, scheme
from corpus.document import Document
from corpus.encodings import printable
from corpus.errors import FetchFailed, ScannedDocument, UnreadableDocument, Why
from corpus.fetch import Download, Fetcher, NotModified
from corpus.files import read_file
from corpus.keeping import Detect, digest, keep, read, sample
from corpus.library import ADDED, Library
from corpus.report import Fate, Row
from corpus.shelf import Shelf
from corpus.source import Source

KINDS = {
    "application/pdf": "PDF",
    "text/html": "page",
    "application/xhtml+xml": "page",
    "application/epub+zip": "EPUB",
    "text/markdown": "text file",
    "text/plain": "text file",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What staff know of a document better than the document does; empty where they say nothing."""

    source: str = ""  # the id of a source in the library that this is the full text of
    id: str = ""  # what its own source is called; "": by its address
    title: str = ""
    publisher: str = ""
    year: str = ""
    language: str = ""
    url: str = ""  # where people can open it, for a file
    licence: str = ""  # "CC BY 4.0"; without one its pages go out as pictures only
    authors: str = ""
    kind: str = ""  # of the publication: "practice"
    link_kind: str = ""  # what `url` opens, where that is not the file's own kind


def add(
    target: str, library: Library, shelf: Shelf, fetcher: Fetcher, detect: Detect, details: Details
) -> Row:
    """Read the file or address `target` into the library, whole or not at all.

    `detect` tells the language of a text, given what the file says of itself, which may be wrong.
    """
    try:
        download = get(target, fetcher)
        document = read(download, shelf)
        source = _known(details.source, library) if details.source else None
        described = source or _describe(document, download, details, detect)
        new = source is None
        language = described.link_language if new else details.language
        with library.changing():
            return _put(
                described, new, language, document, download, printable(target), library, detect
            )
    except (UnreadableDocument, FetchFailed) as error:
        return failure(error, details.source, target, target)


def _put(
    source: Source,
    new: bool,
    language: str,
    document: Document,
    download: Download,
    target: str,
    library: Library,
    detect: Detect,
) -> Row:
    """`new`: the source is made of the document itself, so it comes and goes with it."""
    before = library.sources().get(source.id)
    if new:
        library.put_source(source, ADDED)
    name = "text" if new else source_id(download.url)  # a source may have several documents
    key = digest(download.data)
    row = keep(document, key, source, target, library, detect, language, name=name)
    if new and (row.fate is Fate.REMOVED or (row.fate is Fate.DUPLICATE and before is None)):
        library.remove_source(source.id)
    if row.fate is Fate.UNCHANGED and before != source:
        return replace(row, fate=Fate.CHANGED)
    return row


def failure(error: Exception, source: str, title: str, place: str) -> Row:
    """The line of a report that an expected error becomes."""
    fate = Fate.UNREADABLE
    if isinstance(error, ScannedDocument):
        fate = Fate.SCANNED
    elif isinstance(error, FetchFailed):
        fate = Fate.DEAD_LINK if error.why is Why.GONE else Fate.NOT_FETCHED
    return Row(
        source=source,
        title=printable(title),
        place=printable(place),
        fate=fate,
        why=printable(str(error)),
    )


def get(target: str, fetcher: Fetcher) -> Download:
    """The bytes of a file, a file:// address or an http(s) address.

    Raises UnreadableDocument, FetchFailed.
    """
    kind = scheme(target)
    if kind and kind != "file":
        fetched = fetcher.get(target)
        if isinstance(fetched, NotModified):
            raise FetchFailed(f"{target}: the server sent nothing; try again", Why.AWAY)
        return fetched
    path = _file(target) if kind == "file" else Path(target)
    data = read_file(path, fetcher.manners.most_bytes)
    name = printable(path.name)
    return Download(url=path.resolve().as_uri(), name=name, media_type="", data=data)


def _file(url: str) -> Path:
    """The path in a file:// address, in whatever bytes its name is written."""
    _, slash, path = url.partition("://")[2].partition("/")
    return Path(os.fsdecode(unquote_to_bytes(slash + path)))


def _known(id: str, library: Library) -> Source:
    try:
        return library.source(id)
    except KeyError as error:
        raise UnreadableDocument(
            f"--source {id}: the library has no such source; see: exchange library"
        ) from error


def source_id(url: str) -> str:
    """The id of a source that has none of its own: the same address keeps it."""
    return "D" + hashlib.sha256(canonical(url).encode()).hexdigest()[:8]


def _describe(document: Document, download: Download, details: Details, detect: Detect) -> Source:
    language = details.language or detect(sample(document), document.language)
    return Source(
        id=details.id or source_id(download.url),
        title=details.title or title_of(document, download.name),
        publisher=details.publisher,
        authors=details.authors,
        kind=details.kind,
        year=details.year,
        languages=language,
        url=details.url or download.url,
        link_language=language,
        link_kind=details.link_kind or KINDS.get(document.media_type, "file"),
        licence=details.licence,
    )


def title_of(document: Document, name: str) -> str:
    """What a document calls itself, else its first heading, else its file's name."""
    stem = Path(name).stem.replace("_", " ").replace("-", " ").strip()
    heading = next((b.text for p in document.pages for b in p.blocks if b.level == 1), "")
    if len(heading.split()) < 3:  # "HIGHLIGHTS" names no document
        heading = ""
    title = document.title or heading or stem.capitalize() or name
    return " ".join(title.split())[:300]
