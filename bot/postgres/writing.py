"""One transaction of the queue, and what is said where the database cannot be used for it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from bot.delivery.port import StoreFailed
from bot.postgres.life import Db
from index.postgres.connecting import connected, telling


@contextmanager
def written(dsn: str, *, durably: bool = False) -> Iterator[Db]:
    """One transaction, waited for where it must be durable. Raises StoreFailed."""
    with plainly(dsn), connected(dsn) as db:
        db.execute(f"set local synchronous_commit = {'on' if durably else 'off'}")
        yield db


def plainly(dsn: str) -> AbstractContextManager[None]:
    """Raises StoreFailed for what the database says in there."""
    return telling(dsn, StoreFailed, "see to it, and it is tried again")
