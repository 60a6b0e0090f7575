"""The engines give the same answers: over the starter library, and over a large one."""

import csv
import itertools
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import psycopg
import pytest

from bot import app
from bot.settings import Settings
from corpus.library import Library
from index import words
from index.calibration import QUESTIONS
from index.engines import Engine, open_engine
from index.engines.postgres import Postgres, PostgresIndex, Within
from index.opened import Current, Opened
from index.plugins import UnknownPart
from index.ports import Hit, Index, Vectors
from index.postgres import DatabaseFailed, connecting, rows
from index.postgres.connecting import connected
from index.publish import publish
from scripts.benching import growth
from tests.contracts.test_engines import TEXTS, library_of
from tests.doubles.embedder import WordCounts

EACH = 6  # questions of a language
LARGE = 1_500  # passages


def same(a: list[Hit], b: list[Hit]) -> None:
    """The same passages in the same order, with the same figures."""
    assert [hit.passage for hit in a] == [hit.passage for hit in b]
    for one, other in zip(a, b, strict=True):
        assert figures(one) == pytest.approx(figures(other), abs=1e-5)
        assert one.evidence.elsewhere == other.evidence.elsewhere
        assert [s.text for s in one.sentences] == [s.text for s in other.sentences]


def figures(hit: Hit) -> list[float]:
    seen = hit.evidence
    return [hit.score, seen.dense, seen.words, seen.domain, *(s.score for s in hit.sentences)]


@pytest.fixture
def both(starter: Settings, data: Path, dsn: str) -> tuple[Opened, Opened]:
    """The starter library in files, and in the database."""
    embedder = app.open_embedder(starter)
    files = Current(starter.exchange_data, "local", embedder)()
    publish(data, files.library, embedder, "postgres", QUESTIONS, lambda *_: None, dsn=dsn)
    return files, Current(data, "postgres", embedder, dsn)()


def test_over_the_starter_library_both_answer_alike(both: tuple[Opened, Opened]) -> None:
    files, database = both
    with QUESTIONS.open(encoding="utf-8") as file:
        asked = sorted(csv.DictReader(file), key=lambda row: row["language"])
    by_language = itertools.groupby(asked, lambda row: row["language"])
    count = 0
    for language, group in by_language:
        for row in itertools.islice(group, EACH):
            question = row["question"]
            same(
                files.index.search(question, language, 10),
                database.index.search(question, language, 10),
            )
            count += 1
    assert count >= 5 * EACH
    assert files.judge.threshold == pytest.approx(database.judge.threshold, abs=1e-4)
    assert files.judge.figures == database.judge.figures


@pytest.fixture(scope="module")
def large() -> Iterator[Library]:
    library = Library(":memory:")
    with library.changing():
        growth.fill(library, 0, LARGE, growth.Author(1))
    yield library
    library.close()


def made(engine: Engine, library: Library, folder: Path) -> Index:
    """An index whose questions come in one order, so that two of them are asked the same."""
    folder.mkdir()
    engine.build(library, folder, growth.Synthetic().embed_passages)
    return engine.open_index(folder, growth.Synthetic())


def test_where_words_are_common_both_choose_alike(
    large: Library, dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "FEW", 20)
    files = made(open_engine("local"), large, tmp_path / "files")
    database = made(open_engine("postgres", dsn), large, tmp_path / "database")
    author = growth.Author(3)
    for _ in range(12):
        question = author.sentence()
        same(files.search(question, "en", 30), database.search(question, "en", 30))
    commonest = max(TEXTS["A"].split(), key=len)
    same(files.search(commonest, "en", 5), database.search(commonest, "en", 5))


@pytest.fixture
def graph(
    large: Library, dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PostgresIndex]:
    """The large library where the nearest are looked up in a graph."""
    monkeypatch.setattr(rows, "EXACT", LARGE - 1)
    index = made(open_engine("postgres", looked_up(dsn)), large, tmp_path / "graph")
    assert isinstance(index, PostgresIndex)
    yield index
    connecting.close(looked_up(dsn))


def looked_up(dsn: str) -> str:
    """So few passages are sooner compared than looked up; not so by this address."""
    return f"{dsn}?options=-c%20enable_seqscan%3Doff"


def plan(address: str) -> str:
    """How the nearest passages are found."""
    with connected(address) as connection:
        schema = connection.execute(
            "select nspname from pg_namespace where nspname like 'library\\_%'"
        ).fetchone()
        assert schema is not None
        lines = connection.execute(
            f"explain select passage from {schema[0]}.vectors order by embedding <#>"
            f" (select embedding from {schema[0]}.vectors limit 1) limit 100"
        ).fetchall()
    return "\n".join(line for (line,) in lines)


