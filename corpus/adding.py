"""Real documents into the library, with their pages: files and addresses, one by one."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from corpus.document import Document
from corpus.errors import FetchFailed, UnreadableDocument
from corpus.fetch import Download, fetch, open_client
from corpus.library import Library
from corpus.passages import split
from corpus.refresh import ADDED
from corpus.sandbox import read_document
from corpus.source import Source

KINDS = {
    "application/pdf": "PDF",
    "text/html": "page",
    "application/xhtml+xml": "page",
    "application/epub+zip": "EPUB",
    "text/markdown": "text file",
    "text/plain": "text file",
}


Detect = Callable[[str, str | None], str]  # a text, and the language that its file states


class Fate(StrEnum):
    """What became of a document."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What staff know of a document better than the document does; empty where they say nothing."""

    source: str = ""  # the id of a source in the library that this is the full text of
    title: str = ""
    publisher: str = ""
    year: str = ""
    language: str = ""
    url: str = ""  # where people can open it, for a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One line of the report."""

    target: str
    fate: Fate
    why: str = ""  # for DUPLICATE and FAILED
    pages: int = 0
    passages: int = 0
    language: str = ""
    title: str = ""


def add(
    target: str,
    library: Library,
    detect: Detect,
    details: Details,
    private: bool = False,
) -> Outcome:
    """Read the file or address `target` into the library, whole or not at all.

    `detect` tells the language of a text, given what the file says of itself, which may be wrong.
    """
    try:
        download = _get(target, private)
        return _keep(target, download, library, detect, details)
    except (UnreadableDocument, FetchFailed) as error:
        return Outcome(target=target, fate=Fate.FAILED, why=str(error))


def _get(target: str, private: bool) -> Download:
    if urlsplit(target).scheme in ("http", "https"):
        with open_client() as client:
            return fetch(target, client, private)
    path = Path(target)
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnreadableDocument(
            f"{target}: cannot be opened ({reason}); check the name"
        ) from error
    return Download(url=path.resolve().as_uri(), name=path.name, media_type="", data=data)


def _keep(
    target: str,
    download: Download,
    library: Library,
    detect: Detect,
    details: Details,
) -> Outcome:
    source = _known(details.source, library) if details.source else None
    id = f"{source.id}/text" if source else _id(download.url)
    digest = hashlib.sha256(download.data).hexdigest()
    held = {holding.id: holding for holding in library.holdings()}
    twin = next((h for h in held.values() if h.sha256 == digest and h.id != id), None)
    if twin:
        why = f"the same bytes as {twin.title!r} ({twin.source}), which is held already"
        return Outcome(target=target, fate=Fate.DUPLICATE, why=why)
    document = read_document(download.data, download.name, download.media_type)
    language = details.language or detect(_sample(document), document.language)
    described = source or _describe(id, document, download, details, language)
    same = id in held and held[id].sha256 == digest and held[id].language == language
    if same and library.source(described.id) == described:
        return _outcome(target, Fate.UNCHANGED, document, held[id].passages, language, described)
    passages = split(document, described.id, language)
    with library.changing():
        if source is None:
            library.put_source(described, ADDED)
        library.put_document(
            document, passages, id=id, source=described.id, language=language, sha256=digest
        )
    fate = Fate.CHANGED if id in held else Fate.ADDED
    return _outcome(target, fate, document, len(passages), language, described)


def _outcome(
    target: str, fate: Fate, document: Document, passages: int, language: str, source: Source
) -> Outcome:
    return Outcome(
        target=target,
        fate=fate,
        pages=len(document.pages),
        passages=passages,
        language=language,
        title=source.title,
    )


def _known(id: str, library: Library) -> Source:
    try:
        return library.source(id)
    except KeyError as error:
        raise UnreadableDocument(
            f"--source {id}: the library has no such source; see: exchange library"
        ) from error


def _id(url: str) -> str:
    return "D" + hashlib.sha256(url.encode()).hexdigest()[:8]


def _describe(
    id: str, document: Document, download: Download, details: Details, language: str
) -> Source:
    stem = Path(download.name).stem.replace("_", " ").replace("-", " ").strip()
    heading = next((b.text for p in document.pages for b in p.blocks if b.level == 1), "")
    if len(heading.split()) < 3:  # "HIGHLIGHTS" names no document
        heading = ""
    url = details.url or download.url
    source = Source(
        id=id,
        title=details.title or document.title or heading or stem.capitalize() or id,
        publisher=details.publisher,
        year=details.year,
        languages=language,
        url=url,
        link_language=language,
        link_kind=KINDS.get(document.media_type, "file"),
    )
    return replace(source, title=" ".join(source.title.split())[:300])


def _sample(document: Document, length: int = 3_000) -> str:
    text = "\n".join(page.text for page in document.pages)
    middle = max(0, len(text) // 2 - length // 2)
    return text[middle : middle + length]
