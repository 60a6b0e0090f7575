"""Many workers on one store: what they keep, what a kill costs, what is said when all die."""

import builtins
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from bot.app import open_embedder
from bot.settings import Settings
from corpus.library import ADDED
from corpus.source import Source
from index import nearest
from index.bulk import cluster, crew
from index.bulk.crew import BulkFailed
from index.bulk.filling import FEW, Bulk, fill
from index.bulk.leases import LEASE, Leases, named
from index.bulk.port import LeaseStore
from index.bulk.shared import DATABASE
from index.bulk.worker import BATCH, work
from index.embedders import e5_use
from index.embedders.e5_use import E5AndUse
from index.ports import Embedder
from index.postgres import leases as postgres_leases
from index.postgres.connecting import connected
from index.postgres.leases import PostgresLeases
from index.publish import Published, publish
from index.vectors import VectorStore
from scripts.cli import cli
from tests.contracts.test_engines import library_of
from tests.doubles import bulking
from tests.doubles.embedder import WordCounts
from tests.doubles.mounting import free_port
from tests.libraries import copy_library

ROOT = Path(__file__).resolve().parents[1]
COUNT = 160  # texts: ten batches


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "vectors.db"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return e5_use.open_embedder("")


def pids(store: Path) -> set[int]:
    """The processes that hold texts now."""
    held = Leases(store)
    found = {int(worker.rpartition(" ")[2]) for worker in held.workers()}
    held.close()
    return found


def kept(store: Path) -> int:
    """How many vectors there are; the file is there a moment before its tables."""
    held = sqlite3.connect(store, timeout=60)
    try:
        made = "select count(*) from sqlite_master where name = 'vectors'"
        if held.execute(made).fetchone() == (0,):
            return 0
        return int(held.execute("select count(*) from vectors").fetchone()[0])
    finally:
        held.close()


def waiting(store: Path) -> int:
    held = Leases(store)
    try:
        return held.left()
    finally:
        held.close()


