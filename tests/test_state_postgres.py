"""People, counts and the desk in PostgreSQL: several processes at once, and what stays on disks."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest

from bot.counts import Counts
from bot.desk.database import TABLES
from bot.desk.passed import Passed
from bot.keeping import Room, open_tables
from bot.keys import DAY
from bot.limits import Limits, Pace
from bot.people import People
from bot.postgres.keys import shared_keys
from bot.tables import TablesFailed
from index.postgres import connecting
from tests.doubles.postgres import Server, free_port
from tests.test_counts import hashes

AT = 1_000_000_000.0
MONDAY = date(2026, 3, 2)
PERSON = "telegram:4242424242"


@contextmanager
def processes(count: int) -> Iterator[Callable[..., list[object]]]:
    """Real processes, each of which carries out the same function once."""
    with ProcessPoolExecutor(count, multiprocessing.get_context("spawn")) as pool:

        def together(job: Callable[[int], object]) -> list[object]:
            return [one.result(60) for one in [pool.submit(job, n) for n in range(count)]]

        yield together


def draw(dsn: str, n: int) -> int:
    """How many of 40 messages of one person may go."""
    with closing(People(Path(), now=lambda: AT, dsn=dsn)) as people:
        limits = Limits(people, 30, 1_000, lambda: AT)
        return [limits.pace(PERSON) for _ in range(40)].count(Pace.GO)


def count(dsn: str, n: int) -> None:
    with closing(Counts(Path(), dsn=dsn)) as counts:
        for person in range(25):
            counts.add(MONDAY, hashes(f"{person}"), all="all", source=("S001", "S002"))
            counts.disclosed(MONDAY)


def renew(dsn: str, n: int) -> list[str]:
    return [key.name for key in shared_keys(dsn, "people", 30, lambda: AT + 31 * DAY).valid()]


def test_what_processes_do_at_once_is_one_bucket_one_cell_and_one_key(dsn: str) -> None:
    (old,) = shared_keys(dsn, "people", 30, lambda: AT).valid()
    with processes(2) as together:
        assert sum(int(str(gone)) for gone in together(partial(draw, dsn))) == 30
        together(partial(count, dsn))
        (one, two) = together(partial(renew, dsn))
    assert one == two
    assert isinstance(one, list)
    assert one[1] == old.name
    with closing(Counts(Path(), dsn=dsn)) as counts:
        cells = counts.closed(MONDAY + timedelta(days=7))
        assert {(c.by, c.value): (c.messages, c.people) for c in cells} == {
            ("all", "all"): (50, 25), ("source", "S001"): (50, 25), ("source", "S002"): (50, 25),
        }  # fmt: skip
        assert counts.cards(date(2026, 4, 1)) == [("2026-03", 50)]


def everything(dsn: str) -> str:
    """All rows of all tables but the keys, and the planner's samples of all."""
    with psycopg.connect(dsn) as one:
        sql = "select relname from pg_stat_user_tables where relname not in ('keys', 'migrations')"
        names = [name for (name,) in one.execute(sql).fetchall()]
        assert "languages" in names
        names += ["pg_stats"]
        return str([one.execute(f"select * from {name}".encode()).fetchall() for name in names])


def files(server: Server, dsn: str, tables: tuple[str, ...]) -> bytes:
    """The tables' and their indexes' files as they are on the disk."""
    with psycopg.connect(dsn, autocommit=True) as one:
        one.execute("checkpoint")
        sql = """select pg_relation_filepath(c.oid) from pg_class c left join pg_index i
                 on i.indexrelid = c.oid left join pg_class t on t.oid = i.indrelid
                 where coalesce(t.relname, c.relname) = any(%s) and c.relkind in ('r', 'i')"""
        paths = [path for (path,) in one.execute(sql, [list(tables)]).fetchall()]
    assert paths
    return b"".join((server.data / path).read_bytes() for path in paths)


