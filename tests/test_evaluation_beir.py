"""Folders in the layout of BEIR: read, made into a hub, asked, and shown."""

import json
from pathlib import Path

import pytest

from bot.evaluation import ranking, running
from bot.evaluation.beir import read_beir
from bot.evaluation.scorecard import (
    ALL,
    ANSWERS,
    SECTIONS,
    Scorecard,
    read_scorecards,
)
from bot.evaluation.sets import BadSet
from bot.settings import Settings
from scripts import evaluation
from tests.doubles.embedder import WordCounts

TRIALS = """question,language,source
which team won the cup,en,
how much is a dollar,en,
who sings this song,en,
will it rain tomorrow,en,
how tall is a giraffe,en,
"""
CORPUS = {
    "tree": "Elders and mothers meet under the mango tree to speak about children at work.",
    "village": "Facilitators live in the village for some weeks before they ask anything.",
    "clinic": "The health worker visits pregnant girls and brings them to the clinic.",
    "twin": "The health worker visits pregnant girls and brings them to the clinic.",
}
QUERIES = {
    "q1": "where do elders and mothers meet",
    "q2": "who lives in the village for some weeks",
    "q3": "who visits pregnant girls",
    "q4": "what do facilitators ask in the village",
}
QRELS = {"q1": "tree", "q2": "village", "q3": "clinic", "q4": "village"}


def folder_of(
    folder: Path, *, heading: bool = False, nested: bool = False, key: str = "id", **more: object
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    documents = ({key: id, "text": text} | more for id, text in CORPUS.items())
    questions = ({key: id, "text": text, "lang": "en"} for id, text in QUERIES.items())
    for name, rows in (("corpus.jsonl", documents), ("queries.jsonl", questions)):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / name).write_text(text, encoding="utf-8")
    lines = ["query-id\tcorpus-id\tscore"] if heading else []
    lines += [f"{question}\t{document}\t1" for question, document in QRELS.items()]
    path = folder / ("qrels/test.tsv" if nested else "qrels.tsv")
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    trials = tmp_path / "trials.csv"
    trials.write_text(TRIALS, encoding="utf-8")
    return Settings(exchange_data=tmp_path / "data", calibration=trials)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> WordCounts:
    """The small embedder in place of the model: quick, and a test can say who wins."""
    embedder = WordCounts()
    monkeypatch.setattr(running, "open_embedder", lambda settings: embedder)
    return embedder


def run_beir(settings: Settings, *folders: Path, which: str = "all") -> list[Scorecard]:
    return running.evaluate_beir(
        settings, folders, which, lambda *_: None, settings.exchange_data / "evaluate"
    )


@pytest.mark.parametrize("heading", [False, True])
@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("key", ["id", "_id"])
def test_every_form_of_the_layout_is_read(
    tmp_path: Path, heading: bool, nested: bool, key: str
) -> None:
    found = read_beir(folder_of(tmp_path / "set", heading=heading, nested=nested, key=key))
    assert {c.id: next(iter(c.expected)) for c in found.questions.cases} == QRELS
    assert {text.id: text.text for text in found.texts} == CORPUS
    assert found.questions.remarks == ()


def test_what_is_odd_in_a_folder_is_remarked_in_one_line_each(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "set", lang="xx-YY", title=None)
    with (folder / "qrels.tsv").open("a", encoding="utf-8") as file:
        file.write("q9\ttree\t1\nq1\tgone\t1\nq4\tvillage\t0\n")
    with (folder / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "tree", "text": "Another text."}\n{"id": 7, "text": ""}\n')
    with (folder / "queries.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "q7", "text": "unjudged"}\n{"id":"q8","text":"x","answerable":false}\n')
    found = read_beir(folder)
    notes = "\n".join(found.questions.remarks)
    assert "1 questions are not in the set (first: q9)" in notes
    assert "1 documents are not in the set (first: gone)" in notes
    assert "1 ids stand twice" in notes
    assert "1 questions have no line" in notes
    by_id = {c.id: c for c in found.questions.cases}
    assert by_id["q1"].expected == {"tree": 1}
    assert not by_id["q4"].expected, "judged, and nothing is relevant"
    assert not by_id["q8"].expected
    assert "q7" not in by_id
    assert {text.language for text in found.texts} == {"xx"}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("corpus.jsonl", None, "no corpus.jsonl"),
        ("queries.jsonl", None, "no queries.jsonl"),
        ("qrels.tsv", None, "no qrels.tsv"),
        ("corpus.jsonl", "", "holds no document"),
        ("corpus.jsonl", '{"id": "a", "text": "x"}\n{"id": \n', "corpus.jsonl, line 2: is no JSON"),
        ("corpus.jsonl", '{"text": "x"}\n', "line 1: has no id"),
        ("corpus.jsonl", "[1]\n", "line 1: has no id"),
        ("queries.jsonl", "", "no question has a line"),
        ("qrels.tsv", "q1\ttree\t1\nq2\tvillage\n", "qrels.tsv, line 2"),
        ("qrels.tsv", "q1\ttree\t1\nq2\tvillage\tyes\n", "qrels.tsv, line 2"),
        ("qrels.tsv", "q1\ttree\t1\nq2\tvillage\tinf\n", "qrels.tsv, line 2"),
        ("qrels.tsv", "", "no question has a line"),
        ("qrels.tsv", "q1\telsewhere\t1\n", "no question has a line"),
    ],
)
def test_a_folder_that_cannot_be_used_is_one_clear_line(
    tmp_path: Path, name: str, text: str | None, said: str
) -> None:
    folder = folder_of(tmp_path / "set")
    (folder / name).unlink()
    if text is not None:
        (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadSet, match=said) as raised:
        read_beir(folder)
    assert "\n" not in str(raised.value)


