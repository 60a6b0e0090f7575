"""Answers that the hub's staff keep for a question, and for all who ask the same in other words.

They stay until staff retire them, or until a source that they quote is gone: that is found when
another library is opened, and again each time that one is shown.
"""

import json
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from bot.desk.database import exists, opened
from bot.desk.writing import BadAnswer, Picked, Written, answer
from corpus.library import Library
from index.editing import LIBRARY
from index.ports import Vectors

_KEPT_VECTOR = """insert into curated_vectors (space, language, question, vector)
                  values (?, ?, ?, ?) on conflict (space, language, question) do nothing"""
GONE = "a source that it quotes is gone, or says it no more"
Embed = Callable[[str, str], Vectors]  # a question and its language to (dimension,)


class NoAnswer(Exception):
    """A kept answer that is not there. The text says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curated:
    """One kept answer."""

    id: int
    questions: tuple[tuple[str, str], ...]  # wordings that it answers, each with its language
    written: Written
    at: float  # when it was written or changed last, seconds since 1970
    retired: str  # why it answers no more; "" while it does

    @property
    def asked(self) -> str:
        """The question as staff put it first."""
        return self.questions[0][0]


class CuratedAnswers:
    """The kept answers in the file of the desk. Any thread, and any process, may call."""

    def __init__(self, data: Path, now: Callable[[], float] = time.time, *, dsn: str = "") -> None:
        """Open or make the tables in the folder `data`."""
        self._db, self._now = opened(data, dsn), now

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def keep(self, questions: Sequence[tuple[str, str]], written: Written, id: int = 0) -> int:
        """Keep an answer, or change the one of this id, which then answers again; its id.

        Raises NoAnswer, BadAnswer.
        """
        if not questions or not all(text.strip() for text, _ in questions):
            raise BadAnswer("a kept answer needs the question that it answers; give one")
        cells = {
            "questions": json.dumps(list(questions), ensure_ascii=False),
            "text": written.text, "language": written.language,
            "quotes": _json(written.quotes),
            "at": self._now(), "retired": "",
        }  # fmt: skip
        with self._db.changing():
            if not id:
                return self._db.number("curated", cells)
            sets = ", ".join(f"{name} = ?" for name in cells)
            sql = f"update curated set {sets} where id = ?"
            if not self._db.execute(sql, [*cells.values(), id]).rowcount:
                raise _none(id)
            self._forget_vectors()
        self._db.leave_nothing()
        return id

    def retire(self, id: int, why: str) -> None:
        """Let an answer answer no more; it stays to be read and changed. Raises NoAnswer."""
        with self._db.changing():
            sql = "update curated set retired = ? where id = ?"
            if not self._db.execute(sql, [why, id]).rowcount:
                raise _none(id)

    def erase(self, id: int) -> None:
        """Erase an answer with its questions. Raises NoAnswer."""
        with self._db.changing():
            if not self._db.execute("delete from curated where id = ?", [id]).rowcount:
                raise _none(id)
            self._forget_vectors()
        self._db.leave_nothing()

    def lost(self, kept: Curated, library: Library) -> None:
        """Retire an answer that this library does not bear out. Raises NoAnswer.

        A source that is gone takes its words along: somebody may have taken them back.
        """
        sources = library.sources()
        left = tuple(one for one in kept.written.quotes if one.source in sources)
        self._requote(kept, left)
        self.retire(kept.id, GONE)
        self._db.leave_nothing()

    def _requote(self, kept: Curated, quotes: tuple[Picked, ...]) -> None:
        """Put other quotes in place, where nobody has changed the answer meanwhile."""
        sql = "update curated set quotes = ? where (id, quotes) = (?, ?)"
        with self._db.changing():
            self._db.execute(sql, [_json(quotes), kept.id, _json(kept.written.quotes)])

    def _forget_vectors(self) -> None:
        """Erase those of questions that no kept answer has any more."""
        rows = self._db.execute("select questions from curated").fetchall()
        asked = {text for (questions,) in rows for text, _ in json.loads(questions)}
        for (text,) in self._db.execute("select distinct question from curated_vectors").fetchall():
            if text not in asked:
                self._db.execute("delete from curated_vectors where question = ?", [text])

    def all(self) -> list[Curated]:
        """All that are kept, those that answer before those retired, the newest first."""
        rows = self._db.query("select * from curated order by retired <> '', at desc")
        return [_curated(row) for row in rows]

    def get(self, id: int) -> Curated:
        """One of them. Raises NoAnswer."""
        rows = self._db.query("select * from curated where id = ?", [id])
        if not rows:
            raise _none(id)
        return _curated(rows[0])

    def version(self) -> tuple[int, float, int]:
        """Changes with every change, whoever made it."""
        sql = "select count(*), max(at), count(case when retired = '' then 1 end) from curated"
        ((count, at, live),) = self._db.execute(sql).rows
        return count, at or 0.0, live

    def vectors(self, questions: Sequence[tuple[str, str]], space: str, embed: Embed) -> Vectors:
        """(len(questions), dimension): kept from before, or computed and kept.

        `space` names the embedder: of another one nothing is known, and nothing stays.
        """
        known = self._vectors(space)
        new = {one: embed(*one).astype(np.float32) for one in questions if one not in known}
        with self._db.changing():
            self._db.execute("delete from curated_vectors where space <> ?", [space])
            for (text, language), vector in new.items():
                self._db.execute(_KEPT_VECTOR, [space, language, text, vector.tobytes()])
        known |= new
        return np.stack([known[one] for one in questions])

    def _vectors(self, space: str) -> dict[tuple[str, str], Vectors]:
        sql = "select question, language, vector from curated_vectors where space = ?"
        rows = self._db.execute(sql, [space]).fetchall()
        return {(text, language): np.frombuffer(kept, np.float32) for text, language, kept in rows}

    def check(self, library: Library) -> list[Curated]:
        """Retire what this library no longer bears out, mend what moved; those retired."""
        lost = []
        for kept in self.all():
            if kept.retired:
                continue
            moved = mended(kept.written, library)
            try:
                answer(moved, kept.asked, kept.at, "en", library)
            except BadAnswer:
                self.lost(kept, library)
                lost.append(kept)
                continue
            if moved != kept.written:
                self._requote(kept, moved.quotes)
        return lost


def check_kept(data: Path, folder: Path, dsn: str = "") -> None:
    """Retire what the library that was published in `folder` bears out no more."""
    if exists(data, dsn):
        with (
            closing(Library(folder / LIBRARY, read_only=True)) as library,
            closing(CuratedAnswers(data, dsn=dsn)) as answers,
        ):
            answers.check(library)


def mended(written: Written, library: Library) -> Written:
    """The same with quotes found again whose source was read anew, so that its passages changed."""
    return replace(written, quotes=tuple(_found_again(one, library) for one in written.quotes))


def _found_again(one: Picked, library: Library) -> Picked:
    try:
        library.passage(one.passage)
    except KeyError:
        own = library.passages(one.source)
        found = (p.id for p in own if one.words in " ".join(p.text.split()))
        return replace(one, passage=next(found, one.passage))
    return one


def _json(quotes: Sequence[Picked]) -> str:
    return json.dumps([asdict(one) for one in quotes], ensure_ascii=False)


def _none(id: int) -> NoAnswer:
    return NoAnswer(f"kept answer {id}: there is none; exchange desk kept lists them")


def _curated(row: dict[str, object]) -> Curated:
    questions = json.loads(str(row["questions"]))
    quotes = json.loads(str(row["quotes"]))
    return Curated(
        id=int(str(row["id"])),
        questions=tuple((text, language) for text, language in questions),
        written=Written(
            text=str(row["text"]),
            language=str(row["language"]),
            quotes=tuple(Picked(**one) for one in quotes),
        ),
        at=float(str(row["at"])),
        retired=str(row["retired"]),
    )
