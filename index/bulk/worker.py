"""A process that leases texts, embeds them and keeps the vectors, until none is free.

python -m index.bulk.worker STORE EMBEDDER MODEL SPACE PARENT

STORE is the file of vectors, or the word database for the one that DATABASE_URL names: then workers
of several machines embed together. EMBEDDER and MODEL as in the settings; SPACE is the name that
the opened embedder must have, "" for whichever it has. PARENT is the process that started it, by
its number; 0 for one that somebody starts to help. Killed at any time, it leaves nothing
half-written. On another machine, while `exchange refresh --workers N` embeds:

DATABASE_URL=... python -m index.bulk.worker database e5_use "" "" 0
"""

import os
import sys
from collections.abc import Sequence

from index.bulk.leases import named
from index.bulk.port import LeaseStore
from index.bulk.shared import open_leases
from index.plugins import UnknownPart, load
from index.ports import Embedder, Vectors

BATCH = 16  # texts that are leased together: what a kill can cost


def open_named(embedder: str, model: str, space: str) -> Embedder:
    """The embedder that these settings name. Raises UnknownPart, also for another than `space`."""
    opened: Embedder = load("index.embedders", embedder).open_embedder(model)
    if space not in ("", opened.name):
        raise UnknownPart(
            f"{opened.name!r} is opened here, not {space!r}; install the same version"
        )
    return opened


def embedded(embedder: Embedder, leased: dict[str, str]) -> dict[str, Vectors]:
    """The vectors of what was leased, by key."""
    texts: Sequence[str] = list(leased.values())
    return dict(zip(leased, embedder.embed_passages(texts), strict=True))


def work(leases: LeaseStore, embedder: Embedder, parent: int) -> None:
    """Embed as long as a text is free, and no longer than the parent lives."""
    while leased := leases.lease(named(os.getpid()), embedder.name, BATCH):
        leases.store(embedded(embedder, leased))
        if parent and os.getppid() != parent:
            return


def main() -> None:
    """Read the command line; tell what belongs there where it is another."""
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    store, embedder, model, space, parent = sys.argv[1:]
    leases = open_leases(store)
    work(leases, open_named(embedder, model, space), int(parent))
    leases.close()


if __name__ == "__main__":
    main()