def gone(pid: int) -> bool:
    """Whether a process has ended; one that its parent has not waited for has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def until(true: Callable[[], object], limit: float = 200) -> None:
    ends = time.monotonic() + limit
    while not true():
        assert time.monotonic() < ends, "it took too long"
        time.sleep(0.05)


@pytest.mark.timeout(400)
def test_two_workers_keep_what_one_process_embeds(store: Path, embedder: Embedder) -> None:
    texts, told = [*bulking.texts(FEW + 10), *bulking.texts(3)], list[int]()
    bulk = Bulk(embedder=bulking.EMBEDDER, workers=2)
    assert fill(store, texts, embedder.name, bulk, told.append) == FEW + 10
    assert sum(told) == len(texts)
    assert min(told) >= 0
    held = VectorStore(store)
    vectors, fresh = held.embed(
        texts, embedder.name, embedder.embed_passages, lambda done: told.append(-done)
    )
    held.close()
    assert fresh == 0
    np.testing.assert_allclose(vectors, embedder.embed_passages(texts), atol=1e-6)
    assert waiting(store) == 0


@pytest.mark.timeout(400)
def test_a_worker_that_is_killed_is_replaced_and_nothing_lost_or_kept_twice(store: Path) -> None:
    many = 3 * COUNT

    def kill() -> None:
        until(lambda: store.exists() and kept(store) >= BATCH and len(pids(store)) == 2)
        first = pids(store)
        os.kill(first.pop(), signal.SIGKILL)
        until(lambda: len(pids(store) - first) == 1 and len(pids(store)) == 2)

    with ThreadPoolExecutor(1) as aside:
        killing = aside.submit(kill)
        assert bulking.two(store, many) == many
        killing.result()
    assert (kept(store), waiting(store)) == (many, 0)
    assert bulking.two(store, many) == 0


@pytest.mark.timeout(400)
def test_where_all_workers_die_it_is_said_and_what_was_done_is_kept(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "DEATHS", 1)
    over = threading.Event()

    def kill() -> None:
        until(lambda: store.exists() and kept(store) >= BATCH)
        while not over.is_set():
            for pid in pids(store):
                if not gone(pid):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)

    with ThreadPoolExecutor(1) as aside:
        killing = aside.submit(kill)
        with pytest.raises(BulkFailed, match=r"3 workers died .* killed by SIGKILL; .* left"):
            bulking.two(store, COUNT)
        over.set()
        killing.result()
    done = kept(store)
    assert BATCH <= done < COUNT
    assert done % BATCH == 0, "a batch is kept whole or not at all"
    assert waiting(store) == 0, "their texts do not stay in the file"


@pytest.mark.timeout(400)
def test_workers_of_two_machines_share_a_database(store: Path, dsn: str) -> None:
    """What the file has is not embedded again; what others embedded is brought into it."""
    texts, told = bulking.texts(COUNT), list[int]()
    known = Leases(store)
    known.put(texts[:10], E5AndUse.name)
    known.store({key: np.ones(4, np.float32) for key in known.lease("me", E5AndUse.name, 10)})
    known.close()
    given = [DATABASE, bulking.EMBEDDER, "", "", "0"]
    shared = PostgresLeases(dsn)
    shared.put(texts[10:50], E5AndUse.name)
    elsewhere = subprocess.run(
        [sys.executable, "-m", "index.bulk.worker", *given], cwd=ROOT, check=False,
        env=os.environ | {"DATABASE_URL": dsn},
    )  # fmt: skip
    assert (elsewhere.returncode, shared.left()) == (0, 0)
    bulk = Bulk(embedder=bulking.EMBEDDER, workers=2, database=dsn)
    assert dsn not in repr(bulk)
    assert fill(store, texts, E5AndUse.name, bulk, told.append) == COUNT - 50
    assert sum(told) == COUNT
    assert (kept(store), waiting(store), shared.left()) == (COUNT, 0, 0)


def test_a_database_that_does_not_answer_is_one_line(store: Path) -> None:
    nobody = f"postgresql://exchange:hidden@127.0.0.1:{free_port()}/exchange"
    bulk = Bulk(embedder=bulking.EMBEDDER, workers=2, database=nobody)
    with pytest.raises(BulkFailed, match="cannot be reached") as failed:
        fill(store, ["one"], "words", bulk, lambda _: None)
    assert "hidden" not in str(failed.value)


def test_a_worker_that_cannot_start_says_why(store: Path) -> None:
    bulk = Bulk(embedder="no_such", workers=2)
    with pytest.raises(BulkFailed, match=r"status 1 \(.*no 'no_such' in index.embedders"):
        fill(store, bulking.texts(FEW + 1), "words", bulk, lambda _: None)


def test_a_worker_of_another_model_says_so(store: Path) -> None:
    bulk = Bulk(embedder=bulking.EMBEDDER, workers=2)
    with pytest.raises(BulkFailed, match=r"is opened here, not 'words'; install the same"):
        fill(store, bulking.texts(FEW + 1), "words", bulk, lambda _: None)


@pytest.mark.timeout(600)
def test_where_the_parent_is_killed_its_workers_end_and_the_next_run_does_the_rest(
    store: Path,
) -> None:
    command = [sys.executable, "-m", "tests.doubles.bulking", str(store), str(COUNT)]
    with subprocess.Popen(command, cwd=ROOT) as parent:
        until(lambda: store.exists() and kept(store) >= BATCH and pids(store))
        orphans = pids(store)
        parent.kill()
    until(lambda: all(map(gone, orphans)))
    done = kept(store)
    assert BATCH <= done < COUNT
    assert waiting(store) == COUNT - done
    assert bulking.two(store, COUNT) == COUNT - done
    assert kept(store) == COUNT


def test_few_texts_are_left_to_the_process_itself(store: Path) -> None:
    bulk = Bulk(embedder="no_such", workers=2)
    assert fill(store, bulking.texts(FEW), "words", bulk, lambda _: pytest.fail("told")) == 0
    assert waiting(store) == 0


@pytest.mark.timeout(400)
def test_a_library_is_published_by_two_as_by_one(starter: Settings, tmp_path: Path) -> None:
    """What the starter library needed before is in the store; the guides are new."""
    guides = {f"G{number}": f"Guide {number} tells who helps." for number in range(FEW + 1)}
    published, told = list[Published](), list[tuple[str, int, int]]()
    for name, bulk in (("one", None), ("two", Bulk(embedder=bulking.EMBEDDER, workers=2))):
        data = copy_library(starter.exchange_data, tmp_path / name)
        library = library_of(guides)
        library.put_source(Source(id="S001", title="Any", url="https://a.org"), ADDED)
        told.clear()
        published.append(
            publish(
                data, library, open_embedder(starter), starter.engine, starter.calibration,
                lambda *step: told.append(step), bulk=bulk,
            )
        )  # fmt: skip
        last = {what: (done, total) for what, done, total in told}
        assert all(done == total for done, total in last.values())
    one, two = published
    assert one.embedded == two.embedded == 2 * len(guides)
    assert one.folder is not None
    assert two.folder is not None
    for file in ("passages.faiss", "sentences.npy"):
        held = [np.frombuffer((p / file).read_bytes(), np.uint8) for p in (one.folder, two.folder)]
        assert held[0].shape == held[1].shape
    a, b = (nearest.read(folder).reconstruct_n() for folder in (one.folder, two.folder))
    np.testing.assert_allclose(a, b, atol=1e-6)


@pytest.fixture(params=["file", "database"])
def leases(request: pytest.FixtureRequest, store: Path) -> LeaseStore:
    if request.param == "file":
        return Leases(store)
    return PostgresLeases(request.getfixturevalue("dsn"))


@pytest.fixture
def run_out(leases: LeaseStore, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets the time of every lease be over."""

    def later() -> None:
        now = time.time() + LEASE + 1
        monkeypatch.setattr(time, "time", lambda: now)
        if isinstance(leases, PostgresLeases):
            with connected(leases._dsn) as db:
                db.execute("update embedding_jobs set until = until - %s", [LEASE + 1])

    return later


