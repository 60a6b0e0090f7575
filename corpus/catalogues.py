"""Catalogues of every kind as sources: CSV, a folder, a sitemap, an RSS or Atom feed."""

import gzip
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

import feedparser
from lxml import etree

from corpus.adding import KINDS, get, source_id
from corpus.canonical import canonical, scheme
from corpus.encodings import printable
from corpus.errors import BadCatalogue, FetchFailed, UnreadableDocument
from corpus.fetch import Fetcher
from corpus.source import Source, read_catalogue

MOST = 5_000  # documents of one catalogue
_DEEPEST = 3  # sitemaps that name sitemaps
_MOST_BYTES = 50_000_000  # of one sitemap, unpacked; the protocol's own limit
_ENDINGS = {".pdf": "application/pdf", ".htm": "text/html", ".html": "text/html"}


def read_sources(place: str, fetcher: Fetcher) -> list[Source]:
    """The sources of a CSV file, a folder, or a sitemap or feed at a file or address.

    Raises BadCatalogue, one line.
    """
    if scheme(place) not in ("http", "https"):
        path = Path(place)
        if path.is_dir():
            return _limited(place, _folder(path))
        if path.suffix.lower() == ".csv":
            return read_catalogue(path)
    return _limited(place, _feed_or_sitemap(place, fetcher))


def _limited(place: str, sources: Iterator[Source]) -> list[Source]:
    kept: dict[str, Source] = {}
    for source in sources:
        kept.setdefault(source.id, source)
        if len(kept) > MOST:
            raise BadCatalogue(f"{place}: names more than {MOST} documents; split it into parts")
    if not kept:
        raise BadCatalogue(f"{place}: names no documents; check that it is the right one")
    return list(kept.values())


def _folder(folder: Path) -> Iterator[Source]:
    """Each ordinary file below `folder`; nothing that leads out of it."""
    root = folder.resolve()
    for path in sorted(folder.rglob("*")):
        inside = path.resolve().is_relative_to(root)
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if inside and not hidden and path.is_file():
            yield _source(path.resolve().as_uri(), path.stem.replace("_", " ").replace("-", " "))


def _source(url: str, title: str, publisher: str = "", authors: str = "", year: str = "") -> Source:
    ending = Path(unquote(urlsplit(url).path)).suffix.lower()
    kind = KINDS[_ENDINGS[ending]] if ending in _ENDINGS else "page"
    return Source(
        id=source_id(url), title=printable(" ".join(title.split()))[:300] or url, url=url,
        link_kind=kind, read="yes", publisher=publisher, authors=authors, year=year,
    )  # fmt: skip


def _is_web(url: str) -> bool:
    try:
        return scheme(url) in ("http", "https") and bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _feed_or_sitemap(place: str, fetcher: Fetcher) -> Iterator[Source]:
    data = _bytes(place, fetcher)
    start = data[:2_000].lower()
    if b"<urlset" in start or b"<sitemapindex" in start:
        yield from _sitemap(place, data, fetcher, _DEEPEST)
        return
    feed = feedparser.parse(BytesIO(data), sanitize_html=True, resolve_relative_uris=False)
    if not feed.get("version"):
        raise BadCatalogue(
            f"{place}: is neither CSV, a folder, a sitemap nor a feed; check the address"
        )
    publisher = str(feed.feed.get("title", ""))
    for entry in feed.entries:
        link = str(entry.get("link", ""))
        if _is_web(link):
            moment = entry.get("published_parsed") or entry.get("updated_parsed")
            yield _source(
                link, str(entry.get("title", "")), publisher=publisher,
                authors=str(entry.get("author", "")), year=str(moment.tm_year) if moment else "",
            )  # fmt: skip


def _sitemap(place: str, data: bytes, fetcher: Fetcher, depth: int) -> Iterator[Source]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise BadCatalogue(f"{place}: is no whole sitemap ({error.msg}); tell the site") from error
    places = [str(node.text).strip() for node in root.iterfind("{*}*/{*}loc") if node.text]
    if etree.QName(root).localname != "sitemapindex":
        for url in places:
            if _is_web(url):
                yield _source(url, _readable(url))
        return
    if depth <= 1:
        raise BadCatalogue(f"{place}: sitemaps name sitemaps more than {_DEEPEST} deep")
    for url in places[:MOST]:
        if canonical(url) != canonical(place):
            yield from _sitemap(url, _bytes(url, fetcher), fetcher, depth - 1)


def _readable(url: str) -> str:
    """A title out of an address, until the document itself tells one."""
    last = unquote(urlsplit(url).path).rstrip("/").rsplit("/", 1)[-1]
    return Path(last).stem.replace("-", " ").replace("_", " ").strip().capitalize()


def _bytes(place: str, fetcher: Fetcher) -> bytes:
    try:
        data = get(place, fetcher).data
        if data[:2] == b"\x1f\x8b":
            with gzip.open(BytesIO(data)) as file:
                data = file.read(_MOST_BYTES + 1)
    except (FetchFailed, UnreadableDocument) as error:
        raise BadCatalogue(str(error)) from error
    except (OSError, EOFError, zlib.error) as error:
        raise BadCatalogue(f"{place}: its packed content is damaged; tell the site") from error
    if len(data) > _MOST_BYTES:
        raise BadCatalogue(f"{place}: larger than {_MOST_BYTES / 1e6:g} MB unpacked")
    return data
