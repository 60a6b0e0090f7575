"""EPUB: the chapters in the order of the book's spine."""

import posixpath
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from corpus.archive import opened, parse_xml
from corpus.document import Block, Document, Page
from corpus.encodings import decoded
from corpus.errors import UnreadableDocument
from corpus.markup import blocks_of, parse_html
from corpus.repair import clean, language_code

MEDIA_TYPES: tuple[str, ...] = ("application/epub+zip",)

_CONTAINER = "META-INF/container.xml"
_CHAPTERS = frozenset({"application/xhtml+xml", "text/html"})


def read(data: bytes) -> Document:
    """Return the book in an EPUB file: one Page a chapter, without number, as e-books have none.

    Raises UnreadableDocument for a damaged, locked or bloated file.
    """
    with opened(data) as archive:
        root_file = parse_xml(_part(archive, _CONTAINER)).find(".//{*}rootfile")
        path = "" if root_file is None else root_file.get("full-path", "")
        book = parse_xml(_part(archive, path))
        pages = tuple(
            Page(number=None, blocks=blocks)
            for name in _spine(book, posixpath.dirname(path))
            if (blocks := _chapter(archive, name))
        )
    return Document(
        media_type=MEDIA_TYPES[0],
        pages=pages,
        title=clean(book.findtext(".//{http://purl.org/dc/elements/1.1/}title") or "") or None,
        language=language_code(book.findtext(".//{http://purl.org/dc/elements/1.1/}language")),
    )


def _spine(book: etree._Element, folder: str) -> Iterator[str]:
    """Return the names of the chapters in reading order, without the table of contents."""
    parts = {part.get("id"): part for part in book.iterfind("{*}manifest/{*}item")}
    for entry in book.iterfind("{*}spine/{*}itemref"):
        part = parts.get(entry.get("idref"))
        if part is None or part.get("media-type") not in _CHAPTERS:
            continue
        if "nav" not in (part.get("properties") or "").split():
            yield posixpath.normpath(posixpath.join(folder, unquote(part.get("href") or "")))


def _chapter(archive: zipfile.ZipFile, name: str) -> tuple[Block, ...]:
    root = parse_html(decoded(_part(archive, name)))
    return () if root is None else tuple(blocks_of(root))


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except (KeyError, zipfile.BadZipFile, EOFError, OSError) as error:
        raise UnreadableDocument(
            f"a part of this book is missing or damaged ({name or _CONTAINER}); download it again"
        ) from error
