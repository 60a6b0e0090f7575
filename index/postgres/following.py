"""How a machine follows: what others published, rolled back to or withdrew comes to its folder."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index import snapshots
from index.editing import Busy
from index.ports import StaleIndex
from index.postgres import originals, passing
from index.postgres.connecting import telling
from index.postgres.holding import holding
from index.postgres.passing import Seen
from index.withdrawn import Withdrawn, withdraw

LOCK = "following.lock"


def follow(dsn: str, data: Path, *, everything: bool = False) -> None:
    """Bring what is new into `data` and switch to what answers.

    The snapshot that answers comes first, then the others that are kept, one at a call, unless
    `everything` is wanted now. Raises DatabaseFailed, NoSnapshot, OSError; what answers here goes
    on then.
    """
    passing.ready(dsn)
    with telling(dsn), _alone(data):
        seen = passing.look(dsn)
        _withdrawn(dsn, data, seen)
        if seen.current is None:
            _offer(dsn, data)
            return
        if not snapshots.whole(data, seen.current):
            passing.bring(dsn, data, seen.current)
        if _current(data) != seen.current:
            originals.bring(dsn, originals.wanted(data / snapshots.FOLDER / seen.current), data)
            seen = _switch(dsn, data, seen)
        missing = [name for name in seen.kept if not snapshots.whole(data, name)]
        for name in missing if everything else missing[:1]:
            passing.bring(dsn, data, name)
        for old in snapshots.listed(data):
            if old.name in seen.gone and not old.current:
                snapshots.discard(old.folder)


def _offer(dsn: str, data: Path) -> None:
    """Hand this machine's libraries to a database that has none, unless another does so now."""
    kept = snapshots.listed(data)
    if not kept:
        return
    with suppress(Busy), holding(dsn) as connection, connection.transaction():
        if passing.look_on(connection).current is None:
            for one in reversed(kept):
                passing.insert(connection, one.folder)
            for one in kept:
                if one.current:
                    passing.choose(connection, one.name)


def _switch(dsn: str, data: Path, seen: Seen) -> Seen:
    """Look again first: a process of this machine may have published and switched meanwhile."""
    again = passing.look(dsn)
    if again.current and again.current == seen.current:
        snapshots.switch(data, data / snapshots.FOLDER / again.current, kept=sys.maxsize)
    return again


def _withdrawn(dsn: str, data: Path, seen: Seen) -> None:
    """What is withdrawn anywhere is withdrawn everywhere."""
    here = Withdrawn(data)()
    for source in sorted(seen.withdrawn - here):
        withdraw(data, source)
    if here - seen.withdrawn:
        passing.withdraw(dsn, here - seen.withdrawn)


def _current(data: Path) -> str | None:
    try:
        return snapshots.current(data).name
    except StaleIndex:
        return None


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One process of this machine at a time; another waits."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / LOCK).open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
