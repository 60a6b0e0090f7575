"""What the queue in one SQLite file owes besides: to its disk, its folder and its rights."""

import multiprocessing
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.delivery.port import StoreFailed
from bot.delivery.sqlite import FILE, SqliteStore
from tests.doubles.queue import bodies, message, parcel_of, taken


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path)
    yield store
    store.close()


def _serve(data: Path, said: "multiprocessing.Queue[str]") -> None:
    try:
        SqliteStore(data).close()
    except StoreFailed as error:
        said.put(str(error))
    else:
        said.put("opened")


def test_a_second_process_is_refused_in_one_line(store: SqliteStore, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    said: multiprocessing.Queue[str] = context.Queue()
    process = context.Process(target=_serve, args=(tmp_path, said))
    process.start()
    line = said.get(timeout=30)
    process.join()
    said.close()
    said.join_thread()
    assert "another program answers people" in line
    assert "EXCHANGE_DATA" in line
    assert "\n" not in line


def test_no_text_stays_in_any_file_while_others_still_come(
    store: SqliteStore, tmp_path: Path
) -> None:
    """2,000 texts of all lengths: pages fill, split and empty, and some texts still wait."""
    for n in range(0, 2000, 20):
        texts = [f"secret{k} " * (1 + k * 7 % 90) for k in range(n, n + 20)]
        store.put("lines", [message(t.split()[0], f"p{n % 7}{t[6:9]}", t) for t in texts])
        for _ in range(18):
            job = taken(store)
            store.answered(job, "lines:p", [f"reply {job.body}"])
            if n % 40:
                store.sent(parcel_of(store))
    store.put("lines", [message("last", "zoe", "still waits")])
    while (left := store.take()) is not None:
        if left.conversation != "zoe":
            store.answered(left, "", [])
    while (parcel := store.take_parcel()) is not None:
        store.sent(parcel)
    store.tidy()
    held = {path.name: path.read_bytes() for path in tmp_path.glob(f"{FILE}*")}
    assert b"still waits" in held[FILE]
    assert [name for name, data in held.items() if b"secret" in data] == []


def test_a_full_disk_is_an_error_and_nothing_half_done(store: SqliteStore) -> None:
    pages = store._db.execute("pragma page_count").fetchone()[0]
    store._db.execute(f"pragma max_page_count = {pages + 2}")
    kept = store.put("lines", [message(str(n), f"p{n}") for n in range(3)])
    with pytest.raises(sqlite3.OperationalError, match="full"):
        store.put("lines", [message("big", "q", "x" * 90_000)])
    store._db.execute("pragma max_page_count = 100000")
    assert len(bodies(store)) == kept
    assert store.put("lines", [message("big", "q")]) == 1, "not taken for one that came"


def test_a_database_that_another_program_locks_is_tried_again(
    store: SqliteStore, tmp_path: Path
) -> None:
    store._db.execute("pragma busy_timeout = 50")
    with sqlite3.connect(tmp_path / FILE, isolation_level=None) as other:
        other.execute("begin immediate")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            store.put("lines", [message("1")])
        other.execute("rollback")
    other.close()
    assert store.put("lines", [message("1")]) == 1


def test_a_damaged_file_is_one_line_and_frees_the_folder(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 1000)
    for _ in range(2):
        with pytest.raises(StoreFailed, match="move it away"):
            SqliteStore(tmp_path)


def test_what_people_wrote_is_for_this_account_alone(store: SqliteStore, tmp_path: Path) -> None:
    store.put("lines", [message("1")])
    assert {path.stat().st_mode & 0o077 for path in tmp_path.glob("queue*")} == {0}
