"""One suite for all engines: what is found, by whom, and what a score means."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from corpus.document import Block, Document, Page, Passage
from corpus.library import Library
from corpus.passages import split
from corpus.source import Source
from index import fusion
from index.engines import open_engine
from index.ports import Embedder, Index, Vectors
from tests.doubles.embedder import WordCounts

TEXTS = {
    "A": "Elders and mothers meet under the mango tree to speak about children at work.",
    "B": "Facilitators live in the village for some weeks before they ask anything.",
    "C": "The health worker visits pregnant girls and brings them to the clinic.",
    "D": "Wazee na akina mama hukutana chini ya mti kuzungumza kuhusu watoto.",
}
Open = Callable[[Library, Path, Embedder], Index]


ENGINES = ("local", "postgres")


def library_of(texts: dict[str, str], languages: dict[str, str] | None = None) -> Library:
    library = Library(":memory:")
    for id, text in texts.items():
        language = (languages or {}).get(id, "en")
        library.put_source(Source(id=id, title=f"Title {id}", url="https://a.org"), "catalogue")
        document = Document(
            media_type="text/plain", pages=(Page(number=7, label="5", blocks=(Block(text=text),)),)
        )
        passages = split(document, id, language)
        library.put_document(
            document, passages, id=f"{id}/text", source=id, language=language, sha256=id
        )
    return library


@pytest.fixture(params=ENGINES)
def make(request: pytest.FixtureRequest) -> Open:
    dsn: str = request.getfixturevalue("dsn") if request.param == "postgres" else ""
    engine = open_engine(request.param, dsn)

    def made(library: Library, folder: Path, embedder: Embedder) -> Index:
        folder.mkdir(parents=True, exist_ok=True)
        engine.build(library, folder, embedder.embed_passages)
        return engine.open_index(folder, embedder)

    return made


@pytest.fixture
def index(make: Open, tmp_path: Path) -> Index:
    return make(library_of(TEXTS, {"D": "sw"}), tmp_path / "index", WordCounts())


def found(index: Index, question: str, k: int = 4) -> list[str]:
    return [hit.passage.source for hit in index.search(question, "en", k)]


def test_a_passage_finds_itself(index: Index) -> None:
    for id, text in TEXTS.items():
        language = "sw" if id == "D" else "en"
        assert index.search(text, language, 1)[0].passage.source == id


def test_at_most_k_and_best_first(index: Index) -> None:
    hits = index.search("elders under a tree", "en", 2)
    assert len(hits) == 2
    assert hits[0].score >= hits[1].score
    assert len(index.search("elders", "en", 100)) == 4


def test_the_dense_score_is_that_of_passage_and_best_sentence(make: Open, tmp_path: Path) -> None:
    embedder, question = WordCounts(), "where is the clinic"
    index = make(library_of({"X": f"{TEXTS['A']} {TEXTS['C']}"}), tmp_path / "i", embedder)
    (hit,) = index.search(question, "en", 1)
    asked = embedder.embed_question(question, "en")
    whole, *each = (
        float(vector @ asked)
        for vector in embedder.embed_passages(
            [f"Title X\n{hit.passage.text}", TEXTS["A"], TEXTS["C"]]
        )
    )
    assert hit.evidence.dense == pytest.approx((whole + max(each)) / 2, abs=1e-3)
    assert hit.score == pytest.approx(fusion.fuse(hit.evidence.dense, hit.evidence.words))


def test_a_question_without_vectors_of_its_own_is_found_by_its_gloss(
    make: Open, tmp_path: Path
) -> None:
    """No model knows these words here; the glossary does."""

    class Blank(WordCounts):
        def embed_question(self, text: str, language: str) -> Vectors:
            return np.full(self.dimension, self.dimension**-0.5, dtype=np.float32)

    index = make(library_of(TEXTS), tmp_path / "index", Blank())
    question = "wahudumu wa afya na wasichana wajawazito"
    assert index.search(question, "sw", 1)[0].passage.source == "C"


def test_words_lift_the_passage_that_has_them(index: Index) -> None:
    hit = index.search("pregnant girls clinic", "en", 1)[0]
    assert hit.passage.source == "C"
    assert hit.evidence.words > 0.5
    other = index.search("zebra crossing", "en", 1)[0]
    assert other.evidence.words == 0


def test_a_question_in_another_language_keeps_the_order_of_the_vectors(
    make: Open, tmp_path: Path
) -> None:
    """A stray shared word must not overturn what the vectors say of a Swahili question."""

    class Bilingual(WordCounts):
        def embed_question(self, text: str, language: str) -> Vectors:
            return super().embed_question(TEXTS["B"], "en")

    swahili = "wawezeshaji hukaa kijijini wiki ngapi kabla ya kuuliza maswali kuhusu clinic"
    index = make(library_of(TEXTS), tmp_path / "index", Bilingual())
    hits = index.search(swahili, "sw", 4)
    assert hits[0].passage.source == "B"
    assert any(hit.evidence.words > 0 for hit in hits), "the stray word is found, and weighed"


def test_sentences_cover_the_passage_and_the_right_one_is_best(make: Open, tmp_path: Path) -> None:
    text = f"{TEXTS['A']} {TEXTS['B']} {TEXTS['C']}"
    index = make(library_of({"X": text}), tmp_path / "index", WordCounts())
    (hit,) = index.search("how many weeks do facilitators live in the village", "en", 1)
    assert " ".join(sentence.text for sentence in hit.sentences) == hit.passage.text
    assert max(hit.sentences, key=lambda sentence: sentence.score).text == TEXTS["B"]


def test_equal_paragraphs_in_two_documents_keep_both_links(make: Open, tmp_path: Path) -> None:
    index = make(library_of({"A": TEXTS["A"], "B": TEXTS["A"]}), tmp_path / "i", WordCounts())
    assert sorted(found(index, TEXTS["A"])) == ["A", "B"]


def test_pages_and_labels_come_back(index: Index) -> None:
    passage: Passage = index.search("clinic", "en", 1)[0].passage
    assert (passage.page, passage.label) == (7, "5")


def test_an_empty_library_finds_nothing(make: Open, tmp_path: Path) -> None:
    assert make(library_of({}), tmp_path / "i", WordCounts()).search("anything", "en", 3) == []


@pytest.mark.parametrize(
    "question",
    [
        "",
        "?",
        '"',
        "a AND OR NOT (",
        "terms:*",
        "x' ; drop table words --",
        "\0",
        "ة" * 500,
        "é" * 900,
    ],
)
def test_no_question_is_a_syntax_error(index: Index, question: str) -> None:
    index.search(question, "en", 3)


def test_any_thread_may_search(index: Index) -> None:
    answers: list[Sequence[str]] = []

    def ask() -> None:
        for _ in range(25):
            answers.append(found(index, "pregnant girls clinic", 1))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [["C"]] * 100
