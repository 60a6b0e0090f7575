"""Filling the store of vectors by many: what is missing waits, is leased, embedded and kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.bulk.cluster import Cluster
from index.bulk.crew import Crew
from index.bulk.leases import Leases

FEW = 64  # texts up to which opening the model again costs more than it saves


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """Who embeds where much is new. One worker is the process itself, as ever."""

    embedder: str  # as in the settings
    model: str = ""
    workers: int = 1
    ray: str = ""  # the address of a Ray cluster, which then has the workers

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
    leases = Leases(store)
    try:
        missing = leases.put(texts, space)
        if missing <= FEW:
            return 0
        _work(leases, store, space, bulk, _told(tick, len(texts)))
        return missing
    finally:
        leases.clear()
        leases.close()


def _work(leases: Leases, store: Path, space: str, bulk: Bulk, told: Callable[[int], None]) -> None:
    if bulk.ray:
        Cluster(leases, bulk.workers, bulk.ray, space).work(bulk.embedder, bulk.model, told)
    else:
        here = bulk.model and Path(bulk.model).is_dir()  # a worker is started elsewhere
        model = str(Path(bulk.model).resolve()) if here else bulk.model
        given = (str(store.resolve()), bulk.embedder, model, space)
        Crew(leases, bulk.workers, given).work(told)


def _told(tick: Callable[[int], None], total: int) -> Callable[[int], None]:
    """A tick that is told how many are left."""
    done = 0

    def told(left: int) -> None:
        nonlocal done
        tick(total - left - done)
        done = total - left

    return told
