"""One transaction of the queue, and what is said where the database cannot be used for it."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from bot.delivery.port import StoreFailed
from bot.postgres.life import Db
from index.postgres.connecting import DatabaseFailed, connected, told


@contextmanager
def written(dsn: str, *, durably: bool = False) -> Iterator[Db]:
    """One transaction, waited for where it must be durable. Raises StoreFailed."""
    with plainly(dsn), connected(dsn) as db:
        db.execute(f"set local synchronous_commit = {'on' if durably else 'off'}")
        yield db


@contextmanager
def plainly(dsn: str) -> Iterator[None]:
    """Make StoreFailed of what the database says.

    Of its errors only the kind and the server's own first line: the further ones quote rows.
    """
    try:
        yield
    except DatabaseFailed as error:
        raise StoreFailed(str(error)) from error
    except psycopg.Error as error:
        why = " ".join((error.diag.message_primary or "the connection was lost").split())
        raise StoreFailed(
            f"{told(dsn)} failed ({type(error).__name__}: {why}); see to it, and it is tried again"
        ) from error
