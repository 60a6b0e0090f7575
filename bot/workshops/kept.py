"""Where workshops are kept: a table in the desk's file, which commands and pages share."""

import json
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bot.desk.database import opened
from bot.workshops.workshop import QUESTIONS, Workshop, new_code, read_code

LONGEST = 80  # characters of a title or a topic, so that a greeting fits on a phone


class BadWorkshop(Exception):
    """A workshop that cannot be made or is not there. The text says why, in one line."""


class Workshops:
    """The workshops. Any thread, and any process, may call."""

    def __init__(self, data: Path, now: Callable[[], float] = time.time, *, dsn: str = "") -> None:
        """Open or make the table in the folder `data`."""
        self._db, self._now = opened(data, dsn), now

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def new(
        self,
        *,
        title: str,
        language: str,
        topic: str = "",
        country: str = "",
        setting: str = "",
        documents: Sequence[str] = (),
        questions: Sequence[str] = (),
        expires: float | None = None,
        by: str = "",
    ) -> Workshop:
        """Make and keep one; what its values mean is checked by who asks. Raises BadWorkshop."""
        made = Workshop(
            code=new_code(),
            title=_short(title, "title"),
            language=language,
            topic=_short(topic, "topic") if visible(topic) else "",
            country=country,
            setting=setting,
            documents=tuple(documents),
            questions=tuple(questions),
            created=self._now(),
            expires=expires,
            by=by,
        )
        if len(made.questions) > QUESTIONS:
            raise BadWorkshop(
                f"{len(made.questions)} questions: a workshop has {QUESTIONS} at most"
            )
        if made.over(made.created):
            raise BadWorkshop("the end lies in the past; give a later day")
        self._db.insert(
            "workshops",
            {name: getattr(made, name) for name in _PLAIN}
            | {name: json.dumps(getattr(made, name), ensure_ascii=False) for name in _LISTS},
        )
        return made

    def find(self, code: str) -> Workshop | None:
        """The workshop of this code, as it was typed, also one that is over."""
        sql = "select * from workshops where code = ?"
        rows = self._db.query(sql, [read_code(code)])
        return _workshop(rows[0]) if rows else None

    def listed(self) -> list[Workshop]:
        """All workshops, the newest first."""
        rows = self._db.query("select * from workshops order by created desc, rowid desc")
        return [_workshop(row) for row in rows]

    def end(self, code: str) -> None:
        """Let nobody join any more, from now on. Raises BadWorkshop."""
        if self.find(code) is None:
            raise BadWorkshop(f"{code}: no workshop has this code; list them to see the codes")
        sql = "update workshops set expires = ? where code = ? and (expires is null or expires > ?)"
        self._db.execute(sql, [self._now(), read_code(code), self._now()])


_LISTS = ("documents", "questions")
_PLAIN = tuple(name for name in Workshop.__slots__ if name not in _LISTS)


def visible(text: str) -> str:
    """A line as it is seen: without the marks of direction, say, that phones put in unasked."""
    shown = (sign for sign in text if unicodedata.category(sign) != "Cf")
    return " ".join("".join(shown).split())


def _short(text: str, what: str) -> str:
    said = visible(text)
    if not said or not said.isprintable() or len(said) > LONGEST:
        raise BadWorkshop(f"the {what} “{said[:LONGEST]}”: write 1 to {LONGEST} characters")
    return said


def _workshop(row: Mapping[str, object]) -> Workshop:
    lists = {name: tuple(json.loads(str(row[name]))) for name in _LISTS}
    return Workshop(**{name: row[name] for name in _PLAIN}, **lists)  # type: ignore[arg-type]
