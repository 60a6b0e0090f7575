"""Filling the store of vectors by many: what is missing waits, is leased, embedded and kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.bulk.cluster import Cluster
from index.bulk.crew import Crew
from index.bulk.leases import Leases
from index.bulk.port import LeaseStore
from index.bulk.shared import DATABASE, VARIABLE, bring, lacking, open_shared, plainly

FEW = 64  # texts up to which opening the model again costs more than it saves


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """Who embeds where much is new. One worker is the process itself, as ever."""

    embedder: str  # as in the settings
    model: str = ""
    workers: int = 1
    ray: str = ""  # the address of a Ray cluster, which then has the workers
    # Where texts wait that other machines' workers may embed as well; "": in the file of vectors.
    database: str = field(default="", repr=False)

    @property
    def many(self) -> bool:
        """Whether anybody but the process itself embeds."""
        return self.workers > 1 or bool(self.ray)


def fill(
    store: Path, texts: Sequence[str], space: str, bulk: Bulk, tick: Callable[[int], None]
) -> int:
    """Embed those of `texts` that have no vector in `space`; how many those were.

    0 where they are few: then nothing was done, and `tick` was not called. Else it was called with
    the number of texts done since its last call, `len(texts)` in all. Raises BulkFailed, and
    UnknownPart where Ray is asked for and not installed; what was embedded by then is kept.
    """
    if not bulk.database:
        return _filled(Leases(store), store, texts, space, bulk, tick)
    leases = open_shared(bulk.database)
    wanted = lacking(store, texts, space)
    scaled = _scaled(tick, len(wanted), len(texts))
    with plainly(bulk.database):
        try:
            return _filled(leases, store, wanted, space, bulk, scaled)
        finally:
            bring(store, leases, wanted, space)


def _filled(
    leases: LeaseStore, store: Path, texts: Sequence[str], space: str, bulk: Bulk,
    tick: Callable[[int], None],
) -> int:  # fmt: skip
    try:
        missing = leases.put(texts, space)
        if missing <= FEW:
            return 0
        _work(leases, store, space, bulk, _told(tick, len(texts)))
        return missing
    finally:
        leases.clear()
        leases.close()


def _scaled(tick: Callable[[int], None], wanted: int, total: int) -> Callable[[int], None]:
    """A tick that counts with its first call what need not be done at all."""
    known = total - wanted

    def scaled(done: int) -> None:
        nonlocal known
        tick(done + known)
        known = 0

    return scaled


def _work(
    leases: LeaseStore, store: Path, space: str, bulk: Bulk, told: Callable[[int], None]
) -> None:
    if bulk.ray:
        Cluster(leases, bulk.workers, bulk.ray, space).work(bulk.embedder, bulk.model, told)
    else:
        here = bulk.model and Path(bulk.model).is_dir()  # a worker is started elsewhere
        model = str(Path(bulk.model).resolve()) if here else bulk.model
        where = DATABASE if bulk.database else str(store.resolve())
        more = {VARIABLE: bulk.database} if bulk.database else {}
        Crew(leases, bulk.workers, (where, bulk.embedder, model, space), **more).work(told)


def _told(tick: Callable[[int], None], total: int) -> Callable[[int], None]:
    """A tick that is told how many are left."""
    done = 0

    def told(left: int) -> None:
        nonlocal done
        tick(total - left - done)
        done = total - left

    return told
