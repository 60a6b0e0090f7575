"""Vectors by size: exact, in half the bits, in groups; each gives rows back and loses few."""

from pathlib import Path

import faiss
import numpy as np
import pytest

from index import nearest
from index.ports import Vectors

COUNT, DIMENSION = 3_000, 64


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    chance = np.random.default_rng(3)
    middles = chance.standard_normal((60, DIMENSION))
    rows = middles[chance.integers(0, 60, COUNT)] + 0.8 * chance.standard_normal((COUNT, DIMENSION))
    unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


@pytest.mark.parametrize(
    ("exact", "halved", "kind", "recall"),
    [
        (COUNT, COUNT, faiss.IndexFlatIP, 1.0),
        (100, COUNT, faiss.IndexScalarQuantizer, 0.99),
        (100, 200, faiss.IndexIVFScalarQuantizer, 0.95),  # .98 on the sample that it is tuned with
    ],
)
def test_what_is_near_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vectors: Vectors,
    exact: int, halved: int, kind: type[faiss.Index], recall: float,
) -> None:  # fmt: skip
    monkeypatch.setattr(nearest, "EXACT", exact)
    monkeypatch.setattr(nearest, "HALVED", halved)
    nearest.write(vectors, tmp_path)
    index = nearest.read(tmp_path)
    assert type(index) is kind
    assert index.ntotal == COUNT
    chance = np.random.default_rng(5)
    asked = vectors[:100] + 0.05 * chance.standard_normal((100, DIMENSION)).astype(np.float32)
    scores, near = index.search(asked, 10)
    every = asked @ vectors.T
    best = np.argsort(-every, axis=1)[:, :10]
    shared = [len(set(a) & set(b)) for a, b in zip(near.tolist(), best.tolist(), strict=True)]
    assert sum(shared) / 1000 >= recall
    assert np.allclose(scores[:, 0], every.max(axis=1), atol=2e-3), "scores are cosines"
    for row in (0, COUNT // 2, COUNT - 1):
        assert np.allclose(index.reconstruct(row), vectors[row], atol=1e-3)


def test_no_vectors_at_all(tmp_path: Path) -> None:
    nearest.write(np.empty((0, DIMENSION), dtype=np.float32), tmp_path)
    assert nearest.read(tmp_path).ntotal == 0


@pytest.mark.parametrize("held", [b"", b"Iw", b"no index at all" * 50])
def test_a_damaged_file_is_told(tmp_path: Path, held: bytes) -> None:
    (tmp_path / nearest.FILE).write_bytes(held)
    with pytest.raises((RuntimeError, OSError)):
        nearest.read(tmp_path)
