"""What the hub's staff do with the library: refresh, add, remove, list, roll back."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot.app import needs_refresh, open_embedder
from bot.changing import changing
from bot.gate import Verdict
from bot.publishing import Examination, publish_examined
from bot.reports import Refreshed, keep
from bot.safeguarding.helplines import DIRECTORY
from bot.settings import Settings
from bot.storing import fetcher_of, open_shelf, originals
from corpus import refresh as refreshing
from corpus.adding import Details, add, source_id
from corpus.canonical import canonical
from corpus.catalogues import read_sources
from corpus.errors import BadCatalogue
from corpus.fetch import Fetcher
from corpus.library import Holding, Library
from corpus.links import Link, check_links
from corpus.report import Row, changes
from corpus.source import Source, read_catalogue
from index import calibration, judge, recipe, snapshots
from index.bulk.cluster import reached
from index.bulk.filling import Bulk
from index.editing import LIBRARY, editing, held_library, locked, still_held
from index.engines import open_engine
from index.languages import SPOKEN, detect
from index.publish import Progress

LINKS = "links.db"
# What the assistant shows by itself, beside what the library holds.
OWN_LINKS = (Source(id="help card", title="Child helplines by country", url=DIRECTORY),)


def refresh(
    settings: Settings,
    progress: Progress,
    *,
    agree: Callable[[list[Row]], bool] = lambda rows: True,
    force: bool = False,
    workers: int = 1,
    ray: str = "",
) -> Refreshed:
    """Bring the library in line with the catalogues and publish an index of it.

    `agree` sees what was found before anything is switched; where it says no, nothing is. A new
    index that answers the golden questions worse is not published, unless `force`. So many
    `workers` embed where much is new, on the Ray cluster at `ray` if given.

    Raises Busy, BulkFailed, and UnknownPart where Ray is asked for and not installed.
    """
    bulk = _bulk(settings, workers, ray)
    started, clock = datetime.now(UTC), time.monotonic()
    data = settings.exchange_data
    with (
        changing(settings) as machines,
        editing(data) as library,
        open_shelf(data) as shelf,
        fetcher_of(settings) as fetcher,
    ):
        sources = _catalogued(settings, fetcher)
        rows = refreshing.refresh(sources, library, shelf, fetcher, _language, progress)
        published = verdict = None
        agreed = agree(rows)
        if agreed and (changes(rows) or _is_due(settings)):
            examine = Examination(settings, force)
            published = publish_examined(settings, library, progress, examine, machines, bulk)
            verdict = examine.verdict
    done = Refreshed(
        started=started,
        seconds=time.monotonic() - clock,
        rows=tuple(rows),
        published=published,
        verdict=verdict,
        forced=bool(verdict and not verdict.passed and published and published.switched),
        files=originals(data).bytes(),
        looked=not agreed,
    )
    keep(done, data)
    return done


def _catalogued(settings: Settings, fetcher: Fetcher) -> list[Source]:
    """The sources of all catalogues. Raises BadCatalogue, also for an id that stands in two."""
    sources: dict[str, Source] = {}
    first = settings.own_catalogue()
    for place in (str(first), *settings.catalogues.split()):
        named = read_catalogue(first) if place == str(first) else read_sources(place, fetcher)
        for source in named:
            own = source.id != source_id(source.url)  # an id that somebody gave
            if own and sources.get(source.id, source) != source:
                raise BadCatalogue(
                    f"{place}: {source.title!r} ({source.id}) stands in another catalogue, too;"
                    " take it out of one"
                )
            sources.setdefault(source.id, source)
    return _one_an_address(sources)


def _one_an_address(sources: dict[str, Source]) -> list[Source]:
    """A document of a feed, sitemap or folder that a row describes is read for that row."""
    given = {canonical(s.url): s.id for s in sources.values() if s.id != source_id(s.url)}
    for source in list(sources.values()):
        id = given.get(canonical(source.url), source.id)
        if source.id == source_id(source.url) != id:
            sources[id] = replace(sources[id], read="yes")
            del sources[source.id]
    return list(sources.values())


def _is_due(settings: Settings) -> bool:
    """Whether to publish although no document changed."""
    held = still_held(settings.exchange_data)
    return bool(held) or needs_refresh(settings) or _other_trials(settings)


def _other_trials(settings: Settings) -> bool:
    """Whether the calibration questions are others than those that the judge learned from."""
    current = snapshots.current(settings.exchange_data)
    return judge.read(current).trials != calibration.digest(settings.calibration)


def add_documents(
    settings: Settings,
    targets: Sequence[str],
    details: Details,
    progress: Progress,
    tell: Callable[[Row], None],
) -> tuple[list[Row], Verdict | None]:
    """Add documents one by one, each reported as it is done; then publish once if any is new.

    The golden questions are asked and their verdict given, but staff who add a document want it:
    it is published all the same. Raises Busy.
    """
    rows, data = [], settings.exchange_data
    examine = Examination(settings, force=True)
    if needs_refresh(settings):  # on a new machine the starter library comes first
        refresh(settings, progress, force=True)
    with (
        changing(settings) as machines,
        editing(data) as library,
        open_shelf(data) as shelf,
        fetcher_of(settings) as fetcher,
    ):
        for target in targets:
            row = add(target, library, shelf, fetcher, _language, details)
            rows.append(row)
            tell(row)
        if changes(rows):
            publish_examined(settings, library, progress, examine, machines)
    return rows, examine.verdict


def remove_source(settings: Settings, id: str, progress: Progress) -> None:
    """Take a source with all its documents out of the library, and publish.

    Raises KeyError where it is not held, Busy.
    """
    with changing(settings) as machines, editing(settings.exchange_data) as library:
        library.source(id)
        library.remove_source(id)
        publish_examined(settings, library, progress, Examination(settings, force=True), machines)


def take_out(settings: Settings, progress: Progress) -> None:
    """Publish the library without what is withdrawn, where its file holds any. Raises Busy."""
    if still_held(settings.exchange_data):
        with changing(settings) as machines, editing(settings.exchange_data) as library:
            publish_examined(
                settings, library, progress, Examination(settings, force=True), machines
            )


def holdings(settings: Settings) -> list[Holding]:
    """What the library holds, as it answers now."""
    path = held_library(settings.exchange_data)
    if path is None:
        return []
    library = Library(path, read_only=True)
    try:
        return library.holdings()
    finally:
        library.close()


def links(settings: Settings, progress: Progress) -> list[Link]:
    """Every link that people are shown, and whether it works. Raises StaleIndex without one."""
    library = Library(snapshots.current(settings.exchange_data) / LIBRARY, read_only=True)
    sources = [*OWN_LINKS, *library.sources().values()]
    library.close()
    done = 0

    def tick(count: int) -> None:
        nonlocal done
        done += count
        progress("links", done, len(sources))

    with fetcher_of(settings) as fetcher:
        return check_links(sources, fetcher, settings.exchange_data / LINKS, tick)


def rollback(settings: Settings, name: str = "") -> str:
    """Make an earlier library current and tell its name. Raises Busy, NoSnapshot, StaleIndex."""
    engine, embedder = open_engine(settings.engine, settings.dsn), open_embedder(settings)

    def fits(folder: Path) -> None:
        recipe.check(recipe.read(folder), engine.ENGINE, embedder)
        machines.choose(folder)

    # The present library is not opened: it may be damaged.
    with changing(settings) as machines, locked(settings.exchange_data):
        return snapshots.rollback(settings.exchange_data, name, fits).name


def _language(text: str, stated: str | None) -> str:
    """What a document is in: its text decides among the languages that can be told apart."""
    return stated if stated and stated not in SPOKEN else detect(text, stated)


def _bulk(settings: Settings, workers: int, ray: str) -> Bulk:
    if ray:
        reached(ray)  # told now rather than after the fetching
    return Bulk(
        embedder=settings.embedder, model=settings.embedder_model, workers=workers, ray=ray,
        database=settings.dsn,
    )  # fmt: skip
