"""How fast people may write, and that it holds over a restart."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.limits import Limits, Pace
from bot.people import People
from tests.doubles.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock(1_000_000_000.0)


@pytest.fixture
def people(tmp_path: Path, clock: Clock, state_dsn: str) -> Iterator[People]:
    opened = People(tmp_path, now=clock, dsn=state_dsn)
    yield opened
    opened.close()


def test_one_word_then_silence_until_the_bucket_fills(people: People, clock: Clock) -> None:
    limits = Limits(people, 3, 100, clock)
    paces = [limits.pace("telegram:1") for _ in range(6)]
    assert paces == [Pace.GO] * 3 + [Pace.TELL] + [Pace.SILENT] * 2
    assert limits.pace("telegram:2") is Pace.GO, "another person is not slowed down"
    clock.now += 20.5  # a third of a minute: one message
    assert [limits.pace("telegram:1") for _ in range(3)] == [Pace.GO, Pace.TELL, Pace.SILENT]
    clock.now += 3600
    assert [limits.pace("telegram:1") for _ in range(4)] == [Pace.GO] * 3 + [Pace.TELL]


def test_all_together_are_limited_too(people: People, clock: Clock) -> None:
    limits = Limits(people, 3, 5, clock)
    paces = [limits.pace(f"telegram:{n}") for n in range(8)]
    assert paces == [Pace.GO] * 5 + [Pace.TELL] * 3
    clock.now += 60
    assert limits.pace("telegram:7") is Pace.GO


def test_a_restart_gives_nothing_back(tmp_path: Path, clock: Clock, state_dsn: str) -> None:
    for expected in (Pace.GO, Pace.GO, Pace.TELL, Pace.SILENT):
        people = People(tmp_path, now=clock, dsn=state_dsn)
        assert Limits(people, 2, 100, clock).pace("telegram:1") is expected
        people.close()


def test_a_clock_that_is_set_back_locks_nobody_out(people: People, clock: Clock) -> None:
    limits = Limits(people, 1, 100, clock)
    assert limits.pace("telegram:1") is Pace.GO
    clock.now -= 10_000
    assert limits.pace("telegram:1") is Pace.TELL
    clock.now += 60
    assert limits.pace("telegram:1") is Pace.GO


def test_full_buckets_are_swept_and_others_stay(people: People, clock: Clock) -> None:
    limits = Limits(people, 1, 100, clock)
    limits.pace("telegram:1")
    clock.now += 100
    limits.pace("telegram:2")
    assert people.sweep(refilled=clock.now - 60)["limits"] == 1
    assert limits.pace("telegram:2") is Pace.TELL
