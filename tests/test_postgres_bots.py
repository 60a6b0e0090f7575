"""Several bots on one queue in PostgreSQL: killed under load, and their database with its machine.

Two processes take WhatsApp's calls behind one balancer. Nothing is lost, everybody's messages are
answered in their order, and of what is repeated there is a count.
"""

import asyncio
import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.delivery.port import StoreFailed
from bot.postgres.store import PostgresStore
from tests.doubles.balancer import balanced
from tests.doubles.graph_api import GraphApi
from tests.doubles.mounting import free_port
from tests.doubles.postgres import Server
from tests.doubles.queue import message
from tests.test_whatsapp_kills import serving, talk

PEOPLE, EACH, KILLS = 20, 15, 6
ANSWER = "answer to "


class Bots:
    """Two processes of one hub, each on a machine of its own as far as it can tell."""

    def __init__(self, folder: Path, dsn: str, api: GraphApi) -> None:
        self.ports = [free_port(), free_port()]
        self._folders = [folder / "one", folder / "two"]
        self._dsn, self._api = dsn, api
        self._stacks = [AsyncExitStack(), AsyncExitStack()]
        self._processes: dict[int, asyncio.subprocess.Process] = {}

    async def start(self, n: int) -> None:
        running = serving(
            self._folders[n], self.ports[n], self._api.base_url, DATABASE_URL=self._dsn
        )
        self._processes[n] = await self._stacks[n].enter_async_context(running)

    async def kill(self, n: int) -> None:
        self._processes[n].kill()
        await self._stacks[n].aclose()

    async def stop(self) -> None:
        """As a restart of the machine does: told to, and waited for."""
        for process in self._processes.values():
            if process.returncode is None:
                process.terminate()
        for n, process in self._processes.items():
            await asyncio.wait_for(process.wait(), 20)
            await self._stacks[n].aclose()


@asynccontextmanager
async def bots(folder: Path, dsn: str, api: GraphApi) -> AsyncIterator[Bots]:
    held = Bots(folder, dsn, api)
    await asyncio.gather(held.start(0), held.start(1))
    try:
        async with balanced(held.ports) as api.webhook:
            yield held
    finally:
        await held.stop()


def texts() -> dict[int, list[str]]:
    return {p: [f"{p}-{n} said {n}" for n in range(EACH)] for p in range(PEOPLE)}


def answers(api: GraphApi) -> list[str]:
    return [one.body.removeprefix(ANSWER) for one in api.messages]


def in_order(heard: Sequence[str], said: dict[int, list[str]]) -> None:
    """Nothing is lost, and everybody reads the answers in the order of their messages."""
    times = Counter(heard)
    assert [text for own in said.values() for text in own if not times[text]] == [], "lost"
    for own in said.values():
        assert [text for text in dict.fromkeys(heard) if text in own] == own


def nothing_waits(dsn: str) -> None:
    with psycopg.connect(dsn) as db:
        sql = "select (select count(*) from inbox), (select count(*) from outbox)"
        assert db.execute(sql).fetchone() == (0, 0)


async def test_one_of_two_is_killed_again_and_again_and_nothing_is_lost(
    tmp_path: Path, dsn: str
) -> None:
    chance, said = random.Random(9), texts()
    async with GraphApi() as api, bots(tmp_path, dsn, api) as two:
        talking = asyncio.gather(*(talk(api, p, own, chance) for p, own in said.items()))
        meanwhile = 0  # answers by the other process, while one is dead
        for kill in range(KILLS):
            heard = len(api.messages)
            await api.sent(heard + 5)
            await asyncio.sleep(chance.uniform(0, 0.1))
            await two.kill(kill % 2)
            heard = len(api.messages)
            await two.start(kill % 2)
            meanwhile += len(api.messages) - heard
        await asyncio.wait_for(talking, 60)
        await api.until(lambda: len(set(answers(api))) == PEOPLE * EACH)
        await two.stop()
        heard_all = answers(api)
    in_order(heard_all, said)
    repeated = len(heard_all) - PEOPLE * EACH
    assert repeated <= KILLS, "at most the one that was on its way"
    assert meanwhile > 0, "the other one goes on"
    nothing_waits(dsn)
    print(f"{PEOPLE * EACH} messages, {KILLS} kills, 0 lost, {repeated} repeated", meanwhile)


@pytest.fixture
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[Server, Server]]:
    """A primary and its standby, which it waits for unless the test has other names for that."""
    names = getattr(request, "param", "standby")
    primary = Server(options={"synchronous_standby_names": names}).create()
    standby = Server().follow(primary, "standby")
    yield primary, standby
    for one in (primary, standby):
        one.stop()


def both(primary: Server, standby: Server) -> str:
    hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
    return f"postgresql://exchange@{hosts}/exchange?target_session_attrs=read-write"


