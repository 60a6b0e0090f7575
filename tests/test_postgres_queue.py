"""What the queue in PostgreSQL owes besides: to other processes, lost connections and erasure."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from bot import doctor
from bot.delivery.port import Job, Parcel, Reach, StoreFailed
from bot.delivery.sqlite import SqliteStore
from bot.keys import DAY
from bot.opening import open_store
from bot.postgres import taking
from bot.postgres.life import BEAT, LEASE, Db
from bot.postgres.store import PostgresStore
from bot.postgres.writing import written
from bot.settings import Settings
from tests.doubles.clock import Clock
from tests.doubles.mounting import free_port
from tests.doubles.postgres import Server
from tests.doubles.queue import bodies, late_of, message, parcel_of, reached, taken
from tests.test_kills import ROOT

PEOPLE, EACH, STORES, THREADS = 12, 12, 3, 3


@pytest.fixture
def store(dsn: str, tmp_path: Path) -> Iterator[PostgresStore]:
    with closing(PostgresStore(dsn, tmp_path)) as store:
        yield store


class Seen:
    """What several takers had under way, of whom and in which order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now: set[tuple[str, str]] = set()
        self.order: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self.together: list[str] = []

    @contextmanager
    def under_way(self, kind: str, person: str, text: str) -> Iterator[None]:
        with self._lock:
            if (kind, person) in self._now:
                self.together.append(f"{kind} {text}")
            self._now.add((kind, person))
            self.order[kind, person].append(text)
        time.sleep(0.001)
        yield
        with self._lock:
            self._now.discard((kind, person))


def carry(store: PostgresStore, seen: Seen, done: Callable[[], bool]) -> None:
    """Answer and send whatever there is, until all is done."""
    while not done():
        if (job := store.take()) is not None:
            with seen.under_way("message", job.conversation, job.body):
                pass
            store.answered(job, "", [f"{job.body} a", f"{job.body} b"])
        if (parcel := store.take_parcel()) is not None:
            with seen.under_way("call", parcel.conversation, parcel.call):
                pass
            store.sent(parcel)


