"""Keys in PostgreSQL: several processes have the same ones, and one of them renews them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.keys import DAY, BadKey, Key, open_keys
from bot.postgres import keys
from bot.postgres.keys import SharedKeys, shared_keys
from index.postgres.connecting import connected
from tests.doubles.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock(1_000_000_000.0)


def names(dsn: str) -> list[tuple[str, int]]:
    with connected(dsn) as one:
        rows = one.execute("select name, count(*) from keys group by name order by name").fetchall()
    return [(name, count) for name, count in rows]


def test_many_at_once_agree_on_one_key(dsn: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: shared_keys(dsn, "people", 30).valid(), range(8)))
    assert len(found) == 1
    assert names(dsn) == [("people", 1)]


def test_many_at_once_agree_on_the_key_after_it(dsn: str, clock: Clock) -> None:
    every = [shared_keys(dsn, "people", 30, clock) for _ in range(8)]
    (first,) = every[0].valid()
    clock.now += 31 * DAY
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(SharedKeys.valid, every))
    assert len(found) == 1
    fresh, before = found.pop()
    assert (before, fresh == first) == (first, False)


def test_only_the_last_two_are_kept(dsn: str, clock: Clock) -> None:
    held = shared_keys(dsn, "people", 30, clock)
    other = shared_keys(dsn, "queue", 36_500, clock).valid()
    for _ in range(3):
        clock.now += 31 * DAY
        held.valid()
    assert names(dsn) == [("people", 2), ("queue", 1)]
    assert shared_keys(dsn, "queue", 36_500, clock).valid() == other


def test_after_a_long_rest_the_key_before_is_no_more_valid(dsn: str, clock: Clock) -> None:
    held = shared_keys(dsn, "people", 30, clock)
    (first,) = held.valid()
    clock.now += 61 * DAY
    (fresh,) = held.valid()
    assert fresh != first


def test_what_another_process_renewed_is_seen_within_a_moment(
    dsn: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (shared_keys(dsn, "people", 30, clock) for _ in range(2))
    behind = Clock(clock.now)
    slow = shared_keys(dsn, "people", 30, behind)  # its machine's clock is behind
    clock.now += 31 * DAY
    fresh, _ = one.valid()
    assert two.valid()[0] == fresh
    monkeypatch.setattr(keys, "HELD", 0.0)
    slow._until = 0.0  # a second later
    assert slow.valid()[0] == fresh


def test_keys_that_are_held_are_no_query(dsn: str) -> None:
    held = shared_keys(dsn, "people", 30)
    held._until += 3600
    with connected(dsn) as one:
        one.execute("delete from keys")
    assert isinstance(held.valid()[0], Key)


def test_a_damaged_key_is_refused(dsn: str) -> None:
    shared_keys(dsn, "people", 30)
    with connected(dsn) as one:
        one.execute("update keys set secret = 'short'")
    with pytest.raises(BadKey, match="key of people is damaged; delete"):
        shared_keys(dsn, "people", 30)


def test_the_file_names_them_and_no_file_is_written(dsn: str, tmp_path: Path) -> None:
    assert open_keys(tmp_path / "passed.key", 30, dsn=dsn).valid()
    assert names(dsn) == [("passed", 1)]
    assert list(tmp_path.iterdir()) == []
