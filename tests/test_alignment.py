"""What alignment must do to vectors of one meaning, and must leave alone."""

from pathlib import Path

import numpy as np
import pytest

from index import alignment
from index.alignment import Alignment, learn, unit
from index.embedders.e5_use import open_embedder
from index.ports import Vectors


def versions(seed: int = 1) -> tuple[Vectors, Vectors, Vectors]:
    """Forty meanings in three made-up languages, which blur the same two directions at random."""
    random = np.random.default_rng(seed)
    meanings, blurred = random.normal(size=(40, 64)), random.normal(size=(2, 64))
    one, other, third = (
        unit((meanings + 2 * random.normal(size=(40, 2)) @ blurred).astype(np.float32))
        for _ in range(3)
    )
    return one, other, third


def found(questions: Vectors, passages: Vectors) -> float:
    """The share of questions whose nearest passage has their meaning."""
    return float(((questions @ passages.T).argmax(axis=1) == np.arange(40)).mean())


def test_one_meaning_finds_itself_across_languages() -> None:
    one, other, third = versions()
    made = learn([one, other, third], one, 64)
    assert found(made(other), made(one)) > found(other, one) + 0.2


def test_a_language_that_was_not_learned_from_gains_too() -> None:
    one, other, third = versions()
    made = learn([one, other], one, 64)
    assert found(made(third), made(one)) > found(third, one) + 0.2


def test_only_the_named_dimensions_are_moved() -> None:
    parts = versions()
    wide = [unit(np.concatenate([part, part], axis=1)) for part in parts]
    made = learn(wide, wide[0], 64)
    aligned = made(wide[1])
    assert aligned.shape == (40, 128)
    np.testing.assert_allclose(np.linalg.norm(aligned, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(aligned[:, 64:], wide[1][:, 64:], atol=1e-5)
    assert not np.allclose(aligned[:, :64], wide[1][:, :64], atol=0.05)


def test_it_is_the_same_after_reading_it_back(tmp_path: Path) -> None:
    parts = versions()
    made = learn(parts, parts[0], 64)
    made.write(tmp_path)
    read: Alignment = alignment.read(tmp_path)
    np.testing.assert_array_equal(made(parts[1]), read(parts[1]))


def test_an_empty_library_and_vectors_without_length_make_no_nan() -> None:
    parts = versions()
    made = learn(parts, np.empty((0, 64), dtype=np.float32), 64)
    assert np.isfinite(made(parts[0])).all()
    flat = learn([np.zeros((3, 4), dtype=np.float32)] * 2, np.zeros((2, 4), dtype=np.float32), 4)
    assert np.isfinite(flat(np.zeros((2, 4), dtype=np.float32))).all()


def test_every_language_says_the_same_number_of_sentences() -> None:
    said = alignment.sentences()
    assert {"en", "sw", "fr", "es", "pt", "ar"} <= set(said)
    assert {len(texts) for texts in said.values()} == {30}
    assert all(text.strip() for texts in said.values() for text in texts)


@pytest.mark.parametrize(("language", "empty"), [("sw", False), ("fr", False), ("ha", True)])
def test_the_second_model_gets_only_what_it_understands(language: str, empty: bool) -> None:
    """Swahili as an English gloss; a language that it lacks, and no glossary holds, not at all."""
    text = {
        "sw": "Je, kamati ya ulinzi wa watoto hufanya nini?",
        "fr": "Que fait le comité de protection de l'enfance ?",
        "ha": "Ta yaya za mu kare yara daga cutarwa a cikin al'umma, musamman a lokacin yaƙi?",
    }[language]
    model = open_embedder("")
    half = model.embed_question(text, {"ha": "en"}.get(language, language))[model.aligned :]
    assert bool(np.any(half)) is not empty
