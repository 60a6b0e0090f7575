"""Which kept answer a question asks for, in whatever words and language it is put.

Both are questions, so their vectors are compared as such, with those of the index; a question for
another country or with another number is another question, however near. The figures in
README.md are those of scripts.measure_curated.
"""

import re
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bot.desk.curated import Curated, CuratedAnswers, NoAnswer
from bot.desk.writing import BadAnswer, answer
from bot.logs import fault, logger
from bot.messages import Answer
from bot.tables import TablesFailed
from index.alignment import Aligned
from index.countries import named_in
from index.languages import fold
from index.opened import Opened
from index.ports import Vectors

NEAR = 0.68  # cosine from which two questions are one: most found less near misses, tuning half
ACROSS = 0.52  # the same where one of the two is in a language that the embedder has as a gloss
GLOSSED = frozenset(["sw"])
FRAME = (
    0.75  # of the shorter question's words that both have: more than any paraphrase, tuning half
)

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class _Table:
    """All wordings that answer, for one library and one state of the kept answers."""

    folder: Path
    version: tuple[int, float, int]
    rows: tuple[tuple[str, str, Curated], ...]  # wording, its language, what it leads to
    vectors: Vectors  # (len(rows), dimension)


class Matching:
    """Finds kept answers. Any thread may call."""

    def __init__(self, answers: CuratedAnswers) -> None:
        self._answers, self._lock = answers, threading.Lock()
        self._table: _Table | None = None

    def first(self, asked: str, found: Answer, opened: Opened) -> Answer:
        """What staff answered to a redacted question, before what was found; else that alone."""
        kept = self.find(asked, found.language, opened)
        if kept is None:
            return found
        shown = {quote.passage for quote in kept.quotes}
        more = dict.fromkeys((*(quote.passage for quote in found.quotes), *found.more))
        return replace(kept, more=tuple(id for id in more if id not in shown))

    def find(self, asked: str, language: str, opened: Opened) -> Answer | None:
        """The kept answer to a redacted question; None where there is none, or it stands no more.

        What cannot be read costs nobody the search's answer: that is logged.
        """
        try:
            return self._find(asked, language, opened)
        except (sqlite3.Error, TablesFailed, OSError) as error:
            log.error("kept answers failed", **fault(error))
            return None

    def _find(self, asked: str, language: str, opened: Opened) -> Answer | None:
        table = self._current(opened)
        if not table.rows:
            return None
        scores = table.vectors @ opened.embedder.embed_question(asked, language)
        for at in np.argsort(-scores)[:3]:
            wording, own, kept = table.rows[at]
            if same(asked, language, wording, own, float(scores[at])):
                return self._shown(kept, language, opened)
        return None

    def _shown(self, kept: Curated, language: str, opened: Opened) -> Answer | None:
        try:
            return answer(kept.written, kept.asked, kept.at, language, opened.library)
        except BadAnswer:
            log.warning("a kept answer is retired", id=kept.id)
            with suppress(NoAnswer):  # erased meanwhile
                self._answers.lost(kept, opened.library)
            return None

    def _current(self, opened: Opened) -> _Table:
        version, table = self._answers.version(), self._table
        if table is None or (table.folder, table.version) != (opened.folder, version):
            with self._lock:
                table = self._table
                if table is None or (table.folder, table.version) != (opened.folder, version):
                    table = self._table = self._made(opened, version)
        return table

    def _made(self, opened: Opened, version: tuple[int, float, int]) -> _Table:
        if self._table is None or self._table.folder != opened.folder:
            self._answers.check(opened.library)
            version = self._answers.version()
        live = [kept for kept in self._answers.all() if not kept.retired]
        rows = tuple((text, own, kept) for kept in live for text, own in kept.questions)
        vectors = _vectors(self._answers, [(text, own) for text, own, _ in rows], opened.embedder)
        return _Table(opened.folder, version, rows, vectors)


def _vectors(
    answers: CuratedAnswers, questions: Sequence[tuple[str, str]], embedder: Aligned
) -> Vectors:
    """Aligned to the library of today; what is kept is the model's own."""
    if not questions:
        return np.zeros((0, embedder.dimension), np.float32)
    raw = embedder.raw
    return embedder.align(answers.vectors(questions, raw.name, raw.embed_question))


def same(asked: str, language: str, wording: str, own: str, score: float) -> bool:
    """Whether two questions, each in its language, are one; `score` is their vectors' cosine."""
    glossed = (language in GLOSSED) != (own in GLOSSED)
    if score < (ACROSS if glossed else NEAR):
        return False
    if language == own and _other_word(asked, wording):
        return False
    numbers = [sorted(re.findall(r"\d+", text)) for text in (asked, wording)]
    return numbers[0] == numbers[1] and named_in(asked, language) == named_in(wording, own)


def _other_word(asked: str, wording: str) -> bool:
    """Whether both say nearly the same, but for a word: "be paid" and "be chosen".

    Who asks the same in other words shares fewer of them, however near the vectors are.
    """
    one, other = (set(re.findall(r"\w+", fold(text))) for text in (asked, wording))
    shared = len(one & other) >= FRAME * min(len(one), len(other))
    return shared and bool(one - other) and bool(other - one)