def test_a_folder_becomes_a_hub_that_is_asked_and_leaves_only_vectors(
    tmp_path: Path, settings: Settings, counting: WordCounts
) -> None:
    (found,) = run_beir(settings, folder_of(tmp_path / "set"))
    assert (found.questions, found.documents, found.passages) == (4, 4, 4)
    assert set(found.figures) == set(SECTIONS)
    for part in ranking.PARTS:
        assert found.figures[part]["recall@5"][ALL].value == 1.0, part
    assert found.figures["fused"]["MRR@10"][ALL].value >= 0.875, "a twin may stand before one"
    assert found.figures[ANSWERS]["source@3"]["en"].value == 1.0
    kept = sorted(path.name for path in settings.exchange_data.rglob("*") if path.is_file())
    assert kept == ["vectors.db"]


def test_a_second_run_and_a_second_set_over_the_corpus_embed_nothing(
    tmp_path: Path, settings: Settings, counting: WordCounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = run_beir(settings, folder_of(tmp_path / "one"))
    assert counting.embedded
    fresh = WordCounts()
    monkeypatch.setattr(WordCounts, "embed_question", lambda *_: pytest.fail("embedded again"))
    monkeypatch.setattr(running, "open_embedder", lambda settings: fresh)
    second, third = run_beir(settings, tmp_path / "one", folder_of(tmp_path / "two"))
    assert fresh.embedded == []
    assert first.observations == second.observations == third.observations


def test_a_long_document_of_many_passages_counts_once(
    tmp_path: Path, settings: Settings, counting: WordCounts
) -> None:
    folder = folder_of(tmp_path / "set")
    paragraph = "Neighbours of this quiet valley mend their nets and watch the river. " * 8
    long = "\n\n".join([paragraph] * 30 + [CORPUS["tree"]])
    with (folder / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"id": "long", "title": "A report", "text": long}) + "\n")
        file.write('{"id": "short", "text": "Two words"}\n')
    (found,) = run_beir(settings, folder)
    assert found.passages > 30
    assert found.remarks == ("1 documents are too short for a passage (first: short)",)
    assert found.figures["fused"]["recall@5"][ALL].value == 1.0


def test_the_half_that_is_asked_is_the_reporting_one_unless_another_is_named(
    tmp_path: Path, settings: Settings, counting: WordCounts
) -> None:
    folder = folder_of(tmp_path / "set")
    every = read_beir(folder).questions.cases
    (found,) = run_beir(settings, folder, which="")
    assert found.half == "reporting"
    assert {o.question for o in found.observations} == {c.id for c in every if not c.tunes}


def test_json_reads_back_as_the_same_scores_and_holds_no_question(
    tmp_path: Path, settings: Settings, counting: WordCounts
) -> None:
    (found,) = run_beir(settings, folder_of(tmp_path / "set"))
    text = evaluation.as_json(found)
    assert not any(question in text for question in QUERIES.values())
    cells = json.loads(text)
    assert cells["fused"]["nDCG@10"].keys() == {"value", "low", "high", "n", "languages"}
    path = tmp_path / "run.json"
    path.write_text(text + "\n", encoding="utf-8")
    (again,) = read_scorecards(path)
    assert again.figures == found.figures
    assert set(again.observations) == set(found.observations)
    for bad in ("", "{}", "[1]", '{"values": {"x": 1}}'):
        path.write_text(bad, encoding="utf-8")
        with pytest.raises(BadSet, match=r"run\.json"):
            read_scorecards(path)


def test_the_page_draws_every_metric_and_fetches_nothing(
    tmp_path: Path, settings: Settings, counting: WordCounts
) -> None:
    found = run_beir(settings, folder_of(tmp_path / "<set>"))
    evaluation.write_html(found, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    drawn = {metric for metrics in found[0].figures.values() for metric in metrics}
    assert page.count("<svg") == len(drawn)
    assert "<set>" not in page
    assert "prefers-color-scheme: dark" in page
    assert not any(mark in page for mark in ("http", "<script", "url("))
