"""A process that leases texts, embeds them and keeps the vectors, until none is free.

python -m index.bulk.worker STORE EMBEDDER MODEL PARENT

EMBEDDER and MODEL as in the settings. PARENT is the process that started it, by its number; 0 for
one that somebody starts to help. Killed at any time, it leaves nothing half-written.
"""

import os
import sys
from collections.abc import Sequence

from index.bulk.leases import Leases, named
from index.plugins import load
from index.ports import Embedder, Vectors

BATCH = 16  # texts that are leased together: what a kill can cost


def open_named(embedder: str, model: str) -> Embedder:
    """The embedder that these settings name. Raises UnknownPart."""
    opened: Embedder = load("index.embedders", embedder).open_embedder(model)
    return opened


def embedded(embedder: Embedder, leased: dict[str, str]) -> dict[str, Vectors]:
    """The vectors of what was leased, by key."""
    texts: Sequence[str] = list(leased.values())
    return dict(zip(leased, embedder.embed_passages(texts), strict=True))


def work(leases: Leases, embedder: Embedder, parent: int) -> None:
    """Embed as long as a text is free, and no longer than the parent lives."""
    while leased := leases.lease(named(os.getpid()), embedder.name, BATCH):
        leases.store(embedded(embedder, leased))
        if parent and os.getppid() != parent:
            return


def main() -> None:
    """Read the command line."""
    store, embedder, model, parent = sys.argv[1:]
    leases = Leases(store)
    work(leases, open_named(embedder, model), int(parent))
    leases.close()


if __name__ == "__main__":
    main()
