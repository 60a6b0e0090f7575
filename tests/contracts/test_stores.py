"""What every store owes to people's messages."""

import multiprocessing
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from bot.delivery.order import FAILURE_DAYS, SEEN_DAYS
from bot.delivery.port import Store
from bot.delivery.reaching import LONGEST
from bot.delivery.sqlite import SqliteStore
from bot.keys import DAY
from bot.messages import RETURNS
from bot.postgres.store import MIGRATIONS, PostgresStore
from index.postgres.migrating import migrate
from tests.doubles.postgres import Server, database
from tests.doubles.queue import bodies, late_of, message, parcel_of, reached, taken

Open = Callable[[], Store]
Opener = Callable[..., Store]
"""Opens the one store of a test: a class with its place. Another process gets it as well."""


class Clock:
    """Both clocks of a store: the one that people set, and the one that only runs."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def queue(postgres: Server) -> Iterator[str]:
    """One database for all tests here: it takes longer to make one than to run most of them."""
    with database(postgres) as dsn:
        migrate(dsn, "bot", MIGRATIONS)
        yield dsn


@pytest.fixture(params=["sqlite", "postgres"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    if request.param == "sqlite":
        return partial(SqliteStore, tmp_path)
    dsn = request.getfixturevalue("queue")
    with psycopg.connect(dsn, autocommit=True) as db:
        db.execute("truncate inbox, outbox, reach, seen, failures, servers, queue_key")
    return partial(PostgresStore, dsn, tmp_path)


@pytest.fixture
def reopen(opener: Opener, clock: Clock) -> Iterator[Open]:
    """Opens the one store; what was open is closed before, as a restart does."""
    held: list[Store] = []

    def open_it() -> Store:
        while held:
            held.pop().close()
        held.append(opener(now=clock, clock=clock))
        return held[-1]

    yield open_it
    while held:
        held.pop().close()


@pytest.fixture
def store(reopen: Open) -> Store:
    return reopen()


def test_what_was_put_is_taken_whole_and_counted_once(store: Store) -> None:
    assert store.put("lines", [message("1", body="É\n\0 مرحبا 🙂")]) == 1
    assert store.put("lines", [message("1"), message("2")]) == 1, "delivered again"
    assert store.put("other", [message("1")]) == 1, "ids are each channel's own"
    job = taken(store)
    assert (job.channel, job.conversation, job.body) == ("lines", "ada", "É\n\0 مرحبا 🙂")
    assert (job.starts, job.faults, job.first) == (1, 0, False)


def test_a_message_delivered_again_after_its_answer_is_known(store: Store, reopen: Open) -> None:
    store.put("lines", [message("1")])
    store.answered(taken(store), "", [])
    assert store.put("lines", [message("1")]) == 0
    assert reopen().put("lines", [message("1")]) == 0


def _count(opener: Opener, said: "multiprocessing.Queue[int]") -> None:
    other = opener(serving=False)
    said.put(other.waiting().messages)
    other.close()


def test_another_process_sees_what_was_put(store: Store, opener: Opener) -> None:
    store.put("lines", [message("1"), message("2")])
    context = multiprocessing.get_context("spawn")
    said: multiprocessing.Queue[int] = context.Queue()
    process = context.Process(target=_count, args=(opener, said))
    process.start()
    assert said.get(timeout=30) == 2
    process.join()
    said.close()
    said.join_thread()


def test_a_conversation_stays_in_order_and_holds_up_no_other(store: Store) -> None:
    store.put("lines", [message("1"), message("2"), message("3", "ben"), message("4", "ben")])
    one, three = taken(store), taken(store)
    assert (one.conversation, three.conversation) == ("ada", "ben")
    assert store.take() is None, "the later ones wait for the earlier"
    store.answered(three, "", [])
    assert taken(store).conversation == "ben"
    assert store.take() is None


def test_a_failed_message_keeps_its_place_for_its_pause(store: Store, clock: Clock) -> None:
    store.put("lines", [message("1", body="one"), message("2", body="two")])
    store.put("lines", [message("3", "ben", body="three")])
    store.failed(taken(store), 5.0)
    assert bodies(store) == ["three"]
    clock.time += 4.9
    assert store.take() is None
    clock.time += 0.2
    job = taken(store)
    assert (job.body, job.faults, job.starts) == ("one", 1, 1)
    store.answered(job, "", [])
    assert bodies(store) == ["two"]


def test_a_pause_ends_with_the_process(store: Store, reopen: Open) -> None:
    store.put("lines", [message("1")])
    store.failed(taken(store), 3600.0)
    assert taken(reopen()).faults == 1


def test_a_call_for_help_waits_for_nothing(store: Store) -> None:
    store.put("lines", [message("0", "ben"), message("1"), message("2")])
    store.put("lines", [message("3", body="HELP", first=True)])
    job = taken(store)
    assert (job.body, job.first) == ("HELP", True)
    store.answered(job, "", ["the card"])
    assert bodies(store) == ["Hello"] * 3


def test_its_reply_waits_for_no_reply_either(store: Store) -> None:
    store.put("lines", [message("1")])
    store.answered(taken(store), "", ["an answer"])
    store.defer(parcel_of(store), 60.0)
    store.put("lines", [message("2", first=True)])
    store.answered(taken(store), "", ["the card"])
    assert parcel_of(store).call == "the card"
    assert store.take_parcel() is None


def test_answering_erases_the_text_and_keeps_the_calls(store: Store, clock: Clock) -> None:
    store.put("lines", [message("1")])
    clock.time += 3
    assert (store.waiting().messages, store.waiting().oldest) == (1, 3)
    store.answered(taken(store), "lines:ada", ["a", "b"])
    assert (store.waiting().messages, store.waiting().calls) == (0, 2)
    clock.time += 7
    parcel = parcel_of(store)
    assert (parcel.call, parcel.person, parcel.conversation) == ("a", "lines:ada", "ada")
    assert (parcel.age, parcel.tries) == (7, 0)


def test_an_answer_that_cannot_be_kept_leaves_the_message(store: Store, reopen: Open) -> None:
    store.put("lines", [message("1")])
    job = taken(store)
    with pytest.raises((sqlite3.Error, OverflowError, AttributeError)):
        store.answered(job, "", ["kept", 1 << 70])  # type: ignore[list-item]  # no store holds it
    assert (store.waiting().messages, store.waiting().calls) == (1, 0), "both or neither"
    assert store.take() is None, "still ours"
    store.let_go(job)
    assert taken(store).id == job.id
    assert taken(reopen()).body == "Hello"


def test_what_was_let_go_again_and_again_is_no_death(store: Store) -> None:
    store.put("lines", [message("1")])
    for _ in range(9):
        job = taken(store)
        assert job.starts == 1
        store.let_go(job)


def test_released_is_as_if_never_taken(store: Store, reopen: Open, clock: Clock) -> None:
    store.put("lines", [message("1")])
    store.release(taken(store))
    store.release(taken(store), 30.0)
    assert store.take() is None
    clock.time += 31
    assert (taken(store).starts, taken(reopen()).starts) == (1, 2)


def test_only_the_message_that_kills_is_blamed(store: Store, reopen: Open) -> None:
    store.put("lines", [message(str(n), f"p{n}", body=f"m{n}") for n in range(3)])
    for _ in range(3):
        taken(store)
    store = reopen()  # the process died with three under way
    for name in ("m0", "m1", "m2"):
        job = taken(store)
        assert (job.body, job.starts) == (name, 2)
        assert store.take() is None, "nothing else is under way while one under suspicion is"
        if name == "m0":
            store.answered(job, "", [])
        else:
            break
    store = reopen()  # again, over m1
    starts = {}
    while (next_job := store.take()) is not None:
        starts[next_job.body] = next_job.starts
        store.answered(next_job, "", [])
    assert starts == {"m1": 3, "m2": 2}


def test_a_call_for_help_does_not_wait_for_a_message_under_suspicion(
    store: Store, reopen: Open
) -> None:
    store.put("lines", [message("1")])
    taken(store)
    store = reopen()
    taken(store)
    store.put("lines", [message("2", "ben", body="HELP", first=True)])
    assert taken(store).body == "HELP"


def test_poisoned_is_erased_noted_and_apologised_for(store: Store, clock: Clock) -> None:
    store.put("lines", [message("1", body="poison"), message("2", body="next")])
    store.poisoned(taken(store), "ValueError", "lines:ada", ["sorry"])
    assert parcel_of(store).call == "sorry"
    (failure,) = store.failures()
    assert (failure.channel, failure.stage, failure.why) == ("lines", "answering", "ValueError")
    assert failure.at == clock.time
    assert store.waiting().failures == 1
    assert bodies(store) == ["next"]


def test_parcels_go_in_order_and_a_deferred_one_holds_up_its_own_only(
    store: Store, clock: Clock
) -> None:
    for id, person in (("1", "ada"), ("2", "ben")):
        store.put("lines", [message(id, person)])
        store.answered(taken(store), "", [f"{person} 1", f"{person} 2"])
    first = parcel_of(store)
    store.defer(first, 10.0)
    sent = []
    while (parcel := store.take_parcel()) is not None:
        sent.append(parcel.call)
        store.sent(parcel)
    assert sent == ["ben 1", "ben 2"]
    clock.time += 10.1
    again = parcel_of(store)
    assert (again.call, again.tries) == ("ada 1", 1)
    assert store.take_parcel() is None
    store.sent(again)
    assert parcel_of(store).call == "ada 2"


def test_a_call_given_up_is_noted_and_the_next_goes(store: Store) -> None:
    store.put("lines", [message("1")])
    store.answered(taken(store), "", ["bad", "good"])
    store.give_up(parcel_of(store), "too long")
    assert [(one.stage, one.why) for one in store.failures()] == [("sending", "too long")]
    assert parcel_of(store).call == "good"


def test_forgetting_erases_all_of_one_conversation(store: Store) -> None:
    store.put("lines", [message("1")])
    store.answered(taken(store), "lines:ada", ["a", "b"])
    parcel = parcel_of(store)
    store.put("lines", [message("2"), message("3"), message("4", "ben")])
    under_way = taken(store)
    store.forget("lines", "ada")
    store.sent(parcel)
    store.answered(under_way, "lines:ada", ["to nobody"])
    assert (store.waiting().messages, store.waiting().calls) == (1, 0)
    job = taken(store)
    store.answered(job, "lines:ben", ["c"])
    store.sent(parcel)  # told late, of a row that is gone: it must hit no other
    assert parcel_of(store).call == "c"


def test_after_a_restart_everything_is_given_again(store: Store, reopen: Open) -> None:
    store.put("lines", [message("1", "ada"), message("2", "ben")])
    store.answered(taken(store), "", ["a"])
    parcel_of(store)
    taken(store)
    store = reopen()
    assert parcel_of(store).call == "a"
    assert taken(store).conversation == "ben"


def test_setting_the_clock_back_keeps_nobody_waiting(opener: Opener, clock: Clock) -> None:
    runs = Clock()
    store = opener(now=clock, clock=runs)
    store.put("lines", [message("1")])
    store.failed(taken(store), 5.0)
    clock.time -= 4 * 365 * DAY
    runs.time += 6
    assert store.take() is not None
    store.close()


def test_tidying_drops_what_is_past_its_time(store: Store, clock: Clock) -> None:
    store.put("lines", [message("1")])
    store.poisoned(taken(store), "ValueError", "", [])
    clock.time += (SEEN_DAYS - 1) * DAY
    store.tidy()
    assert store.put("lines", [message("1")]) == 0
    clock.time += 2 * DAY
    assert store.tidy() == 1
    assert store.put("lines", [message("1")]) == 1, "forgotten: the network has given it up, too"
    assert len(store.failures()) == 1
    store.answered(taken(store), "", [])
    clock.time += FAILURE_DAYS * DAY
    store.tidy()
    assert store.failures() == []


def test_what_nobody_serves_is_given_up_in_the_end(store: Store, clock: Clock) -> None:
    store.put("lines", [message("1")])
    store.answered(taken(store), "", ["a"])
    store.put("lines", [message("2")])
    clock.time += (SEEN_DAYS + 1) * DAY
    store.tidy()
    assert (store.waiting().messages, store.waiting().calls) == (0, 0)
    assert {one.stage for one in store.failures()} == {"answering", "sending"}


def test_any_thread_may_call(store: Store) -> None:
    def put(n: int) -> None:
        for k in range(5):
            store.put("lines", [message(f"{n}-{k}", f"p{n}")])

    threads = [Thread(target=put, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bodies(store)) == 20


def test_probing_says_what_a_message_would_meet(store: Store) -> None:
    store.probe()
    assert (store.waiting().messages, store.waiting().calls) == (0, 0)


def test_a_token_brings_one_reply_to_where_it_was_made_and_no_second(
    store: Store, reopen: Open
) -> None:
    reached(store)
    assert store.take_late() is None, "nothing was left"
    assert store.leave("t1", "a reply")
    assert not store.leave("t1", "another"), "one reply, nothing more"
    assert not store.leave("t2", "a reply"), "nobody gave this token"
    store = reopen()
    late = late_of(store)
    assert (late.channel, late.to, late.reply) == ("lines", "to ada", "a reply")
    assert store.take_late() is None, "it is ours"
    store.deliver(late, ["call 1", "call 2"])
    assert not store.leave("t1", "a third")
    assert store.take_late() is None
    parcel = parcel_of(store)
    assert (parcel.person, parcel.conversation, parcel.call) == ("lines:ada", "ada", "call 1")


def test_a_reply_that_was_taken_and_not_delivered_is_taken_again(
    store: Store, reopen: Open, clock: Clock
) -> None:
    reached(store)
    store.leave("t1", "a reply")
    store.postpone(late_of(store), 10.0)
    assert store.take_late() is None
    clock.time += 11
    store.let_go(late_of(store))
    late_of(store)
    assert late_of(reopen()).reply == "a reply", "the process ended over it"


def test_a_reply_that_cannot_be_delivered_is_given_up_with_its_text(
    store: Store, clock: Clock
) -> None:
    """A channel that was switched off for good: what was left holds somebody's question."""
    reached(store)
    clock.time += 12 * DAY  # the staff took their time
    store.leave("t1", "a reply")
    store.postpone(late_of(store), 1.0)
    clock.time += (RETURNS - 1) * DAY
    store.tidy()
    assert late_of(store).reply == "a reply"
    clock.time += 2 * DAY
    store.tidy()
    assert [(one.channel, one.stage) for one in store.failures()] == [("lines", "sending")]
    assert store.take_late() is None


