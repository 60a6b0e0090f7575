"""Texts that wait in a database, for workers on many machines; their vectors come back to a file.

A worker is told DATABASE instead of a file, and reads DATABASE_URL: an address with a password
belongs on no command line.
"""

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from index.bulk.crew import BulkFailed
from index.bulk.leases import Leases
from index.bulk.port import LeaseStore, SharedLeaseStore
from index.plugins import UnknownPart
from index.postgres import library
from index.vectors import key_of

DATABASE = "database"  # in place of the file of vectors, on a worker's command line
VARIABLE = "DATABASE_URL"
_BATCH = 500  # vectors that are fetched together


def open_leases(store: str) -> LeaseStore:
    """Those of a file of vectors or, for DATABASE, of the database that DATABASE_URL names.

    Raises as `open_shared`.
    """
    if store != DATABASE:
        return Leases(store)
    return open_shared(os.environ.get(VARIABLE, ""))


def open_shared(dsn: str) -> SharedLeaseStore:
    """The leases in a database. Raises BulkFailed, and UnknownPart where its library is missing."""
    with library(UnknownPart):
        from index.postgres.leases import PostgresLeases  # its library is for who has a database
    with plainly(dsn):
        return PostgresLeases(dsn)


def plainly(dsn: str) -> AbstractContextManager[None]:
    """Raises BulkFailed for what the database says in there; its library is installed."""
    from index.postgres.connecting import telling

    then = "see to it and run it again: what was embedded is kept there"
    return telling(dsn, BulkFailed, then)


def lacking(store: Path, texts: Sequence[str], space: str) -> list[str]:
    """Those of `texts` that have no vector in the file, once each."""
    held = Leases(store)
    try:
        known = held.known([key_of(space, text) for text in texts])
        return [text for text in dict.fromkeys(texts) if key_of(space, text) not in known]
    finally:
        held.close()


def bring(store: Path, shared: SharedLeaseStore, texts: Sequence[str], space: str) -> None:
    """Keep in the file what was embedded in the database."""
    keys, held = [key_of(space, text) for text in texts], Leases(store)
    try:
        for start in range(0, len(keys), _BATCH):
            found = shared.kept(keys[start : start + _BATCH])
            held.store({key: np.frombuffer(row, dtype=np.float32) for key, row in found})
    finally:
        held.close()
