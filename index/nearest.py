"""The vectors of all passages in FAISS: exact as long as that is quick, near enough beyond.

What is chosen by size, with figures: index/README.md. A file is made once and mapped, so that
processes share one copy of it in memory.
"""

from pathlib import Path

import faiss
import numpy as np

from index.ports import Vectors

FILE = "passages.faiss"
EXACT = 20_000  # rows up to which every vector is compared, in 32 bits
HALVED = 200_000  # rows up to which every vector is compared, in 16 bits
RECALL = 0.98  # share of the exact ten nearest that must be found beyond
_SAMPLE = 200  # vectors that `RECALL` is measured with
_STIRRED = 0.6  # how long the noise is that makes a question of a passage; cosine about .86


def write(vectors: Vectors, folder: Path) -> None:
    """Write the index of `vectors`, (n, dimension) float32 of unit length, into `folder`."""
    count, dimension = vectors.shape
    if count > HALVED:
        faiss.write_index(_grouped(vectors), str(folder / FILE))
        return
    index = faiss.IndexFlatIP(dimension) if count <= EXACT else _halved(dimension)
    index.add(vectors)
    faiss.write_index(index, str(folder / FILE))


def read(folder: Path) -> faiss.Index:
    """The index in `folder`, mapped. Raises OSError and RuntimeError where it is none."""
    path = folder / FILE
    with path.open("rb") as file:
        grouped = file.read(2) == b"Iw"  # how FAISS marks an IVF, which it maps by another flag
    index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP if grouped else faiss.IO_FLAG_MMAP_IFC)
    if isinstance(index, faiss.IndexIVF):
        index.make_direct_map()  # to give back a row's vector
    return index


def _halved(dimension: int) -> faiss.Index:
    return faiss.IndexScalarQuantizer(
        dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )


def _grouped(vectors: Vectors) -> faiss.IndexIVF:
    """Groups of near vectors, of which a question visits the nearest."""
    count, dimension = vectors.shape
    groups = int(4 * count**0.5)
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension), dimension, groups, faiss.ScalarQuantizer.QT_fp16,
        faiss.METRIC_INNER_PRODUCT,
    )  # fmt: skip
    index.cp.min_points_per_centroid, index.cp.niter = 1, 8
    chosen = np.random.default_rng(0).choice(count, min(count, 40 * groups), replace=False)
    index.train(vectors[np.sort(chosen)])
    index.add(vectors)
    _tune(index, vectors)
    return index


def _tune(index: faiss.IndexIVF, vectors: Vectors) -> None:
    """Visit as few groups as find `RECALL` of what the exact search finds."""
    chance = np.random.default_rng(0)
    asked = vectors[chance.choice(len(vectors), _SAMPLE, replace=False)]
    noise = chance.standard_normal(asked.shape).astype(np.float32)
    noise *= _STIRRED / np.linalg.norm(noise, axis=1, keepdims=True)
    asked = asked + noise
    exact = np.argpartition(-(asked @ vectors.T), 10, axis=1)[:, :10]
    index.nprobe = 1
    while index.nprobe < index.nlist:
        _, near = index.search(asked, 10)
        found = [
            len(set(one) & set(all)) for one, all in zip(near.tolist(), exact.tolist(), strict=True)
        ]
        if sum(found) >= RECALL * 10 * _SAMPLE:
            break
        index.nprobe *= 2