def test_who_is_forgotten_or_gone_is_reached_no_more(store: Store) -> None:
    reached(store, "t1")
    reached(store, "t2", person="lines:eve")
    store.leave("t1", "a reply")
    late = late_of(store)
    store.put("lines", [message("/forget")])
    store.answered(taken(store), "lines:ada", ["forgotten"], forgets=True)
    store.deliver(late, ["too late"])
    assert parcel_of(store).call == "forgotten"
    assert store.take_parcel() is None, "what was being packed meanwhile goes nowhere"
    store.forget("lines", "eve")
    assert not store.leave("t2", "a reply")


def test_what_is_discarded_or_kept_for_too_long_is_erased(store: Store, clock: Clock) -> None:
    reached(store, "t1")
    assert store.discard(["t1", "t2"]) == 1
    assert not store.leave("t1", "a reply")
    reached(store, "t3")
    clock.time += LONGEST * DAY + 1
    assert store.tidy() >= 1
    assert not store.leave("t3", "a reply")


def test_what_was_left_waits_for_who_must_come_back_and_then_is_erased(
    store: Store, clock: Clock
) -> None:
    reached(store)
    clock.time += (LONGEST - 1) * DAY
    assert store.leave("t1", "a reply"), "its time begins with the reply"
    clock.time += (RETURNS - 1) * DAY
    store.tidy()
    store.postpone(late_of(store), 0.0)
    clock.time += 2 * DAY
    assert store.tidy() >= 1
    assert store.take_late() is None


def _leave(opener: Opener, said: "multiprocessing.Queue[bool]") -> None:
    other = opener(serving=False)
    said.put(other.leave("t1", "from elsewhere"))
    other.close()


def test_another_process_leaves_a_reply(store: Store, opener: Opener) -> None:
    reached(store)
    context = multiprocessing.get_context("spawn")
    said: multiprocessing.Queue[bool] = context.Queue()
    process = context.Process(target=_leave, args=(opener, said))
    process.start()
    assert said.get(timeout=30)
    process.join()
    said.close()
    said.join_thread()
    assert late_of(store).reply == "from elsewhere"
