"""Whether every link that people are shown still opens, and when it last did."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from corpus.canonical import canonical
from corpus.errors import FetchFailed, Why
from corpus.fetch import Fetcher
from corpus.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One address and what came of asking for it."""

    source: str
    title: str
    url: str
    works: bool
    moved_to: str = ""  # another page than the one shown
    why: str = ""  # where it does not work: one line
    unsure: bool = False  # the server refused us or was away; a person may still get there
    last_worked: str = ""  # the day, as 2026-11-30; "" where it never did while we looked


def check_links(
    sources: Iterable[Source], fetcher: Fetcher, history: Path, progress: Callable[[int], None]
) -> list[Link]:
    """Every http(s) link, the dead ones first. Only the head of each page is asked for."""
    by_url: dict[str, Source] = {}
    for source in sources:
        if source.url.startswith(("http://", "https://")):
            by_url.setdefault(source.url, source)
    links = []
    with closing(sqlite3.connect(history, timeout=30)) as connection:
        db = Database(connection)
        db.table("worked").create({"url": str, "day": str}, pk="url", if_not_exists=True)
        for link in _asked(by_url, fetcher):
            links.append(_remembered(link, db))
            progress(1)
    return sorted(links, key=lambda link: (link.works, link.unsure, link.source))


def _asked(by_url: dict[str, Source], fetcher: Fetcher) -> Iterator[Link]:
    for url, came in fetcher.look_all(list(by_url)):
        source = by_url[url]
        if isinstance(came, FetchFailed):
            sure = came.why in (Why.GONE, Why.ADDRESS, Why.TLS)
            yield Link(
                source=source.id,
                title=source.title,
                url=url,
                works=False,
                why=str(came),
                unsure=not sure,
            )
        else:
            moved = came if canonical(came) != canonical(url) else ""
            yield Link(source=source.id, title=source.title, url=url, works=True, moved_to=moved)


def _remembered(link: Link, db: Database) -> Link:
    """The link with the day it last worked; today's is noted where it works."""
    with db.atomic():
        if link.works:
            today = f"{datetime.now(UTC):%Y-%m-%d}"
            db.table("worked").upsert({"url": link.url, "day": today}, pk="url")
        row = db.execute("select day from worked where url = ?", [link.url]).fetchone()
    return replace(link, last_worked=row[0] if row else "")
