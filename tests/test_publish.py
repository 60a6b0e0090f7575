"""From a library to an index that answers: what is embedded, what is refused, what changes over."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from corpus.library import Library
from index import recipe, snapshots
from index.calibration import BadCalibration
from index.opened import Current
from index.ports import StaleIndex, Vectors
from index.publish import Published, publish
from index.remembering import Remembering
from index.vectors import VectorStore
from scripts.output import LABELS
from tests.contracts.test_engines import TEXTS, library_of
from tests.doubles.embedder import WordCounts

TRIALS = """question,language,source
where do elders meet under the tree,en,A
who lives in the village for weeks,en,B
who visits pregnant girls,en,C
what do facilitators ask,en,B
which team won the cup,en,
how much is a dollar,en,
who sings this song,en,
will it rain,en,
"""


@pytest.fixture
def trials(tmp_path: Path) -> Path:
    path = tmp_path / "trials.csv"
    path.write_text(TRIALS, encoding="utf-8")
    return path


def folder_of(published: Published) -> Path:
    assert published.folder is not None
    return published.folder


def run(
    library: Library, data: Path, trials: Path, embedder: WordCounts | None = None
) -> Published:
    data.mkdir(exist_ok=True)
    return publish(data, library, embedder or WordCounts(), "local", trials, lambda *_: None)


def test_what_was_embedded_once_is_not_embedded_again(tmp_path: Path, trials: Path) -> None:
    first = run(library_of(TEXTS), tmp_path / "data", trials)
    assert first.embedded > 8
    embedder = WordCounts()
    assert run(library_of(TEXTS), tmp_path / "data", trials, embedder).embedded == 0
    assert embedder.embedded == []


def test_each_phase_is_told_by_a_name_of_its_own_and_to_its_end(
    tmp_path: Path, trials: Path
) -> None:
    steps: dict[str, list[tuple[int, int]]] = {}

    def progress(what: str, done: int, total: int) -> None:
        steps.setdefault(what, []).append((done, total))

    (tmp_path / "data").mkdir()
    twice = library_of(TEXTS | {"E": "They sing. They dance. They sing."})
    publish(tmp_path / "data", twice, WordCounts(), "local", trials, progress)
    labels = [LABELS[what] for what in steps]
    assert labels == [LABELS[what] for what in ("questions", "passages", "languages", "sentences")]
    assert len(set(labels)) == len(labels)
    for told in steps.values():
        assert told == sorted(told)
        assert told[-1][0] == told[-1][1]


def test_only_new_texts_are_embedded(tmp_path: Path, trials: Path) -> None:
    run(library_of(TEXTS), tmp_path / "data", trials)
    embedder = WordCounts()
    run(library_of(TEXTS | {"E": "A new page came."}), tmp_path / "data", trials, embedder)
    assert embedder.embedded == ["Title E\nA new page came.", "A new page came."]


def test_the_judge_is_measured_on_questions_that_did_not_set_it(
    tmp_path: Path, trials: Path
) -> None:
    published = run(library_of(TEXTS), tmp_path / "data", trials)
    tuning = sum(line.count(",") > 0 for line in TRIALS.splitlines()[1:])
    assert 0 < published.judge.figures["questions"] < tuning


def test_an_index_of_another_model_is_refused_with_what_to_run(
    tmp_path: Path, trials: Path
) -> None:
    run(library_of(TEXTS), tmp_path / "data", trials)
    other = WordCounts()
    other.name = "another model"
    with pytest.raises(
        StaleIndex, match=r"embedder 'word counts', not 'another model'.*exchange refresh"
    ):
        Current(tmp_path / "data", "local", other)()


def test_an_index_with_other_split_rules_is_refused(
    tmp_path: Path, trials: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(library_of(TEXTS), tmp_path / "data", trials)
    monkeypatch.setattr("corpus.passages.RULES", "words-1-2/9")
    with pytest.raises(StaleIndex, match="split"):
        Current(tmp_path / "data", "local", WordCounts())()


@pytest.mark.parametrize("file", [recipe.FILE, "judge.json"])
def test_a_damaged_index_says_what_to_run(tmp_path: Path, trials: Path, file: str) -> None:
    folder = folder_of(run(library_of(TEXTS), tmp_path / "data", trials))
    (folder / file).write_text("{", encoding="utf-8")
    with pytest.raises(StaleIndex, match="exchange refresh"):
        Current(tmp_path / "data", "local", WordCounts())()


def test_no_index_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(StaleIndex, match=r"no index in .* yet; run: exchange refresh"):
        Current(tmp_path, "local", WordCounts())()


def test_bad_trials_are_told_before_anything_is_built(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("a;b\n1;2\n", encoding="utf-8")
    with pytest.raises(BadCalibration, match="columns question, language and source"):
        run(library_of(TEXTS), tmp_path / "data", bad)
    assert not (tmp_path / "data" / "current").exists()


def test_a_running_assistant_sees_the_new_index_at_its_next_question(
    tmp_path: Path, trials: Path
) -> None:
    data = tmp_path / "data"
    run(library_of(TEXTS), data, trials)
    current = Current(data, "local", WordCounts())
    before = current()
    assert current() is before
    library = library_of(TEXTS)
    library.remove_source("C")
    run(library, data, trials)
    after = current()
    assert "C" not in [h.passage.source for h in after.index.search("pregnant girls", "en", 9)]
    assert "C" not in after.library.sources()
    assert before.index.search("pregnant girls", "en", 1), "a search under way ends in the old one"


def test_a_running_assistant_answers_on_where_the_new_index_is_not_for_it(
    tmp_path: Path, trials: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = tmp_path / "data"
    run(library_of(TEXTS), data, trials)
    current = Current(data, "local", WordCounts())
    before = current()
    other = WordCounts()
    other.name = "another model"
    run(library_of(TEXTS), data, trials, other)
    assert current() is before
    assert current() is before
    assert [r.levelname for r in caplog.records] == ["WARNING"], "told once"
    assert "'another model'" in caplog.text
    with pytest.raises(StaleIndex):
        Current(data, "local", WordCounts())()  # at the start it is refused
    run(library_of(TEXTS), data, trials)
    assert current().folder == snapshots.current(data), "a fitting one is changed over to"


def test_a_build_that_fails_leaves_the_old_index_answering(tmp_path: Path, trials: Path) -> None:
    data = tmp_path / "data"
    folder = folder_of(run(library_of(TEXTS), data, trials))

    def fail(new: Path) -> None:
        (new / "half").write_text("written")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        snapshots.prepare(data, fail)
    assert snapshots.current(data) == folder
    assert [path.name for path in (data / snapshots.FOLDER).iterdir()] == [folder.name]


def test_old_indexes_are_pruned(tmp_path: Path, trials: Path) -> None:
    data = tmp_path / "data"
    folders = [folder_of(run(library_of(TEXTS), data, trials)) for _ in range(7)]
    kept = sorted((data / snapshots.FOLDER).iterdir())
    assert kept == folders[-snapshots.KEPT :]
    assert folders[-1].stat().st_mode & 0o555 == 0o555, "the bot's user must be able to read it"


@pytest.mark.parametrize("file", ["passages.faiss", "library.db", "alignment.npz", "sentences.npy"])
def test_a_cut_file_is_told_and_not_a_stack_trace(tmp_path: Path, trials: Path, file: str) -> None:
    folder = folder_of(run(library_of(TEXTS), tmp_path / "data", trials))
    (folder / file).write_bytes(b"cut")
    with pytest.raises(StaleIndex, match=r"is damaged .*exchange rollback"):
        Current(tmp_path / "data", "local", WordCounts())()


def test_opening_a_library_changes_nothing_of_it(
    tmp_path: Path, trials: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later schema must not be written into what was sealed."""
    folder = folder_of(run(library_of(TEXTS), tmp_path / "data", trials))
    from corpus import migrations

    later = (*migrations.MIGRATIONS, lambda db: db.execute("create table later (x)"))
    monkeypatch.setattr(migrations, "MIGRATIONS", later)
    Current(tmp_path / "data", "local", WordCounts())()
    assert snapshots.verify(folder) == []