def test_many_takers_keep_every_conversation_in_order(dsn: str, tmp_path: Path) -> None:
    """Messages come by all stores in turn while all of them take: races, if there are any."""
    stores = [PostgresStore(dsn, tmp_path / str(n)) for n in range(STORES)]
    seen, sent = Seen(), PEOPLE * EACH * 2

    def done() -> bool:
        return sum(len(own) for (kind, _), own in seen.order.items() if kind == "call") >= sent

    def write(person: str) -> None:
        for n in range(EACH):
            stores[n % STORES].put("lines", [message(f"{person} {n}", person, f"{person} {n:02}")])

    threads = [threading.Thread(target=write, args=(f"p{n}",)) for n in range(PEOPLE)]
    threads += [threading.Thread(target=carry, args=(one, seen, done)) for one in stores * THREADS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in stores:
        one.close()
    assert seen.together == [], "two of one conversation were under way"
    for (_, person), texts in seen.order.items():
        assert texts == sorted(texts), person
    assert len(seen.order) == 2 * PEOPLE


def test_whoever_takes_passes_by_what_another_is_just_taking(
    store: PostgresStore, dsn: str, tmp_path: Path
) -> None:
    """The instant between the look and the commit, held still."""
    store.put("lines", [message("1", body="one"), message("2", body="two")])
    store.put("lines", [message("3", "ben", body="three")])
    with psycopg.connect(dsn) as other:
        other.execute("select 1 from inbox where body = 'one' for update")
        assert taken(store).body == "three"
        assert store.take() is None, "two waits for one, though nobody has that yet"
        other.rollback()
    assert taken(store).body == "one"


def test_a_number_is_given_when_the_message_before_it_can_be_seen(
    store: PostgresStore, dsn: str, tmp_path: Path
) -> None:
    """Two processes that put messages of one person at once: the second waits for the first."""
    with closing(PostgresStore(dsn, tmp_path / "two", serving=False)) as other:
        with written(dsn) as db:
            taking_turns(db, "ada")
            late = threading.Thread(target=other.put, args=("lines", [message("2", body="two")]))
            late.start()
            late.join(0.3)
            assert late.is_alive(), "it waits"
        late.join()
    assert bodies(store) == ["two"]


def taking_turns(db: Db, person: str) -> None:
    from bot.postgres.rows import wait_for_turn

    wait_for_turn(db, [("lines", person)])


class Both:
    """The queue in a file and the one in the database, which are told the same."""

    def __init__(self, dsn: str, folder: Path, seed: int) -> None:
        self._chance, self._clock, self._n = random.Random(seed), Clock(1e9), 0
        self._dsn, self._folder = dsn, folder
        self._jobs: list[tuple[Job, Job]] = []
        self._parcels: list[tuple[Parcel, Parcel]] = []
        self.said: Counter[str] = Counter()
        self._open()

    def _open(self) -> None:
        clock = self._clock
        self._file = SqliteStore(self._folder, now=clock, clock=clock)
        self._database = PostgresStore(self._dsn, self._folder, now=clock, clock=clock)

    def close(self) -> None:
        self._file.close()
        self._database.close()

    def step(self) -> None:
        """One of all that can be done, on both."""
        deeds = (self.put, self.put, self.take, self.take, self.end, self.send, self.send, self.odd)
        self._chance.choice(deeds)()
        assert self._file.waiting() == self._database.waiting()

    def put(self) -> None:
        self._n += 1
        person, first = self._chance.choice("abc"), self._chance.random() < 0.3
        one = message(str(self._n), person, f"{person} {self._n}", first)
        assert self._file.put("lines", [one]) == self._database.put("lines", [one])

    def take(self) -> None:
        one, other = self._file.take(), self._database.take()
        if one is None or other is None:
            assert one is other
            return
        assert replace(one, id=0) == replace(other, id=0)
        self.said["taken"] += 1
        self._jobs.append((one, other))

    def end(self) -> None:
        if not self._jobs:
            return
        how = self._chance.choice(("answered", "answered", "failed", "release", "poisoned"))
        given: dict[str, tuple[object, ...]] = {
            "answered": ("x", [f"{self._n} one", f"{self._n} two"]), "failed": (5.0,),
            "release": (3.0,), "poisoned": ("why", "x", ["sorry"]),
        }  # fmt: skip
        pair = self._jobs.pop(self._chance.randrange(len(self._jobs)))
        for store, job in zip((self._file, self._database), pair, strict=True):
            getattr(store, how)(job, *given[how])

    def send(self) -> None:
        one, other = self._file.take_parcel(), self._database.take_parcel()
        if one is None or other is None:
            assert one is other
            return
        assert replace(one, id=0) == replace(other, id=0)
        self.said["sent"] += 1
        how = self._chance.choice(("sent", "sent", "give_up", "defer"))
        given: dict[str, tuple[object, ...]] = {"give_up": ("why",), "defer": (4.0,)}
        for store, parcel in ((self._file, one), (self._database, other)):
            getattr(store, how)(parcel, *given.get(how, ()))

    def odd(self) -> None:
        """What happens now and then."""
        self._clock.now += 1.0
        if self._chance.random() < 0.8:
            return
        self._clock.now += self._chance.choice((0.0, 0.0, 9 * DAY))
        self._jobs.clear()
        if self._chance.random() < 0.3:
            person = self._chance.choice("abc")
            self._file.forget("lines", person)
            self._database.forget("lines", person)
        assert self._file.tidy() == self._database.tidy()
        self.close()  # the process ended over what it had
        self._open()


@pytest.mark.parametrize("seed", [1, 2])
def test_it_gives_what_the_file_gives_whatever_is_done(seed: int, dsn: str, tmp_path: Path) -> None:
    with closing(Both(dsn, tmp_path, seed)) as both:
        for _ in range(500):
            both.step()
    assert both.said["taken"] > 20
    assert both.said["sent"] > 20


CHILD = """
import sys, time
from pathlib import Path
from bot.postgres.store import PostgresStore
store = PostgresStore(sys.argv[1], Path(sys.argv[2]), clock=lambda: 1000.0)
print(store.take().body, store.take_parcel().call, flush=True)
time.sleep(600)
"""


@contextmanager
def another(dsn: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that took a message and a call, and does not get on."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, dsn, str(folder)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout
    with process.stdout:
        assert process.stdout.readline()
        yield process
        process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.fixture
def shared(dsn: str, tmp_path: Path) -> None:
    """One message and one call wait."""
    with closing(PostgresStore(dsn, tmp_path)) as store:
        store.put("lines", [message("0", "ben"), message("1")])
        store.answered(taken(store), "", ["a call"])


def test_what_a_dead_process_held_is_taken_over_and_not_before(
    shared: None, dsn: str, tmp_path: Path
) -> None:
    clock = Clock(1000.0)
    with another(dsn, tmp_path / "one"):
        store = PostgresStore(dsn, tmp_path / "two", clock=clock)
    while clock.now < 1000 + LEASE:
        assert (store.take(), store.take_parcel()) == (None, None)
        clock.now += BEAT
        store.beat()
    clock.now += 1
    store.beat()
    job = taken(store)
    assert (job.starts, parcel_of(store).call) == (2, "a call")
    store.close()


def test_when_the_database_was_away_nobody_is_taken_for_dead(
    shared: None, dsn: str, tmp_path: Path
) -> None:
    """All signs of life are old then; those who live leave new ones before anybody looks."""
    clock = Clock(1000.0)
    with closing(PostgresStore(dsn, tmp_path / "two", clock=clock)) as store:
        with closing(PostgresStore(dsn, tmp_path / "one", clock=clock)) as other:
            job = taken(other)
            clock.now += 10 * LEASE
            store.beat()
            clock.now += BEAT
            store.beat()
            other.beat()
            for _ in range(5):
                clock.now += BEAT
                store.beat()
                other.beat()
                assert store.take() is None
            other.answered(job, "", [])
        assert store.waiting().messages == 0


def test_a_process_that_comes_back_has_its_own_at_once(
    shared: None, dsn: str, tmp_path: Path
) -> None:
    with another(dsn, tmp_path / "one"):
        pass
    with closing(PostgresStore(dsn, tmp_path / "one")) as store:
        assert (taken(store).starts, parcel_of(store).call) == (2, "a call")


def test_two_processes_of_one_folder_are_not_taken_for_each_other(
    shared: None, dsn: str, tmp_path: Path
) -> None:
    with (
        another(dsn, tmp_path / "one"),
        closing(PostgresStore(dsn, tmp_path / "one")) as store,
    ):
        assert store.take() is None


def test_what_was_answered_by_one_taken_for_dead_is_not_kept_twice(
    dsn: str, tmp_path: Path
) -> None:
    with (
        closing(PostgresStore(dsn, tmp_path / "one")) as one,
        closing(PostgresStore(dsn, tmp_path / "two")) as two,
    ):
        one.put("lines", [message("1"), message("2", body="next")])
        job = taken(one)
        with psycopg.connect(dsn) as db:
            db.execute("update inbox set owner = null, begun = false where owner is not null")
        again = taken(two)
        one.answered(job, "", ["late"])
        assert one.take() is None, "the next one waits for the process that has it now"
        two.answered(again, "", ["in time"])
        assert parcel_of(one).call == "in time"


def test_a_pause_holds_for_every_process(dsn: str, tmp_path: Path) -> None:
    clock = Clock(1000.0)
    with (
        closing(PostgresStore(dsn, tmp_path / "one", clock=clock)) as one,
        closing(PostgresStore(dsn, tmp_path / "two", clock=clock)) as two,
    ):
        one.put("lines", [message("1")])
        one.failed(taken(one), 5.0)
        assert two.take() is None
        clock.now += 5.1
        assert taken(two).faults == 1


def test_what_was_given_over_a_broken_connection_is_given_again(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database gave it and nobody got it: it must not wait for the end of this process."""
    store.put("lines", [message("1"), message("2", "ben")])
    kept = taken(store)

    @contextmanager
    def broken(dsn: str) -> Iterator[Db]:
        with written(dsn) as db:
            yield db
        raise StoreFailed("the connection was lost")

    with monkeypatch.context() as patched:
        patched.setattr(taking, "written", broken)
        with pytest.raises(StoreFailed):
            store.take()
    job = taken(store)
    assert (job.conversation, job.starts) == ("ben", 1)
    assert store.take() is None
    store.answered(kept, "", [])


def test_what_a_standby_that_took_over_did_not_hear_of_is_set_right(
    store: PostgresStore, dsn: str
) -> None:
    """It has a call as under way that was made already: those after it must not wait for ever."""
    store.put("lines", [message("1"), message("2", "ben")])
    store.answered(taken(store), "", ["made", "next"])
    store.answered(taken(store), "", ["under way"])
    made, under_way = parcel_of(store), parcel_of(store)
    assert (made.call, under_way.call) == ("made", "under way")
    with psycopg.connect(dsn) as db:
        db.execute("create table heard as select * from outbox where call = 'made'")
    store.sent(made)
    with psycopg.connect(dsn) as db:
        db.execute("insert into outbox overriding system value select * from heard")
    assert store.take_parcel() is None
    store.beat()
    assert parcel_of(store).call == "made", "once more: of that it is not known"
    assert store.take_parcel() is None, "what is under way is not given again"


def test_a_number_that_a_standby_gives_again_is_not_taken_for_the_one_before(
    store: PostgresStore, dsn: str, tmp_path: Path
) -> None:
    """It did not hear of ada's: its numbers are zoe's now, and nothing of hers is erased for it."""
    reached(store, "ta")
    store.leave("ta", "left for ada")
    store.put("lines", [message("1"), message("2")])
    store.answered(taken(store), "", ["to ada"])
    job, call, late = taken(store), parcel_of(store), late_of(store)
    with psycopg.connect(dsn) as db:
        db.execute("truncate inbox, outbox, reach")
    with closing(PostgresStore(dsn, tmp_path / "other")) as other:
        other.put("lines", [message("3", "zoe")])
        count_from(dsn, outbox=call.id, reach=late.id, inbox=job.id)
        other.answered(taken(other), "", ["to zoe"], reach=Reach(token="tz", to="to zoe"))
        other.leave("tz", "left for zoe")
        other.put("lines", [message("4", "zoe", "hers")])
    store.answered(job, "", ["to ada"])
    store.sent(call)
    store.give_up(call, "gone")
    store.deliver(late, ["to ada"])
    hers = taken(store), parcel_of(store), late_of(store)
    assert [one.id for one in hers] == [job.id, call.id, late.id]
    assert [hers[0].body, hers[1].call, hers[2].to] == ["hers", "to zoe", "to zoe"]


def count_from(dsn: str, **numbers: int) -> None:
    """Have the next row of each of these tables get this number."""
    with psycopg.connect(dsn) as db:
        for table, number in numbers.items():
            db.execute(
                "select setval(pg_get_serial_sequence(%s, 'id'), %s, false)", [table, number]
            )


def test_a_connection_that_the_server_ended_is_an_error_at_most_once(
    store: PostgresStore, dsn: str
) -> None:
    store.put("lines", [message("1")])
    with psycopg.connect(dsn, autocommit=True) as admin:
        ended = """select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity
                   where datname = current_database() and pid <> pg_backend_pid()"""
        assert admin.execute(ended).fetchone() != (0,)
    assert taken(store).body == "Hello"


def test_texts_that_no_database_holds_as_text_are_kept_whole(store: PostgresStore) -> None:
    odd = "\0 half \ud83d a pair"
    store.put("lines", [message("1", person=odd, body=odd)])
    job = taken(store)
    assert (job.conversation, job.body) == (odd, odd)
    store.answered(job, odd, [odd])
    parcel = parcel_of(store)
    assert (parcel.person, parcel.call) == (odd, odd)


@pytest.fixture
def refusing(dsn: str, store: PostgresStore) -> None:
    """A database that fails when the second of two calls is kept, and says so with the row."""
    with psycopg.connect(dsn) as db:
        db.execute("alter table outbox add constraint no_such check (call <> 'secret two')")


def test_an_answer_of_which_a_part_is_refused_is_not_kept_at_all(
    store: PostgresStore, refusing: None
) -> None:
    store.put("lines", [message("1")])
    job = taken(store)
    with pytest.raises(StoreFailed) as failed:
        store.answered(job, "", ["one", "secret two"])
    assert "secret" not in str(failed.value)
    assert "\n" not in str(failed.value)
    assert (store.waiting().messages, store.waiting().calls) == (1, 0)
    assert store.take() is None, "still ours"


def test_no_text_is_in_the_servers_log(store: PostgresStore, dsn: str, postgres: Server) -> None:
    """Where it logs every statement without parameters, as docs/postgres.md has it."""
    name = dsn.rpartition("/")[2]
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute(f"alter database {name} set log_statement = 'all'")
        admin.execute(f"alter database {name} set log_parameter_max_length = 0")
        admin.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    before = (postgres.folder / "log").stat().st_size
    store.put("lines", [message("1", body="a secret text")])
    store.answered(taken(store), "", ["a secret reply"])
    log = (postgres.folder / "log").read_bytes()[before:].decode("utf-8", "replace")
    assert "insert into inbox" in log
    for word in ("secret", b"secret".hex()):
        assert word not in log


@pytest.mark.parametrize(
    ("setting", "value", "level"),
    [
        ("log_statement", "'none'", "ok"),
        ("log_statement", "'mod'", "warn"),
        ("log_min_duration_statement", "'1s'", "warn"),
    ],
)
def test_the_doctor_tells_whether_the_server_logs_texts(
    setting: str, value: str, level: str, dsn: str, tmp_path: Path
) -> None:
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute(f"alter database {dsn.rpartition('/')[2]} set {setting} = {value}")
    (found,) = doctor._database(Settings(exchange_data=tmp_path, database_url=SecretStr(dsn)))
    assert (found.level, found.what) == (level, "database")
    assert ("log_parameter_max_length = 0" in found.text) == (level == "warn")


def test_the_doctor_tells_of_files_that_were_never_moved(dsn: str, tmp_path: Path) -> None:
    """Who only sets DATABASE_URL leaves messages where nobody answers or erases them."""
    SqliteStore(tmp_path).close()
    settings = Settings(exchange_data=tmp_path, database_url=SecretStr(dsn))
    said = [one.text for one in doctor._database(settings) if one.level == "warn"]
    assert len(said) == 1
    assert said[0].startswith("what queue.db in ")
    assert "exchange migrate" in said[0]


def test_no_text_stays_in_the_tables_files(
    store: PostgresStore, dsn: str, postgres: Server
) -> None:
    """200 texts of all lengths, some beyond a page, are answered while one waits."""
    with psycopg.connect(dsn) as admin:  # else some would be there, and not to be seen
        admin.execute("alter table inbox alter body set storage external")
        admin.execute("alter table outbox alter call set storage external")
    store.put("lines", [message("0", "zoe", "still waits " * 200)])
    waits = taken(store)
    for n in range(200):
        store.put("lines", [message(str(n + 1), f"p{n % 7}", f"hush{n} " * (1 + n * 7 % 2000))])
        job = taken(store)
        store.answered(job, "", [f"reply {job.body}"])
        store.sent(parcel_of(store))
    assert files_with(b"hush", dsn, postgres), "what is deleted is there until it is tidied"
    store.tidy()
    assert files_with(b"still waits", dsn, postgres)
    assert files_with(b"hush", dsn, postgres) == []
    store.answered(waits, "", [])


def files_with(text: bytes, dsn: str, postgres: Server) -> list[str]:
    """The files of the database that hold a text once all is written out."""
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute("checkpoint")
        row = admin.execute("select oid from pg_database where datname = current_database()")
        ((oid,),) = row.fetchall()
    files = (postgres.data / "base" / str(oid)).iterdir()
    return [path.name for path in files if path.is_file() and text in path.read_bytes()]


def test_a_store_that_only_looks_takes_nothing(dsn: str, tmp_path: Path) -> None:
    store = PostgresStore(dsn, tmp_path, serving=False)
    with pytest.raises(StoreFailed, match="only to look"):
        store.take()
    assert not list(tmp_path.iterdir()), "and leaves nothing behind"


def test_the_settings_choose_and_failures_are_one_line(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(exchange_data=tmp_path, database_url=SecretStr(dsn))
    with closing(open_store(settings)) as store:
        assert isinstance(store, PostgresStore)
    nobody = SecretStr(f"postgresql://exchange:hidden@127.0.0.1:{free_port()}/exchange")
    with pytest.raises(StoreFailed) as failed:
        open_store(settings.model_copy(update={"database_url": nobody}))
    assert "hidden" not in str(failed.value)
    assert "\n" not in str(failed.value)
    monkeypatch.setitem(sys.modules, "bot.postgres.store", None)
    with pytest.raises(StoreFailed, match="install it"):
        open_store(settings)


def test_a_process_takes_nothing_of_channels_that_others_serve(dsn: str, tmp_path: Path) -> None:
    with (
        closing(PostgresStore(dsn, tmp_path / "one", channels=["lines"])) as one,
        closing(PostgresStore(dsn, tmp_path / "two", channels=["lines", "web"])) as two,
    ):
        one.put("web", [message("1", body="for a page that is open there")])
        one.put("lines", [message("2", body="for anybody")])
        assert bodies(one) == ["for anybody"]
        job = two.take()
        assert job is not None
        two.answered(job, "", ["a call"])
        assert one.take_parcel() is None
        parcel = two.take_parcel()
        assert parcel is not None
        assert (parcel.channel, parcel.call) == ("web", "a call")