def test_who_is_forgotten_is_in_no_table_and_after_the_sweep_in_no_file_of_them(
    dsn: str, postgres: Server, tmp_path: Path
) -> None:
    tables = ("languages", "limits", "marks", "passed")
    with (
        closing(People(Path(), dsn=dsn)) as people,
        closing(Counts(Path(), dsn=dsn)) as counts,
        closing(open_tables(Room.DESK, Path(), dsn)) as desk,
    ):
        passed = Passed(tmp_path, dsn=dsn)
        people.choose(PERSON, "sw")
        people.choose("telegram:43", "fr")
        Limits(people, 5, 100).pace(PERSON)
        counts.add(MONDAY, partial(people.pseudonyms, PERSON), all="all")
        own = people._hash(PERSON)
        for n in range(3):  # without others the planner keeps no samples
            people.choose(f"telegram:{n}", "fr")
            passed.keep(f"token{n}", f"What is {n}?", "en", "telegram", f"telegram:{n}")
        passed.keep("zqtoken", "What is zqblue?", "en", "telegram", PERSON)
        (mark,) = counts._db.execute("select hash from marks").rows[0]
        people._db.execute("analyze")
        assert own in (held := everything(dsn))
        assert "zqblue" in held
        assert own.encode() in files(postgres, dsn, tables)
        people.forget(PERSON)
        counts.forget(partial(people.pseudonyms, PERSON))
        passed.forget(PERSON)
        held, traces = everything(dsn), (own, mark, "4242424242", "zqblue", "zqtoken")
        assert not [trace for trace in traces if trace in held]
        people.sweep(refilled=0)
        counts.sweep(MONDAY, MONDAY)
        desk.vacuum(*TABLES)
        left = files(postgres, dsn, tables)
        assert people._hash("telegram:43").encode() in left
        assert not [trace for trace in traces if trace.encode() in left]


def test_a_dump_under_way_makes_nobody_wait_for_the_sweep(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.postgres.tables._WAIT", "10ms")
    with closing(People(Path(), dsn=dsn)) as people, psycopg.connect(dsn) as dump:
        people.choose(PERSON, "sw")
        dump.execute("select * from languages")
        people.forget(PERSON)
        assert people.sweep(refilled=0)["lapsed people"] == 0
        people.choose(PERSON, "fr")
        assert people.language(PERSON) == "fr"
        with people._db.changing():  # the connection is as it was
            assert people._db.execute("show lock_timeout").rows == [("0",)]


def test_people_and_counts_wait_for_no_disk_and_the_desk_does(dsn: str) -> None:
    for room, commit in ((Room.PEOPLE, "off"), (Room.COUNTS, "off"), (Room.DESK, "on")):
        tables = open_tables(room, Path(), dsn)
        with tables.changing():
            assert tables.execute("show synchronous_commit").rows == [(commit,)]
        assert tables.execute("show synchronous_commit").rows == [("on",)]


def test_a_database_that_is_gone_is_told_in_a_line_and_people_go_on_when_it_is_back(
    dsn: str, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "PATIENCE", 0.5)
    address = f"postgresql://exchange:hidden-word@127.0.0.1:{free_port()}/exchange"
    with pytest.raises(TablesFailed, match="cannot be reached") as failed:
        People(Path(), dsn=address)
    assert "hidden-word" not in str(failed.value)
    with closing(People(Path(), dsn=dsn)) as people:
        people.choose(PERSON, "sw")
        with pytest.raises(TablesFailed, match="failed"), people._db.changing():
            people._db.execute("select pg_terminate_backend(pg_backend_pid())")
        assert people.language(PERSON) == "sw"


def test_no_file_is_made(dsn: str, tmp_path: Path) -> None:
    People(tmp_path, dsn=dsn).choose(PERSON, "sw")
    Counts(tmp_path, dsn=dsn).disclosed(MONDAY)
    assert list(tmp_path.iterdir()) == []


def program(text: str, folder: Path) -> str:
    """What a Python of its own prints, in the folder."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_library_is_loaded_for_a_database_alone(tmp_path: Path) -> None:
    text = """
import sys
from pathlib import Path
from bot import app, retention
from bot.settings import Settings
from bot.tables import TablesFailed
retention.sweep(Settings(exchange_data=Path("data")))
assert not [name for name in sys.modules if name.startswith("psycopg")]
sys.modules["psycopg"] = None
for part in (app.Passed, app.CuratedAnswers, retention.open_people):
    try:
        if part is retention.open_people:
            part(Settings(exchange_data=Path("data"), database_url="postgresql://db/exchange"))
        else:
            part(Path("data"), dsn="postgresql://db/exchange")
    except TablesFailed as error:
        print(error)
"""
    lines = program(text, tmp_path).splitlines()
    assert len(lines) == 3
    assert all("DATABASE_URL needs the library psycopg; install it: " in one for one in lines)


def test_people_go_on_when_the_server_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "PATIENCE", 1.0)
    server = Server().create()
    address = server.dsn("postgres")
    try:
        with closing(People(Path(), dsn=address)) as people:
            people.choose(PERSON, "sw")
            server.kill()
            with pytest.raises(TablesFailed):
                people.choose(PERSON, "fr")
            server.start()
            for _ in range(20):
                with suppress(TablesFailed):
                    people.choose(PERSON, "fr")
                    break
            assert people.language(PERSON) == "fr"
    finally:
        connecting.close(address)
        server.stop()