@pytest.fixture
def two_texts(leases: LeaseStore) -> Iterator[LeaseStore]:
    held = leases
    assert held.put(["a longer one", "short", "short"], "words") == 2
    yield held
    held.close()


def test_what_is_leased_is_nobody_elses_until_its_time_is_over(
    two_texts: LeaseStore, run_out: Callable[[], None]
) -> None:
    assert list(two_texts.lease("far 1", "words", 1).values()) == ["a longer one"]
    assert list(two_texts.lease("far 2", "words", 9).values()) == ["short"]
    assert two_texts.lease("far 3", "words", 9) == {}
    assert not two_texts.free()
    two_texts.release("far 1")
    assert list(two_texts.lease("far 3", "words", 9).values()) == ["a longer one"]
    run_out()
    assert two_texts.free()
    assert set(two_texts.lease("far 4", "words", 9).values()) == {"a longer one", "short"}


def test_a_large_library_is_put_in_parts_the_longest_first(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_leases, "_TOGETHER", 2)
    shared = PostgresLeases(dsn)
    texts = ["x" * n for n in (3, 5, 1, 4, 2)]
    assert shared.put(texts, "words") == 5
    assert [len(*shared.lease("far 1", "words", 1).values()) for _ in texts] == [5, 4, 3, 2, 1]


def test_a_worker_that_is_asked_in_another_way_tells_how() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "index.bulk.worker"], cwd=ROOT, check=False, capture_output=True,
        text=True,
    )  # fmt: skip
    assert asked.returncode == 1
    assert "STORE EMBEDDER MODEL SPACE PARENT" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_a_model_of_another_space_is_given_nothing(two_texts: LeaseStore) -> None:
    assert two_texts.lease("far 1", "other words", 9) == {}


def test_a_slow_worker_whose_lease_ran_out_keeps_nothing_twice(
    two_texts: LeaseStore, store: Path
) -> None:
    embedder = WordCounts()
    late = two_texts.lease("far 1", "words", 9)
    two_texts.release("far 1")
    embedder.name = "words"
    work(two_texts, embedder, parent=0)
    before = kept_rows(two_texts, store, late)
    assert (len(before), two_texts.left()) == (2, 0)
    two_texts.store({key: np.zeros(256, dtype=np.float32) for key in late})
    assert kept_rows(two_texts, store, late) == before


def kept_rows(leases: LeaseStore, store: Path, keys: Iterable[str]) -> list[tuple[str, bytes]]:
    if isinstance(leases, PostgresLeases):
        return sorted(leases.kept(list(keys)))
    held = sqlite3.connect(store)
    try:
        return held.execute("select key, vector from vectors order by key").fetchall()
    finally:
        held.close()


def test_what_a_dead_process_of_this_machine_held_is_free_at_the_next_run(
    two_texts: LeaseStore,
) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    two_texts.lease(named(ended.pid), "words", 1)
    two_texts.lease("far 1", "words", 1)
    assert two_texts.put(["a longer one", "short"], "words") == 2
    assert two_texts.workers() == {"far 1"}
    assert two_texts.free()


def test_without_ray_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = builtins.__import__

    def missing(name: str, *more: object) -> object:
        if name == "ray":
            raise ImportError(name)
        return real(name, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", missing)
    monkeypatch.setenv("EXCHANGE_DATA", str(tmp_path))
    done = CliRunner().invoke(cli, ["refresh", "--ray", "127.0.0.1:1"])
    assert done.exit_code == 1
    assert "pip install 'ask-the-exchange[ray]'" in done.stderr
    assert not (tmp_path / "vectors.db").exists()


def test_where_no_cluster_answers_it_is_said_at_once(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="Ray is not installed")
    with pytest.raises(BulkFailed, match=r"--ray 127.0.0.1:1: no Ray cluster answers"):
        cluster.reached("127.0.0.1:1")


@pytest.mark.parametrize("workers", ["0", "-1", "two"])
def test_a_number_of_workers_that_is_none_is_refused(workers: str) -> None:
    done = CliRunner().invoke(cli, ["refresh", "--workers", workers])
    assert done.exit_code == 2
    assert "--workers" in done.stderr


def test_it_is_many_only_where_asked() -> None:
    assert not Bulk(embedder="e5_use").many
    assert Bulk(embedder="e5_use", workers=2).many
    assert Bulk(embedder="e5_use", ray="auto").many
