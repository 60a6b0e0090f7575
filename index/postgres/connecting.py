"""Connections to the one database, and what is said where it cannot be used.

The DSN decides hosts, TLS and time-outs (libpq: `host=a,b target_session_attrs=read-write
sslmode=verify-full`), so a standby that was promoted is found without us.
"""

import atexit
import re
import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool, PoolTimeout

from index.postgres import DatabaseFailed as DatabaseFailed

OLDEST = 15  # of PostgreSQL
VECTORS = (0, 8)  # of pgvector: iterative scans
PATIENCE = 10.0  # seconds to wait for a connection: a primary may be changing over
IDLE = 15  # seconds that a session may rest within a transaction: its machine may be gone
MOST = 10  # connections of one process
_OF_VALUES, _SYNTAX = "22", "42601"  # SQLSTATE of errors whose first line may quote what was given
_OR = ", or mend DATABASE_URL"
# On an error the server may log what it was given, which may be what people wrote: not of ours.
_OPTIONS = (
    f"-c idle_in_transaction_session_timeout={IDLE}s -c timezone=UTC"
    " -c log_parameter_max_length_on_error=0"
)
# A machine that lost its power says nothing: without these its connections hang for two hours.
_ALIVE = {
    "connect_timeout": "5", "keepalives_idle": "10", "keepalives_interval": "5",
    "keepalives_count": "2", "tcp_user_timeout": "15000",
}  # fmt: skip

_pools: dict[str, ConnectionPool] = {}
_lock = threading.Lock()


def pool(dsn: str) -> ConnectionPool:
    """The connections of this process to `dsn`, opened at the first call; any thread may ask.

    Raises DatabaseFailed where the DSN is none, or where nothing answers there for PATIENCE.
    """
    with _lock:
        held = _pools.get(dsn)
        if held is None:
            held = _pools[dsn] = _opened(dsn)
        return held


def close(dsn: str) -> None:
    """Let go of the connections to `dsn`."""
    with _lock:
        held = _pools.pop(dsn, None)
    if held is not None:
        held.close()


@contextmanager
def connected(dsn: str) -> Iterator[Connection[tuple[Any, ...]]]:
    """A connection within one transaction: committed at the end, rolled back by an error.

    Raises DatabaseFailed where there is none to be had, else psycopg's own errors.
    """
    with borrowed(dsn) as given, given.transaction():
        yield given


@contextmanager
def borrowed(dsn: str) -> Iterator[Connection[tuple[Any, ...]]]:
    """A connection on which each statement is by itself. Raises as `connected`."""
    try:
        given = pool(dsn).getconn(timeout=PATIENCE)
    except PoolTimeout as error:
        raise DatabaseFailed(f"{told(dsn)} does not answer; start it{_OR}") from error
    try:
        yield given
    finally:
        pool(dsn).putconn(given)


@contextmanager
def telling(
    dsn: str, kind: type[Exception] = DatabaseFailed, then: str = "mend that, and try again"
) -> Iterator[None]:
    """Raises `kind` for what a database says here, in one line; `then` is what to do.

    Of the server's errors only their kind and their first line: the further ones quote rows, which
    may hold what people wrote. Where the first may quote a value, only their kind.
    """
    try:
        yield
    except DatabaseFailed as error:
        raise kind(str(error)) from error
    except psycopg.Error as error:
        raise kind(f"{told(dsn)} failed ({_why(error)}); {then}") from error


def _why(error: psycopg.Error) -> str:
    said, state = error.diag.message_primary or "", error.sqlstate or ""
    if not state:  # psycopg's own: of its lines none quotes a value
        lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
        said = "the connection was lost" if lost else str(error)
    if state[:2] == _OF_VALUES or state == _SYNTAX:
        said = ""
    return ": ".join(part for part in (type(error).__name__, *said.splitlines()[:1]) if part)


def told(dsn: str) -> str:
    """The database as people may read it: its name and host, never a password."""
    try:
        parts = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        return "DATABASE_URL"
    name, host = parts.get("dbname") or "postgres", parts.get("host") or "this machine"
    return f"the database {name!r} on {host}"


def single(dsn: str, name: str, options: str) -> Connection[tuple[Any, ...]]:
    """A connection outside of the pool, for who must keep it; others see it by `name`.

    `options`: further ones, as `-c name=value`. Raises DatabaseFailed.
    """
    settings = _settings(dsn)
    _try(dsn, settings)
    settings |= {"application_name": name, "options": f"{settings['options']} {options}"}
    return psycopg.connect(**settings)


def _opened(dsn: str) -> ConnectionPool:
    settings = _settings(dsn)
    _try(dsn, settings)
    made = ConnectionPool(
        kwargs=settings, min_size=1, max_size=MOST, timeout=PATIENCE, name="exchange", open=True,
        reconnect_timeout=PATIENCE / 2, check=_check,
    )  # fmt: skip
    atexit.register(made.close)
    return made


def _settings(dsn: str) -> dict[str, Any]:
    """What a connection is opened with. Raises DatabaseFailed where the DSN is none."""
    try:
        parts = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError as error:
        raise DatabaseFailed(
            "DATABASE_URL is no address of a database such as"
            " postgresql://exchange:PASSWORD@db.example.org/exchange"
        ) from error
    options = f"{parts.get('options') or ''} {_OPTIONS}".strip()
    kept = {name: value for name, value in parts.items() if name != "options"}
    return {**_ALIVE, **kept, "options": options, "autocommit": True}


def _check(connection: Connection[tuple[Any, ...]]) -> None:
    """Raises psycopg's errors where the connection is lost; the pool then takes another.

    A server that ended it has said so: only where something lies there to read is it asked.
    """
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        ConnectionPool.check_connection(connection)


def _try(dsn: str, settings: dict[str, Any]) -> None:
    """One connection, to tell at once what is wrong. Raises DatabaseFailed."""
    try:
        with psycopg.connect(**settings) as connection:
            if connection.info.server_version < OLDEST * 10_000:
                version = connection.info.server_version // 10_000
                raise DatabaseFailed(f"{told(dsn)} is PostgreSQL {version}; take {OLDEST} or newer")
    except psycopg.OperationalError as error:
        why = re.sub(r"\s+", " ", str(error)).strip()
        password = conninfo_to_dict(dsn).get("password")
        why = why.replace(str(password), "***") if password else why
        raise DatabaseFailed(f"{told(dsn)} cannot be reached ({why}); start it{_OR}") from error