def test_what_was_acknowledged_is_there_after_the_primary_is_lost(
    tmp_path: Path, pair: tuple[Server, Server]
) -> None:
    """Twelve put messages as fast as they can when it happens, and count what they were told."""
    primary, standby = pair
    with psycopg.connect(primary.dsn("postgres"), autocommit=True) as admin:
        admin.execute("create database exchange")
    dsn = both(primary, standby)
    acknowledged: list[str] = []
    over = threading.Event()

    def write(person: int, store: PostgresStore) -> None:
        with suppress(StoreFailed):
            for n in itertools.takewhile(lambda _: not over.is_set(), itertools.count()):
                text = f"{person} {n}"
                store.put("lines", [message(text, str(person), text)])
                acknowledged.append(text)

    with closing(PostgresStore(dsn, tmp_path)) as store:
        threads = [threading.Thread(target=write, args=(n, store)) for n in range(12)]
        for thread in threads:
            thread.start()
        while len(acknowledged) < 300:
            time.sleep(0.01)
        primary.kill()
        over.set()
        standby.promote()
        for thread in threads:
            thread.join()
    with psycopg.connect(standby.dsn("exchange")) as db:
        kept = [row[0].decode() for row in db.execute("select body from inbox").fetchall()]
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept))
    print(f"{len(acknowledged)} acknowledged, {len(kept)} kept")


@pytest.mark.parametrize(("pair", "kept"), [("standby", True), ("", False)], indirect=["pair"])
def test_a_standby_that_lags_keeps_what_was_acknowledged_only_where_it_is_waited_for(
    tmp_path: Path, pair: tuple[Server, Server], kept: bool
) -> None:
    """It gets nothing any more, a message comes, and the primary is lost."""
    primary, standby = pair
    with psycopg.connect(primary.dsn("postgres"), autocommit=True) as admin:
        admin.execute("create database exchange")
    acknowledged: list[str] = []

    def write(store: PostgresStore) -> None:
        with suppress(StoreFailed):
            store.put("lines", [message("late", "ada", "late")])
            acknowledged.append("late")

    with closing(PostgresStore(both(primary, standby), tmp_path)) as store:
        store.put("lines", [message("early", "ada", "early")])
        cut_off(primary, standby)
        writer = threading.Thread(target=write, args=(store,))
        writer.start()
        writer.join(2)
        primary.kill()
        standby.promote()
        writer.join()
    with psycopg.connect(standby.dsn("exchange")) as db:
        there = {row[0].decode() for row in db.execute("select body from inbox").fetchall()}
    assert ({"early", *acknowledged} <= there) is kept
    assert acknowledged == ([] if kept else ["late"])


def cut_off(primary: Server, standby: Server) -> None:
    """Once it has all that is there, the standby gets nothing more."""
    with (
        psycopg.connect(primary.dsn("postgres"), autocommit=True) as here,
        psycopg.connect(standby.dsn("postgres"), autocommit=True) as there,
    ):
        at = here.execute("select pg_current_wal_lsn()").fetchone()
        until(there, "select pg_last_wal_replay_lsn() >= %s", at)
        there.execute("alter system set primary_conninfo = ''")
        there.execute("select pg_reload_conf()")
        until(there, "select not exists (select 1 from pg_stat_wal_receiver)")


def until(db: psycopg.Connection[Any], sql: str, values: Sequence[object] | None = None) -> None:
    """Wait for what `sql` asks to be true."""
    deadline = time.monotonic() + 30
    while db.execute(sql.encode(), values).fetchone() != (True,):
        assert time.monotonic() < deadline, sql
        time.sleep(0.02)


async def test_the_database_changes_over_and_the_bots_go_on_by_themselves(
    tmp_path: Path, pair: tuple[Server, Server]
) -> None:
    primary, standby = pair
    with psycopg.connect(primary.dsn("postgres"), autocommit=True) as admin:
        admin.execute("create database exchange")
    chance, said = random.Random(9), texts()
    async with GraphApi() as api, bots(tmp_path, both(primary, standby), api) as two:
        talking = asyncio.gather(*(talk(api, p, own, chance) for p, own in said.items()))
        await api.sent(PEOPLE * EACH // 4)
        await asyncio.to_thread(primary.kill)
        lost = time.monotonic()
        await asyncio.sleep(1)  # until somebody notices
        before = set(answers(api))
        await asyncio.to_thread(standby.promote)
        promoted = time.monotonic()
        await api.until(lambda: len(set(answers(api)) - before) > 0)
        again = time.monotonic()
        await asyncio.wait_for(talking, 60)
        await api.until(lambda: len(set(answers(api))) == PEOPLE * EACH)
        await two.stop()
        heard = answers(api)
    in_order(heard, said)
    nothing_waits(standby.dsn("exchange"))
    repeated = len(heard) - PEOPLE * EACH
    assert repeated <= 2 * PEOPLE, "that something was sent may be forgotten, of the last moments"
    print(f"{PEOPLE * EACH} messages, 0 lost, {repeated} repeated;", end=" ")
    print(
        f"served {again - promoted:.1f} s after the promotion, {again - lost:.1f} s after the loss"
    )
