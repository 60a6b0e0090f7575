"""What a library costs as it grows: memory, build, update and search by the number of passages.

python -m scripts.benching.growth build|search FOLDER COUNT

Beyond the starter library texts and vectors are made up: words are drawn as often as a language
has them, and a vector is another's with noise. So times and memory are true, and recall holds for
vectors that lie like these only.
"""

import json
import random
import resource
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from corpus.document import Block, Document, Page, Passage
from corpus.library import ADDED, Library
from corpus.source import Source
from index import nearest
from index.engines import local
from index.ports import Vectors

DIMENSION, MIDDLES, NOISE = 896, 2_000, 1.0  # of the embedded default; subjects; cosine about .7
TOGETHER = 100  # passages of one document
WORDS, EACH, PIECES = 60_000, 25, 3  # of the vocabulary; of a sentence; sentences of a passage
ASKED = 200  # questions
BLOCK = 50_000  # rows of vectors that are made at once


class Synthetic:
    """An embedder whose vectors lie around as many middles as a library has subjects."""

    name, dimension, aligned = "synthetic", DIMENSION, DIMENSION

    def __init__(self) -> None:
        self._chance = np.random.default_rng(1)
        self._middles = _unit(self._chance.standard_normal((MIDDLES, DIMENSION), np.float32))

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimension), whatever the texts say."""
        rows = np.empty((len(texts), DIMENSION), dtype=np.float32)
        for start in range(0, len(texts), BLOCK):
            rows[start : start + BLOCK] = self._some(min(BLOCK, len(texts) - start))
        return rows

    def _some(self, count: int) -> Vectors:
        noise = _unit(self._chance.standard_normal((count, DIMENSION), np.float32))
        return _unit(self._middles[self._chance.integers(0, MIDDLES, count)] + NOISE * noise)

    def embed_question(self, text: str, language: str) -> Vectors:
        """(dimension,)."""
        row: Vectors = self._some(1)[0]
        return row


def _unit(rows: Vectors) -> Vectors:
    rows /= np.linalg.norm(rows, axis=-1, keepdims=True)
    return rows


class Author:
    """Writes sentences in which a word's rank tells how often it comes (Zipf)."""

    def __init__(self, seed: int) -> None:
        self._chance = np.random.default_rng(seed)
        letters = random.Random(0)
        self._words = ["".join(letters.choices("abdeghiklmnoprstuw", k=7)) for _ in range(WORDS)]
        shares = 1 / np.arange(2, WORDS + 2)
        self._sums = np.cumsum(shares / shares.sum())

    def sentence(self) -> str:
        """One sentence."""
        ranks = np.searchsorted(self._sums, self._chance.random(EACH)).tolist()
        words = [self._words[min(rank, WORDS - 1)] for rank in ranks]
        return f"{words[0].capitalize()} {' '.join(words[1:])}."


def passages(author: Author, source: str, count: int) -> Iterator[Passage]:
    """As many passages of one source."""
    for number in range(count):
        yield Passage(
            id=f"{source}.{number:04}", source=source, page=number + 1, label=None, headings=(),
            language="en", text=" ".join(author.sentence() for _ in range(PIECES)),
        )  # fmt: skip


def fill(library: Library, first: int, count: int, author: Author) -> None:
    """Documents of `count` passages in all, numbered from `first`, in place of what is there."""
    for number in range(first, first + count // TOGETHER):
        id = f"D{number:06}"
        held = list(passages(author, id, TOGETHER))
        pages = (Page(number=1, blocks=tuple(Block(text=one.text) for one in held[:1])),)
        library.put_source(Source(id=id, title=f"Guide {number}", url="https://a.invalid"), ADDED)
        document = Document(media_type="text/plain", pages=pages)
        library.put_document(
            document, held, id=f"{id}/text", source=id, language="en", sha256=str(number)
        )


def build(folder: Path, count: int) -> None:
    """A library of `count` passages, its index, and the index again once 1 % is replaced."""
    folder.mkdir(parents=True)
    library, embedder = Library(folder / "corpus.db"), Synthetic()
    with library.changing():
        fill(library, 0, count, Author(1))
    built = _built(library, folder / "index", embedder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.monotonic()
    with library.changing():
        fill(library, 0, max(count // 100, TOGETHER), Author(2))
    updated = time.monotonic() - began + _built(library, folder / "updated", embedder)
    shutil.rmtree(folder / "updated")
    library.close()
    (folder / "corpus.db").unlink()
    size = sum(path.stat().st_size for path in (folder / "index").iterdir()) / 1e6
    _say(phase="build", build=built, update=updated, peak=peak, disk=size)


def _built(library: Library, folder: Path, embedder: Synthetic) -> float:
    began = time.monotonic()
    folder.mkdir()
    local.build(library, folder, embedder.embed_passages)
    return time.monotonic() - began


def search(folder: Path, count: int) -> None:
    """Questions of rare and common words, embedding aside; and the vectors' recall."""
    before = _memory()
    embedder, author = Synthetic(), Author(3)
    began = time.monotonic()
    index = local.open_index(folder / "index", embedder)
    opened = time.monotonic() - began
    questions = [author.sentence() for _ in range(ASKED)]
    index.search(questions[0], "en", 10)
    waits = []
    for question in questions:
        began = time.perf_counter()
        index.search(question, "en", 10)
        waits.append(time.perf_counter() - began)
    after = _memory()
    recall, kind = _recall(folder / "index", count)
    _say(
        phase="search", open=opened, waits=waits, own=after["RssAnon"] - before["RssAnon"],
        mapped=after["RssFile"] - before["RssFile"], recall=recall, kind=kind,
    )  # fmt: skip


def _recall(folder: Path, count: int) -> tuple[float, str]:
    """The share of the exact ten nearest that the index finds, and what it is.

    Exact is what 32 bits say of the vectors that the index was built of: the same come again.
    """
    index, embedder = nearest.read(folder), Synthetic()
    every = embedder.embed_passages([""] * count)
    asked = np.stack([embedder.embed_question("", "en") for _ in range(ASKED)])
    _, near = index.search(asked, 10)
    shared = 0
    for question, found in zip(asked, near.tolist(), strict=True):
        best = np.argpartition(-(every @ question), 9)[:10]
        shared += len(set(found) & set(best.tolist()))
    return shared / (10 * ASKED), type(index).__name__


def _memory() -> dict[str, float]:
    """Megabytes of this process: its own, and files that are mapped."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    cells = (line.split() for line in lines if line.startswith("Rss"))
    return {name.rstrip(":"): int(size) / 1024 for name, size, _ in cells}


def _say(**found: object) -> None:
    print(json.dumps(found), flush=True)


def main() -> None:
    """Read the command line."""
    what, folder, count = sys.argv[1:]
    {"build": build, "search": search}[what](Path(folder), int(count))


if __name__ == "__main__":
    main()
