"""A library on three servers, by docs/shards.sql: the same statement gives the same answers."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from corpus.library import Library
from index import words
from index.engines import open_engine
from index.engines.postgres import PostgresIndex, Within
from index.postgres import connecting, rows
from scripts.benching import growth
from tests.doubles.postgres import Server
from tests.test_engines_alike import same

SHARDS = ["shard1", "shard2", "shard3"]
SETUP = (Path(__file__).resolve().parents[1] / "docs" / "shards.sql").read_text(encoding="utf-8")
COUNT = 600  # passages
SERVER = """create server {name} foreign data wrapper postgres_fdw options (
  host '127.0.0.1', port '{port}', dbname '{database}', extensions 'vector', async_capable 'true',
  fetch_size '200', batch_size '500',
  options '-c hnsw.ef_search=400 -c hnsw.iterative_scan=strict_order -c cursor_tuple_fraction=0.001'
)"""


@pytest.fixture
def shards(postgres: Server, dsn: str) -> Iterator[list[str]]:
    """Three databases that the one at `dsn` knows as shards; their addresses."""
    names = [f"s_{secrets.token_hex(6)}" for _ in SHARDS]
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as admin:
        for name in names:
            admin.execute(f"create database {name} template template_exchange")
        admin.execute(f"alter database {dsn.rsplit('/')[-1]} set enable_partitionwise_aggregate=on")
    with psycopg.connect(dsn, autocommit=True) as coordinator:
        coordinator.execute(SETUP)
        for shard, name in zip(SHARDS, names, strict=True):
            coordinator.execute(SERVER.format(name=shard, port=postgres.port, database=name))
            coordinator.execute(
                f"create user mapping for current_user server {shard} options (user 'exchange')"
            )
    yield [postgres.dsn(name) for name in names]
    connecting.close(dsn)
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as admin:
        for name in names:
            admin.execute(f"drop database {name} with (force)")


def made(dsn: str, folder: Path) -> PostgresIndex:
    folder.mkdir()
    library = Library(":memory:")
    with library.changing():
        growth.fill(library, 0, COUNT, growth.Author(1))
    engine = open_engine("postgres", dsn)
    engine.build(library, folder, growth.Synthetic().embed_passages)
    return opened(dsn, folder)


def opened(dsn: str, folder: Path) -> PostgresIndex:
    index = open_engine("postgres", dsn).open_index(folder, growth.Synthetic())
    assert isinstance(index, PostgresIndex)
    return index


def shard(dsn: str, folder: Path) -> str:
    schema = rows.read(folder).schema
    with psycopg.connect(dsn, autocommit=True) as coordinator:
        coordinator.execute("call shard_library(%s, %s)", [schema, SHARDS])
    return schema


@pytest.mark.parametrize("kind", ["vector", "halfvec"])
def test_three_shards_answer_as_one_database_does(
    kind: str, shards: list[str], dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "FEW", 20)
    monkeypatch.setattr(rows, "EXACT", COUNT if kind == "vector" else COUNT - 1)
    author = growth.Author(3)
    asked = [author.sentence() for _ in range(12)]
    one = made(dsn, tmp_path / "index")
    before = [one.search(question, "en", 20) for question in asked]
    few = Within(sources=("D000001",))
    filtered = one.search(asked[0], "en", 5, few)
    schema = shard(dsn, tmp_path / "index")
    three = opened(dsn, tmp_path / "index")
    for question, hits in zip(asked, before, strict=True):
        same(three.search(question, "en", 20), hits)
    same(three.search(asked[0], "en", 5, few), filtered)
    held = [_count(address, schema) for address in shards]
    assert sum(held) == COUNT
    assert min(held) > COUNT / 5


def _count(address: str, schema: str) -> int:
    with psycopg.connect(address) as connection:
        row = connection.execute(f"select count(*) from {schema}.vectors").fetchone()
    assert row is not None
    return int(row[0])


def test_the_shards_order_their_own_and_compute_their_own_distances(
    shards: list[str], dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "EXACT", COUNT - 1)
    index = made(dsn, tmp_path / "index")
    schema = shard(dsn, tmp_path / "index")
    lines = index.explained("any words at all", "en", 10)
    remote = [line for line in lines.splitlines() if "Remote SQL" in line]
    assert sum("ORDER BY (embedding" in line for line in remote) == 3, lines
    assert sum("max(" in line and "array_agg(" in line for line in remote) == 3, lines
    with psycopg.connect(shards[0]) as connection:
        connection.execute("set cursor_tuple_fraction = 0.001")
        connection.execute("set enable_seqscan = off")  # so few are sooner compared
        plan = connection.execute(
            f"explain declare near cursor for select passage from {schema}.vectors"
            f" order by embedding <#> (select embedding from {schema}.vectors limit 1)"
        ).fetchall()
    assert any("embedding_idx" in line for (line,) in plan), plan


def test_what_was_pruned_is_taken_from_the_shards(
    shards: list[str], dsn: str, tmp_path: Path
) -> None:
    made(dsn, tmp_path / "index")
    shard(dsn, tmp_path / "index")
    open_engine("postgres", dsn).discard(tmp_path / "index")
    with psycopg.connect(dsn, autocommit=True) as coordinator:
        coordinator.execute("call sweep_shards(%s)", [SHARDS])
    for address in shards:
        with psycopg.connect(address) as connection:
            sql = "select nspname from pg_namespace where nspname like 'library\\_%'"
            assert connection.execute(sql).fetchall() == []