def test_a_graph_finds_what_comparing_all_finds(
    graph: PostgresIndex, large: Library, dsn: str, tmp_path: Path
) -> None:
    files = made(open_engine("local"), large, tmp_path / "files")
    found = 0
    for _ in range(30):
        exact = {hit.passage.id for hit in files.search("", "en", 10)}
        near = [hit.passage.id for hit in graph.search("", "en", 10)]
        assert len(near) == 10
        found += len(exact & set(near))
    assert found >= 0.98 * 300
    assert "embedding_idx" in plan(looked_up(dsn))


def test_a_filter_that_lets_few_through_finds_them_all_the_same(graph: PostgresIndex) -> None:
    """A graph alone proposes the nearest, of which a filter leaves none."""
    only = Within(sources=("D000003",))
    hits = graph.search("any words", "en", 40, only)
    assert len(hits) == 40
    assert {hit.passage.source for hit in hits} == {"D000003"}
    assert graph.search("any words", "en", 5, Within(languages=("sw",))) == []
    best = graph.search(graph.search("", "en", 1)[0].passage.text, "en", 1)[0].passage.source
    without = graph.search("any words", "en", 40, Within(without=(best,)))
    assert len(without) == 40
    assert best not in {hit.passage.source for hit in without}


def test_filters_hold_for_words_as_well(dsn: str, tmp_path: Path) -> None:
    tmp_path /= "index"
    tmp_path.mkdir()
    engine = open_engine("postgres", dsn)
    engine.build(library_of(TEXTS, {"D": "sw"}), tmp_path, WordCounts().embed_passages)
    index = engine.open_index(tmp_path, WordCounts())
    assert isinstance(index, PostgresIndex)

    def found(within: Within) -> str:
        hits = index.search("pregnant girls clinic", "en", 4, within)
        return "".join(sorted(hit.passage.source for hit in hits))

    assert found(Within()) == "ABCD"
    assert found(Within(languages=("sw",))) == "D"
    assert found(Within(sources=("A", "C"), without=("C",))) == "A"


def test_an_index_whose_rows_are_gone_is_told(dsn: str, tmp_path: Path) -> None:
    engine = open_engine("postgres", dsn)
    engine.build(library_of(TEXTS), tmp_path, WordCounts().embed_passages)
    engine.discard(tmp_path)
    with pytest.raises(ValueError, match="does not hold the rows"):
        engine.open_index(tmp_path, WordCounts())
    engine.discard(tmp_path)


def test_what_the_engine_needs_is_told(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownPart, match="set DATABASE_URL"):
        open_engine("postgres")
    monkeypatch.setattr(rows, "VECTORS", (99, 0))
    with pytest.raises(DatabaseFailed, match=r"has pgvector 0\.\d+\.\d+, older than 99.0"):
        open_engine("postgres", dsn)
    assert Postgres.ENGINE.startswith("postgres/")


@pytest.mark.parametrize("absent", ["psycopg", "pgvector"])
def test_without_the_extra_it_is_told_what_to_install(
    absent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(sys.modules):
        if name.startswith(("index.engines.postgres", "index.postgres.")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, absent, None)
    with pytest.raises(UnknownPart, match=rf"needs the library {absent}.*\[postgres\]"):
        open_engine("postgres", "postgresql://127.0.0.1/none")


def test_no_transaction_rests_while_a_library_is_read(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database ends such a one, and that of a large library takes minutes."""
    real, embedder = words.posted, WordCounts()
    engine = open_engine("postgres", dsn)

    def resting() -> list[tuple[object, ...]]:
        with psycopg.connect(dsn) as other:
            return other.execute(
                "select query from pg_stat_activity"
                " where datname = current_database() and state like 'idle in transaction%'"
            ).fetchall()

    def posted(documents: Iterable[Sequence[str]]) -> words.Posted:
        assert resting() == []
        return real(documents)

    def embed(texts: Sequence[str]) -> Vectors:
        assert resting() == []
        return embedder.embed_passages(texts)

    monkeypatch.setattr(words, "posted", posted)
    engine.build(library_of(TEXTS), tmp_path, embed)
    found = engine.open_index(tmp_path, embedder).search("clinic", "en", 1)
    assert [hit.passage.source for hit in found] == ["C"]
