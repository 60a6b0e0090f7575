"""Words score as SQLite's FTS5 scores them, and a common word costs little."""

import random
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from sqlite_utils import Database

from index import words
from index.words import Words

VOCABULARY = [f"w{n}" for n in range(300)]


def documents(count: int) -> list[list[str]]:
    """Texts whose first words stand in most of them and whose last ones in few."""
    chance = random.Random(4)
    weights = [1 / (rank + 1) for rank in range(len(VOCABULARY))]
    return [
        chance.choices(VOCABULARY, weights, k=chance.randint(0, 60)) if row else []
        for row in range(count)
    ]


def opened(folder: Path, texts: list[list[str]]) -> tuple[Words, sqlite3.Connection]:
    folder.mkdir()
    db = Database(folder / "words.db")
    words.write(folder, db, texts)
    assert db.conn
    return Words(folder, len(texts)), db.conn


def by_fts5(texts: list[list[str]], asked: list[str]) -> dict[int, float]:
    connection = sqlite3.connect(":memory:")
    connection.execute("create virtual table words using fts5(terms, tokenize = 'unicode61')")
    rows = [(row, " ".join(terms)) for row, terms in enumerate(texts)]
    connection.executemany("insert into words(rowid, terms) values (?, ?)", rows)
    query = " OR ".join(f'"{term}"' for term in asked)
    sql = "select rowid, -bm25(words) from words where words match ?"
    return dict(connection.execute(sql, [query]).fetchall())


@pytest.mark.parametrize("asked", [["w0"], ["w3", "w77", "w250", "never"], VOCABULARY[:80]])
def test_scores_are_those_of_fts5(tmp_path: Path, asked: list[str]) -> None:
    texts = documents(400)
    held, connection = opened(tmp_path / "index", texts)
    postings, nats = held.found(connection, asked)
    scores = held.scores(postings, np.arange(400, dtype=np.int32))
    expected = by_fts5(texts, asked)
    assert expected
    assert {row for row in range(400) if scores[row] > 0} == set(expected)
    for row, score in expected.items():
        assert scores[row] == pytest.approx(score, rel=1e-4, abs=1e-5)
    best = sorted(expected, key=lambda row: -expected[row])[:10]
    assert {round(float(scores[row]), 4) for row in held.proposed(postings, 10)} == {
        round(float(scores[row]), 4) for row in best
    }
    assert nats.keys() == set(asked)


def test_a_common_word_proposes_nothing_but_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [["water"] if row else ["water", "well"] for row in range(100)]
    held, connection = opened(tmp_path / "index", texts)
    postings, _ = held.found(connection, ["water", "well"])
    assert len(held.proposed(postings, 100)) == 100
    monkeypatch.setattr(words, "FEW", 5)
    assert held.proposed(postings, 100) == [0]
    scores = held.scores(postings, np.array([0, 1], dtype=np.int32))
    well, _ = held.found(connection, ["well"])
    assert scores[0] > held.scores(well, np.array([0], dtype=np.int32))[0]
    assert scores[1] > 0
    water, _ = held.found(connection, ["water"])
    assert len(held.proposed(water, 100)) == 100, "the rarest word proposes, however common"


def test_no_words_and_no_documents(tmp_path: Path) -> None:
    held, connection = opened(tmp_path / "none", [])
    postings, nats = held.found(connection, ["water"])
    assert (postings, held.proposed(postings, 10)) == ({}, [])
    assert nats["water"] > 0
    some, connection = opened(tmp_path / "some", [["water"], []])
    assert some.found(connection, [])[0] == {}