def test_a_file_of_trials_without_an_unanswerable_question_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trials.csv"
    path.write_text("question,language,source\nwho lives there,en,A\n", encoding="utf-8")
    with pytest.raises(BadCalibration, match="nothing could be declined"):
        run(library_of(TEXTS), tmp_path / "data", path)


def test_threads_that_ask_a_store_at_once_get_their_own_vectors(tmp_path: Path) -> None:
    store, embedder = VectorStore(tmp_path / "vectors.db"), WordCounts()
    texts = [f"word{number}" for number in range(40)]

    def one(text: str) -> Vectors:
        vectors, _ = store.embed([text], "words", embedder.embed_passages, lambda _: None)
        return vectors

    with ThreadPoolExecutor(8) as pool:
        found = np.concatenate(list(pool.map(one, texts)))
    np.testing.assert_array_equal(found, embedder.embed_passages(texts))
    store.close()


def test_a_question_is_remembered_by_its_language_too(tmp_path: Path) -> None:
    """One text may be a question in two languages, and is heard otherwise in each."""
    store, asked = VectorStore(tmp_path / "vectors.db"), list[tuple[str, str]]()

    class Hearing(WordCounts):
        def embed_question(self, text: str, language: str) -> Vectors:
            asked.append((text, language))
            return super().embed_question(f"{text} {language}", language)

    remembering = Remembering(Hearing(), store)
    twice = [(text, code) for _ in range(2) for text in ("mali", "watoto") for code in ("sw", "fr")]
    found = [remembering.embed_question(*question) for question in twice]
    assert asked == twice[:4]
    np.testing.assert_array_equal(found[:4], found[4:])
    np.testing.assert_array_equal(found, [Hearing().embed_question(*one) for one in twice])
    store.close()
