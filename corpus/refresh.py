"""The library brought in line with its catalogues: cards, documents, and what is gone."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace

from corpus.adding import failure, get
from corpus.canonical import canonical, scheme
from corpus.errors import FetchFailed, UnreadableDocument
from corpus.fetch import Download, Fetched, Fetcher, NotModified
from corpus.keeping import Detect, digest, keep, read
from corpus.library import CATALOGUE, Library
from corpus.passages import split
from corpus.report import Fate, Row
from corpus.shelf import Known, Shelf
from corpus.source import Source

Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all


def refresh(
    catalogue: Sequence[Source],
    library: Library,
    shelf: Shelf,
    fetcher: Fetcher,
    detect: Detect,
    progress: Progress,
) -> list[Row]:
    """Bring `library` in line with `catalogue`; a row for each thing found, the news first.

    A source that left the catalogue leaves the library with all that is held of it, so that it
    can never answer again; sources that were added by hand stay. A document that cannot be had
    or read now stays as it was, and its row says why.
    """
    rows = [*_gone(catalogue, library), *_cards(catalogue, library)]
    rows += _no_longer_read(catalogue, library)
    wanted = [source for source in catalogue if source.read == "yes"]
    first = {canonical(source.url): source for source in reversed(wanted)}
    by_url = {source.url: source for source in first.values()}
    for done, (url, got) in enumerate(_fetched(list(by_url), shelf, fetcher), start=1):
        rows.append(_document(by_url[url], got, library, shelf, detect))
        progress("fetching", done, len(by_url))
    rows += _same_address(wanted, first)
    rows += _split_anew(library, shelf)
    order = list(Fate)
    return sorted(rows, key=lambda row: (order.index(row.fate), row.source, row.card))


def _gone(catalogue: Sequence[Source], library: Library) -> list[Row]:
    wanted, origins = {source.id for source in catalogue}, library.origins()
    rows = []
    for id, source in library.sources().items():
        if id not in wanted and origins[id] == CATALOGUE:
            library.remove_source(id)
            rows.append(Row(source=id, title=source.title, place=source.url, fate=Fate.REMOVED))
    return rows


def _cards(catalogue: Sequence[Source], library: Library) -> list[Row]:
    """Each source kept as its row says, and its card, where it has key points."""
    held, origins, outdated = library.sources(), library.origins(), library.outdated()
    rows = []
    for source in catalogue:
        known = None if f"{source.id}/card" in outdated else held.get(source.id)
        fate = Fate.CHANGED if source.id in held else Fate.ADDED
        if known == source and origins[source.id] == CATALOGUE:
            fate = Fate.UNCHANGED
        else:
            with library.changing():
                library.put_source(source, CATALOGUE)
                _put_card(source, library)
        rows.append(
            Row(
                source=source.id,
                title=source.title,
                place=source.url,
                fate=fate,
                card=True,
                language="en",
                passages=int(bool(source.key_points)),
            )
        )
    return rows


def _put_card(source: Source, library: Library) -> None:
    id = f"{source.id}/card"
    if not source.key_points:
        library.remove_document(id)
        return
    card = source.card()
    passages = [replace(p, summary=True) for p in split(card, source.id, "en")]
    key = hashlib.sha256(repr(sorted(asdict(source).items())).encode()).hexdigest()
    library.put_document(card, passages, id=id, source=source.id, language="en", sha256=key)


def _no_longer_read(catalogue: Sequence[Source], library: Library) -> Iterator[Row]:
    """Documents that a refresh had fetched and whose row does not ask for them any more."""
    fetched = library.fetched()
    for source in catalogue:
        if source.read != "yes" and f"{source.id}/text" in fetched:
            library.remove_document(f"{source.id}/text")
            yield Row(source=source.id, title=source.title, place=source.url, fate=Fate.REMOVED)


def _split_anew(library: Library, shelf: Shelf) -> Iterator[Row]:
    """Documents that were split by other rules, from what the shelf remembers of them."""
    for id, sha256 in library.outdated().items():
        held, document = library.held(id), shelf.document(sha256)
        if held is None:
            continue
        title, place = held.title, library.source(held.source).url
        if document is None:
            why = "split by earlier rules, and no longer at hand to be split anew; add it again"
            yield Row(source=held.source, title=title, place=place, fate=Fate.NOT_FETCHED, why=why)
            continue
        passages = split(document, held.source, held.language)
        library.put_document(
            document, passages, id=id, source=held.source, language=held.language,
            sha256=sha256, fetched=id in library.fetched(),
        )  # fmt: skip
        yield Row(
            source=held.source, title=title, place=place, fate=Fate.CHANGED,
            language=held.language, pages=len(document.pages), passages=len(passages),
        )  # fmt: skip


def _fetched(
    urls: Sequence[str], shelf: Shelf, fetcher: Fetcher
) -> Iterator[tuple[str, Fetched | FetchFailed | UnreadableDocument]]:
    """Files first, then the web, hosts side by side."""
    web = [url for url in urls if scheme(url) in ("http", "https")]
    for url in urls:
        if url not in web:
            try:
                yield url, get(url, fetcher)
            except (FetchFailed, UnreadableDocument) as error:
                yield url, error
    yield from fetcher.get_all([(url, shelf.known(url)) for url in web])


def _document(
    source: Source,
    got: Fetched | FetchFailed | UnreadableDocument,
    library: Library,
    shelf: Shelf,
    detect: Detect,
) -> Row:
    try:
        if isinstance(got, FetchFailed | UnreadableDocument):
            raise got
        if isinstance(got, NotModified):
            known = shelf.known(source.url)
            document = shelf.document(known.sha256) if known else None
            if known is None or document is None:
                raise UnreadableDocument(f"{source.url}: lost from the shelf; refresh again")
            key = known.sha256
        else:
            document, key = read(got, shelf), digest(got.data)
            _learn(source.url, got, key, shelf)
        with library.changing():
            return keep(
                document,
                key,
                source,
                source.url,
                library,
                detect,
                source.link_language,
                fetched=True,
            )
    except (FetchFailed, UnreadableDocument) as error:
        return failure(error, source.id, source.title, source.url)


def _learn(url: str, got: Download, key: str, shelf: Shelf) -> None:
    if got.etag or got.last_modified:
        shelf.learn(Known(url=url, etag=got.etag, last_modified=got.last_modified, sha256=key))


def _same_address(wanted: Sequence[Source], first: dict[str, Source]) -> Iterator[Row]:
    for source in wanted:
        other = first[canonical(source.url)]
        if other is not source:
            why = f"the same address as {other.title!r} ({other.id})"
            yield Row(
                source=source.id, title=source.title, place=source.url, fate=Fate.DUPLICATE, why=why
            )
