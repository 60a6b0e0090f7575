"""Several machines share a database: what one publishes, rolls back or withdraws reaches all."""

import asyncio
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from fpdf import FPDF
from pydantic import SecretStr

from bot import app, following, gate, upkeep
from bot.changing import changing
from bot.settings import Settings
from corpus.originals import FOLDER, Originals
from index import snapshots
from index.editing import Busy
from index.engines import open_engine
from index.opened import Opened
from index.ports import StaleIndex
from index.postgres import DatabaseFailed
from index.postgres.connecting import connected
from index.postgres.following import follow
from index.postgres.holding import LOCK
from index.snapshots import NoSnapshot
from index.withdrawn import withdraw
from tests.doubles.embedder import WordCounts

ROOT = Path(__file__).resolve().parents[1]
HEAD = "id,title,url,read,key_points\n"
TRIALS = "question,language,source\nwhich point is it,en,S1\nwill it rain today,en,\n"
Hub = Callable[[str], Settings]


def _embedder(settings: Settings) -> WordCounts:
    return WordCounts()


@pytest.fixture(params=["local", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def hub(engine: str, dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Settings of a machine by its name; all read one catalogue and share one database."""
    monkeypatch.setattr(app, "open_embedder", _embedder)
    monkeypatch.setattr(upkeep, "open_embedder", _embedder)
    (tmp_path / "trials.csv").write_text(TRIALS, encoding="utf-8")

    def machine(name: str) -> Settings:
        return Settings(
            exchange_data=tmp_path / name, catalogue=tmp_path / "catalogue.csv", engine=engine,
            calibration=tmp_path / "trials.csv", gate=1.0, snapshots_kept=3,
            database_url=SecretStr(dsn),
        )  # fmt: skip

    return machine


def publish(machine: Settings, word: str, count: int = 4) -> str:
    """Refresh from a catalogue whose points all say `word`; the snapshot's name."""
    rows = (f"S{n},Guide {n},https://a.org/{n},,{word} point number {n}\n" for n in range(count))
    machine.catalogue.write_text(HEAD + "".join(rows), encoding="utf-8")
    done = upkeep.refresh(machine, lambda *_: None, force=True)
    assert done.published is not None
    assert done.published.folder is not None
    return done.published.folder.name


def opened(machine: Settings) -> Opened:
    """What answers on a machine once it has looked at the database."""
    return app.open_current(machine)()


def answers(machine: Settings) -> list[tuple[str, float]]:
    return [(h.passage.text, h.score) for h in opened(machine).index.search("point", "en", 9)]


def says(machine: Settings) -> set[str]:
    return {text.split()[0] for text, _ in answers(machine)}


def count(dsn: str, sql: str) -> int:
    with connected(dsn) as connection:
        row = connection.execute(sql).fetchone()
    assert row is not None
    return int(row[0])


SCHEMAS = "select count(*) from pg_namespace where nspname like 'library\\_%'"


def test_what_one_machine_publishes_all_answer(hub: Hub) -> None:
    a, b = hub("a"), hub("b")
    with pytest.raises(StaleIndex):
        opened(b)
    publish(a, "Old")
    assert answers(a) == answers(b)
    assert says(b) == {"Old"}
    publish(b, "New")
    assert says(a) == says(b) == {"New"}
    assert answers(a) == answers(b)
    assert snapshots.verify(snapshots.current(b.exchange_data)) == []


def test_a_process_that_serves_follows(hub: Hub) -> None:
    a, b = hub("a"), hub("b")
    publish(a, "Old")
    current = app.open_current(b)
    assert {p.text.split()[0] for p in current().library.passages()} == {"Old"}
    publish(a, "New")
    follow(b.dsn, b.exchange_data)
    assert {p.text.split()[0] for p in current().library.passages()} == {"New"}


async def test_a_process_that_serves_looks_by_itself_and_tells_once_what_fails(
    hub: Hub, dsn: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    a, b = hub("a"), hub("b")
    await asyncio.to_thread(publish, a, "Old")
    monkeypatch.setattr(following, "EVERY", 0.02)
    looking = asyncio.create_task(following.follow_on(b))
    while not (b.exchange_data / snapshots.CURRENT).exists():  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    await asyncio.to_thread(run_sql, dsn, "alter table library_current rename to mislaid")
    await asyncio.sleep(0.5)
    await asyncio.to_thread(run_sql, dsn, "alter table mislaid rename to library_current")
    newest = await asyncio.to_thread(publish, a, "New")
    while snapshots.current(b.exchange_data).name != newest:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    told = [record.getMessage() for record in caplog.records]
    assert sum("following failed" in line for line in told) == 1


def run_sql(dsn: str, sql: str) -> None:
    with connected(dsn) as connection:
        connection.execute(sql)


async def test_without_a_database_nothing_is_looked_at(tmp_path: Path) -> None:
    await following.follow_on(Settings(exchange_data=tmp_path / "alone"))
    assert not (tmp_path / "alone").exists()


def test_a_rollback_reaches_all_whoever_does_it(hub: Hub) -> None:
    a, b = hub("a"), hub("b")
    first = publish(a, "Old")
    publish(a, "New")
    assert upkeep.rollback(a) == first
    assert says(b) == {"Old"}
    newest = publish(b, "Newest")
    assert upkeep.rollback(b, first) == first, "though it came to this machine from another"
    assert says(a) == says(b) == {"Old"}
    assert upkeep.rollback(a, newest) == newest
    assert says(b) == {"Newest"}
    with pytest.raises(NoSnapshot):
        upkeep.rollback(b, "20200101T000000000000")


def test_what_is_withdrawn_on_one_answers_nowhere(hub: Hub) -> None:
    a, b = hub("a"), hub("b")
    publish(a, "Old")
    serving = opened(b)
    withdraw(a.exchange_data, "S2")
    for machine in (a, b):
        follow(machine.dsn, machine.exchange_data)
    held = [hit.passage.source for hit in serving.index.search("point", "en", 9)]
    assert sorted(held) == ["S0", "S1", "S3"]


@pytest.mark.parametrize("engine", ["local"], indirect=True)
def test_the_files_a_library_was_read_from_come_with_it(hub: Hub, dsn: str, tmp_path: Path) -> None:
    """Else another machine could show no page as it was printed."""
    a, b = hub("a"), hub("b")
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica")
    pdf.multi_cell(0, text="Grandmothers teach girls to swim in the weekly circle. " * 3)
    pdf.output(str(tmp_path / "guide.pdf"))
    row = f"S1,Guide,{(tmp_path / 'guide.pdf').as_uri()},yes,\n"
    a.catalogue.write_text(HEAD + row, encoding="utf-8")
    upkeep.refresh(a, lambda *_: None, force=True)
    (digest,) = opened(b).library.files()
    file = Originals(b.exchange_data / FOLDER).find(digest)
    assert file is not None
    assert file.read_bytes() == (tmp_path / "guide.pdf").read_bytes()
    for n in range(4):
        publish(a, f"Word{n}")
    assert count(dsn, "select count(*) from library_originals") == 0, "no library that is kept"


def test_what_is_pruned_is_gone_everywhere(hub: Hub, dsn: str, engine: str) -> None:
    a, b = hub("a"), hub("b")
    names = [publish(a, f"Word{n}") for n in range(3)]
    opened(b)
    for _ in range(2):
        opened(b)
    assert [one.name for one in snapshots.listed(b.exchange_data)] == names[::-1]
    names += [publish(a, f"Word{n}") for n in range(3, 5)]
    for _ in range(3):
        opened(b)
    kept = names[:1:-1]
    assert [one.name for one in snapshots.listed(a.exchange_data)] == kept
    assert [one.name for one in snapshots.listed(b.exchange_data)] == kept
    assert count(dsn, "select count(distinct snapshot) from library_files") == 3
    assert count(dsn, SCHEMAS) == (3 if engine == "postgres" else 0)


@pytest.mark.parametrize("engine", ["local"], indirect=True)
def test_libraries_from_before_the_database_are_handed_to_it(hub: Hub) -> None:
    a, b = hub("a"), hub("b")
    before = a.model_copy(update={"database_url": SecretStr("")})
    names = [publish(before, "Old"), publish(before, "New")]
    opened(a)
    assert says(b) == {"New"}
    opened(b)
    assert [one.name for one in snapshots.listed(b.exchange_data)] == names[::-1]


def test_two_cannot_change_the_library_at_once(hub: Hub) -> None:
    a, b = hub("a"), hub("b")
    publish(a, "Old")
    with changing(a), pytest.raises(Busy, match=r"process \d+ on .* since .*; wait"):
        publish(b, "New")
    publish(b, "New")
    assert says(a) == {"New"}


def test_who_loses_the_connection_publishes_nothing(hub: Hub, dsn: str) -> None:
    a, b = hub("a"), hub("b")
    publish(a, "Old")

    def lose(what: str, done: int, total: int) -> None:
        with psycopg.connect(dsn, autocommit=True) as other:
            other.execute(
                "select pg_terminate_backend(pid) from pg_locks"
                " where locktype = 'advisory' and objid = %s", [LOCK]
            )  # fmt: skip

    a.catalogue.write_text(HEAD + "S1,Guide,https://a.org,,New point\n", encoding="utf-8")
    with pytest.raises(DatabaseFailed, match=r"lost while the library was being changed.*again"):
        upkeep.refresh(a, lose, force=True)
    assert len(snapshots.listed(a.exchange_data)) == 1
    assert says(a) == says(b) == {"Old"}
    publish(a, "Newest")
    assert says(b) == {"Newest"}


FOLLOWS = """
import sys
from pathlib import Path
from index.postgres.following import follow
from tests.doubles.crashing import Moments
data = Path(sys.argv[2])
moments = Moments(data, int(sys.argv[3]))
sys.addaudithook(moments.hook)
follow(sys.argv[1], data)
print(moments.count)
"""


def run(machine: Settings, moment: int) -> subprocess.CompletedProcess[str]:
    dsn, data = machine.dsn, str(machine.exchange_data)
    return subprocess.run(
        [sys.executable, "-c", FOLLOWS, dsn, data, str(moment)], cwd=ROOT, check=False,
        capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("engine", ["local"], indirect=True)
@pytest.mark.timeout(300)
def test_killed_while_it_brings_a_library_nothing_is_half_there(hub: Hub) -> None:
    a, b, counted = hub("a"), hub("b"), hub("counted")
    publish(a, "Old")
    opened(b), opened(counted)
    publish(a, "New")
    moments = int(run(counted, 0).stdout)
    assert moments > 10
    said = []
    for moment in sorted({*range(1, moments, moments // 6), moments}):
        killed = hub(f"killed at {moment}")
        shutil.copytree(b.exchange_data, killed.exchange_data, symlinks=True)
        assert run(killed, moment).returncode == -signal.SIGKILL
        whole = snapshots.listed(killed.exchange_data)
        assert all(snapshots.verify(one.folder) == [] for one in whole)
        said.append(says_here(killed))
        follow(killed.dsn, killed.exchange_data)
        assert says_here(killed) == {"New"}
        left = [path.name for path in (killed.exchange_data / snapshots.FOLDER).glob(".*")]
        assert left == []
    assert said[0] == {"Old"}
    assert all(one in ({"Old"}, {"New"}) for one in said)


def says_here(machine: Settings) -> set[str]:
    """Without looking at the database."""
    return says(machine.model_copy(update={"database_url": SecretStr("")}))


def test_files_that_do_not_arrive_whole_are_not_taken(hub: Hub, dsn: str) -> None:
    a, b = hub("a"), hub("b")
    publish(a, "Old")
    opened(b)
    newest = publish(a, "New")
    with connected(dsn) as connection:
        connection.execute(
            "update library_files set content = 'x' where snapshot = %s and file = 'library.db'",
            [newest],
        )
    with pytest.raises(NoSnapshot, match=r"did not arrive whole \(library.db\)"):
        follow(dsn, b.exchange_data)
    assert snapshots.current(b.exchange_data).name != newest
    assert not list((b.exchange_data / snapshots.FOLDER).glob(".*"))


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_rows_that_nobody_published_are_taken_away(hub: Hub, dsn: str, tmp_path: Path) -> None:
    a = hub("a")
    publish(a, "Old")
    held = opened(a).library
    made = tmp_path / "killed"
    made.mkdir()
    postgres = open_engine("postgres", dsn)
    postgres.build(held, made, WordCounts().embed_passages)
    assert count(dsn, SCHEMAS) == 2
    publish(a, "New")
    assert count(dsn, SCHEMAS) == 3, "somebody may still be measuring them"
    with connected(dsn) as connection:
        connection.execute("update library_rows set made = made - interval '1 day'")
    publish(a, "Newest")
    assert count(dsn, SCHEMAS) == 3


def test_a_build_that_fails_or_is_refused_leaves_no_rows(
    hub: Hub, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = hub("a")
    publish(a, "Old")
    before = count(dsn, SCHEMAS)

    def full(*_: object) -> None:
        raise OSError("full")

    monkeypatch.setattr(gate, "judge", full)
    a.catalogue.write_text(HEAD + "S1,Guide,https://a.org,,New point\n", encoding="utf-8")
    with pytest.raises(OSError, match="full"):
        upkeep.refresh(a, lambda *_: None)
    assert count(dsn, SCHEMAS) == before
    assert says(a) == {"Old"}
