"""One document into the library: read, compared page by page, kept if it differs."""

import hashlib
from collections.abc import Callable

from corpus.document import Document
from corpus.fetch import Download
from corpus.library import Held, Library
from corpus.passages import split
from corpus.report import Fate, Row
from corpus.sandbox import read_document
from corpus.shelf import Shelf
from corpus.source import Source

Detect = Callable[[str, str | None], str]  # a text, and the language that its file states


def digest(data: bytes) -> str:
    """The name under which bytes are known."""
    return hashlib.sha256(data).hexdigest()


def read(download: Download, shelf: Shelf) -> Document:
    """The document in a download, from the shelf where the same bytes were read before.

    Raises UnreadableDocument.
    """
    key = digest(download.data)
    document = shelf.document(key)
    if document is None:
        document = read_document(download.data, download.name, download.media_type)
        shelf.keep(key, document)
    shelf.keep_file(key, document, download.data)
    return document


def keep(
    document: Document,
    sha256: str,
    source: Source,
    place: str,
    library: Library,
    detect: Detect,
    language: str = "",
    *,
    fetched: bool = False,
    name: str = "text",
) -> Row:
    """Put `document` into the library as the text of `source`, unless it is held already.

    The source itself must be in the library. `language` overrules what the text looks like;
    `fetched` marks what a refresh brought, so that a later one may take it away; `name` tells
    several documents of one source apart.
    """
    id = f"{source.id}/{name}"
    spoken = language or detect(sample(document), document.language)
    twin = library.twin(sha256, id)
    if twin is not None:
        why = f"the same bytes as {twin.title!r} ({twin.source}), which is held already"
        # What this source said before is said no more: its earlier text may not answer on.
        stale = library.held(id) is not None
        library.remove_document(id)
        return Row(
            source=source.id,
            title=source.title,
            place=place,
            fate=Fate.REMOVED if stale else Fate.DUPLICATE,
            why=why,
            language=spoken,
        )
    held = library.held(id)
    changed = _changed_pages(held, document, spoken)
    passages = split(document, source.id, spoken)
    if held is None or changed or held.sha256 != sha256 or id in library.outdated():
        library.put_document(
            document,
            passages,
            id=id,
            source=source.id,
            language=spoken,
            sha256=sha256,
            fetched=fetched,
        )
    fate = Fate.ADDED if held is None else Fate.CHANGED if changed else Fate.UNCHANGED
    return Row(
        source=source.id,
        title=source.title,
        place=place,
        fate=fate,
        language=spoken,
        pages=len(document.pages),
        passages=len(passages),
        dropped=document.dropped,
        changed_pages=changed if held is not None else (),
    )


def _changed_pages(held: Held | None, document: Document, language: str) -> tuple[str, ...]:
    """The pages, as printed, that say something else than those held; gone ones count."""
    if held is None:
        return ()
    new = [(page.number, page.label, page.text) for page in document.pages]
    if held.language != language:
        return tuple(_name(*page[:2]) for page in new)
    longer = max(len(new), len(held.pages))
    pairs = zip(_padded(new, longer), _padded(list(held.pages), longer), strict=True)
    return tuple(_name(*(page or old)[:2]) for page, old in pairs if page != old)  # type: ignore[index]


def _padded(
    pages: list[tuple[int | None, str | None, str]], length: int
) -> list[tuple[int | None, str | None, str] | None]:
    return [*pages, *[None] * (length - len(pages))]


def _name(number: int | None, label: str | None) -> str:
    return label or (str(number) if number is not None else "-")


def sample(document: Document, length: int = 3_000) -> str:
    """A stretch from the middle of a document, enough to tell its language by."""
    text = "\n".join(page.text for page in document.pages)
    middle = max(0, len(text) // 2 - length // 2)
    return text[middle : middle + length]
