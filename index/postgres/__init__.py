"""PostgreSQL: connections and migrations for everything of ours that is kept there."""

from collections.abc import Iterator
from contextlib import contextmanager


class DatabaseFailed(Exception):
    """A database that cannot be used. The text says why and what to do; no password is in it."""


@contextmanager
def library(failed: type[Exception]) -> Iterator[None]:
    """Raises `failed` where in here the library is missed that a database needs."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise failed(
            f"DATABASE_URL needs the library {error.name}; install it:"
            " .venv/bin/pip install -c requirements.lock -e '.[postgres]'"
        ) from error
