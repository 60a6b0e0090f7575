"""What the queue in PostgreSQL leaves nowhere, and in which order it locks."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from bot.postgres import order, taking
from bot.postgres.life import TABLES, Db
from bot.postgres.store import PostgresStore
from bot.postgres.writing import written
from index.postgres.texts import line
from tests.doubles.clock import Clock
from tests.doubles.queue import late_of, message, reached, taken

OPEN = {"id", "channel", "came", "made", "at", "first", "head", "owner", "begun", "due", "deaths",
        "faults", "tries", "bound", "server", "until"}  # fmt: skip


@pytest.fixture
def store(dsn: str, tmp_path: Path) -> Iterator[PostgresStore]:
    with closing(PostgresStore(dsn, tmp_path)) as store:
        yield store


def test_the_planner_samples_nothing_of_people(store: PostgresStore, dsn: str) -> None:
    """ANALYZE, which the server runs by itself, would keep texts and numbers for months."""
    for n in range(40):
        reached(store, f"t{n}", "lines:+254700000001")
        store.leave(f"t{n}", "a later reply")
        store.put("lines", [message(f"m{n}", "+254700000001", "the same text")])
    job = taken(store)
    store.answered(job, "lines:+254700000001", ["the same call"] * 40)
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute("analyze")
        sql = "select tablename, attname from pg_stats where tablename = any(%s)"
        sampled = admin.execute(sql, [[*TABLES, "talks"]]).fetchall()
    assert {table for table, _ in sampled} == {*TABLES, "talks"}
    assert {column for _, column in sampled} <= OPEN


@contextmanager
def two(dsn: str, folder: Path, clock: Clock) -> Iterator[tuple[PostgresStore, PostgresStore]]:
    """Two processes, the first of which has just answered Ada."""
    with (
        closing(PostgresStore(dsn, folder / "one", clock=clock)) as one,
        closing(PostgresStore(dsn, folder / "two", clock=clock)) as other,
    ):
        one.put("lines", [message("1")])
        one.answered(taken(one), "lines:ada", [])
        yield one, other


def test_what_waited_before_anybody_answered_is_kept_too(dsn: str, tmp_path: Path) -> None:
    clock = Clock(1000.0)
    with two(dsn, tmp_path, clock) as (one, other):
        one.put("lines", [message("2", "ben"), message("3", "ben")])
        one.answered(taken(one), "lines:ben", [])
        assert other.take() is None
        assert taken(one).conversation == "ben"


def test_what_comes_next_is_kept_a_moment_for_whoever_answered(dsn: str, tmp_path: Path) -> None:
    """A draft is in its memory alone, and so is what a button stands for."""
    clock = Clock(1000.0)
    with two(dsn, tmp_path, clock) as (one, other):
        other.put("lines", [message("2"), message("3")])
        assert other.take() is None
        job = taken(one)
        clock.now += order.WAIT + 1
        one.answered(job, "lines:ada", [])
        assert other.take() is None, "what came meanwhile is kept from now on"
        clock.now += order.WAIT
        other.answered(taken(other), "lines:ada", [])
        one.put("lines", [message("4")])
        assert one.take() is None, "it is the other one's now"
        assert taken(other).conversation == "ada"


def test_nothing_is_kept_for_one_that_ended_for_long_or_for_who_is_forgotten(
    dsn: str, tmp_path: Path
) -> None:
    clock = Clock(1000.0)
    with two(dsn, tmp_path, clock) as (one, other):
        other.put("lines", [message("2", first=True)])
        other.answered(taken(other), "lines:ada", [])  # what goes first waits for nobody
        other.put("lines", [message("3")])
        assert other.take() is None, "and changes nothing"
        one.answered(taken(one), "lines:ada", [], forgets=True)
        other.put("lines", [message("4")])
        other.answered(taken(other), "lines:ada", [])
        other.forget("lines", "ada")
        assert talks(dsn) == 0
        one.put("lines", [message("5")])
        one.answered(taken(one), "lines:ada", [])
        other.put("lines", [message("6")])
        one.close()
        other.answered(taken(other), "lines:ada", [])
        clock.now += order.LASTS + 1
        assert talks(dsn) == 1
        other.tidy()
        assert talks(dsn) == 0


def test_who_tidies_passes_by_a_talk_that_is_being_written(dsn: str, tmp_path: Path) -> None:
    """It waits for turns before; whoever writes it has one of them."""
    clock = Clock(1000.0)
    with two(dsn, tmp_path, clock) as (one, _), psycopg.connect(dsn) as db:
        db.execute("update talks set until = 0")
        one.tidy()
        assert talks(dsn) == 1
        db.commit()
        one.tidy()
        assert talks(dsn) == 0


def talks(dsn: str) -> int:
    with psycopg.connect(dsn) as db:
        row = db.execute("select count(*) from talks").fetchone()
    assert row is not None
    return int(row[0])


@contextmanager
def turn_held(dsn: str, person: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """The turn of a conversation, which another process holds meanwhile."""
    with psycopg.connect(dsn) as db:
        db.execute("set lock_timeout = '5s'")
        db.execute("select pg_advisory_xact_lock(%s)", [line("lines", person)])
        yield db


def test_a_late_reply_waits_for_its_turn_before_it_locks_its_row(
    store: PostgresStore, dsn: str
) -> None:
    """Who forgets has the turn first and then the row: they would wait for each other."""
    reached(store)
    store.leave("t1", "a later reply")
    late = late_of(store)
    with turn_held(dsn, "ada") as db:
        thread = threading.Thread(target=store.deliver, args=(late, ["call"]))
        thread.start()
        await_waiting(dsn)
        assert db.execute("delete from reach").rowcount == 1, "its row is free"
    thread.join()
    assert store.take_parcel() is None, "it was erased meanwhile"


def await_waiting(dsn: str) -> None:
    """Until somebody waits for a turn."""
    sql = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
    with psycopg.connect(dsn, autocommit=True) as db:
        while db.execute(sql).fetchone() == (0,):
            time.sleep(0.01)


def test_what_is_taken_anew_while_it_is_put_back_stays_known(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("lines", [message("1"), message("2", "bob")])
    job, again = taken(store), []

    @contextmanager
    def slowly(dsn: str) -> Iterator[Db]:
        """Another thread takes as soon as this transaction is over."""
        monkeypatch.setattr(taking, "written", written)
        with written(dsn) as db:
            yield db
        thread = threading.Thread(target=lambda: again.append(store.take()))
        thread.start()
        thread.join(0.5)  # while the lock is held it waits

    monkeypatch.setattr(taking, "written", slowly)
    store.release(job)
    while not again:
        time.sleep(0.01)
    mine = store._mine
    assert list(mine._held["inbox"]) == [job.id]
    mine._doubt.set()  # as after a lost connection: what is not known of is let go
    other = store.take()
    assert other is not None
    assert other.conversation == "bob"
