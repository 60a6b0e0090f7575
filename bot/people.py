"""What is remembered of a person, under a keyed hash: what they chose, saw last, how they write."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from bot.keeping import Room, open_tables
from bot.keys import DAY, open_keys
from bot.learning.path import Place
from bot.limits import FILLS, Bucket
from bot.tables import Value
from bot.turns import LAPSES, Turn

KEY_DAYS = 30
ASKED = 7 * DAY  # seconds that the hub's staff have to name a trainer
# Each has a column "person", its primary key.
TABLES = ("languages", "learning", "limits", "standing", "turns", "joined", "trainers")
_ANYWHERE = " union all ".join(f"select 1 from {table} where person = ?" for table in TABLES)
_FILLED = """insert into limits (person, tokens, at, told) values (?, ?, ?, ?), (?, ?, ?, ?)
             on conflict (person) do update
             set tokens = excluded.tokens, at = excluded.at, told = excluded.told"""
_KEY = "people.key"
_EVERYBODY = "everybody"  # the bucket of all people together: nobody's hash


class People:
    """What is kept by person. Without the key beside it, the file names nobody."""

    def __init__(
        self,
        data: Path,
        *,
        key_days: int = KEY_DAYS,
        now: Callable[[], float] = time.time,
        dsn: str = "",
    ) -> None:
        """Open or make the two files in the folder `data`; with a `dsn`, all is in that database.

        Raises BadKey, and TablesFailed where there is a DSN.
        """
        self._keys, self._now = open_keys(data / _KEY, key_days, now, dsn), now
        self._db = open_tables(Room.PEOPLE, data, dsn)
        self._emptied: dict[str, Bucket] = {}  # by hash; never written to the disk
        self._name_old_rows()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def language(self, person: str) -> str | None:
        """What this person chose, ISO 639-1; None where they never did."""
        sql = "select language from languages where person = ?"
        row = self._db.execute(sql, [self._hash(person)]).fetchone()
        return str(row[0]) if row else None

    def choose(self, person: str, language: str) -> None:
        """Remember a choice. A person without a handle is not remembered."""
        if person:
            with self._db.changing():
                row = {"person": self._hash(person), "language": language}
                self._db.upsert("languages", row, "person")

    def standing(self, person: str) -> tuple[str, str]:
        """The country and the setting that this person chose; "" where they did not."""
        sql = "select country, setting from standing where person = ?"
        row = self._db.execute(sql, [self._hash(person)]).fetchone() if person else None
        return (row[0] or "", row[1] or "") if row else ("", "")

    def stand(self, person: str, **chosen: str) -> None:
        """Remember `country` or `setting`; "" clears it. Nothing without a handle."""
        if person:
            with self._db.changing():
                row = {"person": self._hash(person), **chosen}
                self._db.upsert("standing", row, "person")

    def place(self, person: str) -> Place | None:
        """Where this person stands in a learning path; None where in none."""
        sql = "select path, step, due, token from learning where person = ?"
        row = self._db.execute(sql, [self._hash(person)]).fetchone() if person else None
        return Place(path=row[0], step=row[1], due=row[2], token=row[3]) if row else None

    def move(self, person: str, place: Place | None) -> None:
        """Remember where they stand, in place of what was before; None: forget it, now."""
        if not person:
            return
        with self._db.erasing() if place is None else self._db.changing():
            if place is None:
                self._erase("learning", "person = ?", [self._hash(person)])
            else:
                row = {"person": self._hash(person), **asdict(place)}
                self._db.upsert("learning", row, "person")

    def due(self) -> list[Place]:
        """The places whose people are to be reminded by now, and can be."""
        sql = "select path, step, due, token from learning where token <> '' and due <= ?"
        rows = self._db.execute(sql, [self._now()]).fetchall()
        return [Place(path=row[0], step=row[1], due=row[2], token=row[3]) for row in rows]

    def tokens(self) -> set[str]:
        """All under which a reminder can be sent."""
        rows = self._db.execute("select token from learning where token <> ''").fetchall()
        return {str(row[0]) for row in rows}

    def reminded(self, token: str) -> None:
        """Forget when the owner of this token wanted to be reminded; their place stays."""
        with self._db.changing():
            sql = "update learning set due = 0, token = '' where token = ?"
            self._db.execute(sql, [token])

    def turn(self, person: str) -> Turn | None:
        """What this person was shown last, where that is less than a day ago."""
        sql = "select language, ids from turns where person = ? and at > ?"
        values = [self._hash(person), self._now() - LAPSES] if person else ["", 0.0]
        row = self._db.execute(sql, values).fetchone()
        if row is None:
            return None
        shown, more = json.loads(row[1])
        return Turn(language=row[0], shown=tuple(shown), more=tuple(more))

    def keep(self, person: str, turn: Turn) -> None:
        """Remember what was shown, in place of what was before. Nothing without a handle."""
        if person:
            with self._db.changing():
                ids = json.dumps([turn.shown, turn.more])
                row = {"at": self._now(), "language": turn.language, "ids": ids}
                self._db.upsert("turns", {"person": self._hash(person), **row}, "person")

    def workshop(self, person: str) -> str:
        """The code of the workshop that this person joined last; "" where they joined none."""
        sql = "select code from joined where person = ?"
        row = self._db.execute(sql, [self._hash(person)]).fetchone() if person else None
        return str(row[0]) if row else ""

    def join(self, person: str, code: str) -> bool:
        """Remember the workshop; whether they were not in it. Nothing without a handle."""
        if not person:
            return False
        with self._db.changing():
            row = {"person": self._hash(person), "code": code}
            sql = "select 1 from joined where person = ? and code = ?"
            if self._db.execute(sql, [row["person"], code]).fetchone():
                return False
            self._db.upsert("joined", row, "person")
        return True

    def anybody_joined(self) -> bool:
        """Whether anybody is in any workshop."""
        return self._db.execute("select 1 from joined limit 1").fetchone() is not None

    def trainer(self, person: str) -> tuple[str, bool]:
        """The code of who asked to be a trainer, and whether the hub named them; "" for others."""
        sql = "select code, named from trainers where person = ? and (named = 1 or at > ?)"
        values = [self._hash(person), self._now() - ASKED] if person else ["", 0.0]
        row = self._db.execute(sql, values).fetchone()
        return (str(row[0]), bool(row[1])) if row else ("", False)

    def ask_trainer(self, person: str, code: str) -> None:
        """Let the hub's staff name this person by the code, for ASKED seconds."""
        with self._db.changing():
            row = {"person": self._hash(person), "code": code, "at": self._now(), "named": 0}
            self._db.upsert("trainers", row, "person")

    def name_trainer(self, code: str) -> bool:
        """Make the person who has this code a trainer; whether anybody has it and waits."""
        with self._db.changing():
            sql = "update trainers set named = 1, at = ? where code = ? and named = 0 and at > ?"
            now = self._now()
            return bool(self._db.execute(sql, [now, code, now - ASKED]).rowcount)

    def unname_trainer(self, code: str) -> bool:
        """Make the person who has this code no trainer any more; whether anybody has it."""
        with self._db.erasing():
            return bool(self._erase("trainers", "code = ?", [code]))

    def trainers(self) -> list[tuple[str, float]]:
        """The codes of the trainers, and since when they are, in seconds since 1970."""
        sql = "select code, at from trainers where named = 1 order by at"
        return [(str(code), float(at)) for code, at in self._db.execute(sql).fetchall()]

    def forget(self, person: str) -> None:
        """Erase all that is remembered, now.

        How fast they wrote stays in memory until their bucket is full: it buys no messages.
        """
        with self._db.erasing():
            hash = self._hash(person)
            (held,) = self._buckets(hash)
            self._emptied = self._still_filling() | {hash: held}
            for key in self._keys.valid():
                for table in TABLES:
                    self._erase(table, "person = ?", [key.hash(person)])

    def pseudonyms(self, person: str, name: str) -> list[str]:
        """Other hashes of the person, for a count of this name: they join with nothing kept here.

        The one of the key in use is first; then that of the key before.
        """
        return [key.hash(f"{name} {person}") for key in self._keys.valid()]

    def draw(
        self, person: str, change: Callable[[Bucket, Bucket], tuple[Bucket, Bucket]]
    ) -> tuple[Bucket, Bucket]:
        """Change this person's bucket and everybody's in one step, and give them as they are now.

        `change` gets both as they were; a new one is full: its tokens are infinite.
        """
        with self._db.changing():
            names = (self._hash(person), _EVERYBODY)
            own, all_ = change(*self._buckets(*names))
            rows = [
                [name, bucket.tokens, bucket.at, int(bucket.told)]
                for name, bucket in zip(names, (own, all_), strict=True)
            ]
            self._db.execute(_FILLED, [*rows[0], *rows[1]])
        return own, all_

    def sweep(self, refilled: float) -> dict[str, int]:
        """Erase what is due and tell how many rows of what.

        Due are rows under a key that is gone, turns older than a day, trainers whom nobody named
        in time, and limits untouched since `refilled`, in seconds since 1970: those buckets are
        full again, so that nothing is lost with them.
        """
        names = [f"{key.name}:%" for key in self._keys.valid()]
        unknown = " and ".join(["person not like ?"] * len(names))
        with self._db.erasing():
            lapsed = sum(
                self._erase(table, f"person <> '{_EVERYBODY}' and {unknown}", names)
                for table in TABLES
            )
            limits = self._erase("limits", "at < ?", [refilled])
            turns = self._erase("turns", "at <= ?", [self._now() - LAPSES])
            lapsed += self._erase("trainers", "named = 0 and at <= ?", [self._now() - ASKED])
        self._db.vacuum(*TABLES)
        return {"lapsed people": lapsed, "limits": limits, "turns": turns}

    def _erase(self, table: str, where: str, values: Sequence[Value]) -> int:
        return int(self._db.execute(f"delete from {table} where {where}", values).rowcount)

    def _buckets(self, *names: str) -> list[Bucket]:
        places = ", ".join("?" * len(names))
        sql = f"select person, tokens, at, told from limits where person in ({places})"
        kept = self._still_filling() | {
            name: Bucket(tokens=tokens, at=at, told=bool(told))
            for name, tokens, at, told in self._db.execute(sql, names).rows
        }
        full = Bucket(tokens=float("inf"), at=self._now(), told=False)
        return [kept.get(name, full) for name in names]

    def _still_filling(self) -> dict[str, Bucket]:
        """Buckets of those who were forgotten less than a minute ago."""
        since = self._now() - FILLS
        self._emptied = {name: held for name, held in self._emptied.items() if held.at > since}
        return self._emptied

    def _hash(self, person: str) -> str:
        """The person's hash; what is kept under the key before is carried over to it."""
        key, *before = self._keys.valid()
        new = key.hash(person)
        for old in (key.hash(person) for key in before):
            if self._db.execute(_ANYWHERE, [old] * len(TABLES)).fetchone():
                self._carry_over(old, new)
        return new

    def _carry_over(self, old: str, new: str) -> None:
        with self._db.changing():
            for table in TABLES:
                sql = f"select 1 from {table} where person = ?"  # another process may have done it
                if self._db.execute(sql, [old]).fetchone():
                    self._erase(table, "person = ?", [new])
                    self._db.execute(f"update {table} set person = ? where person = ?", [new, old])

    def _name_old_rows(self) -> None:
        """Rows of the first version did not tell by which key: it is the oldest that is held."""
        oldest = self._keys.valid()[-1].name
        sql = "update languages set person = ? || ':' || person where person not like '%:%'"
        self._db.execute(sql, [oldest])
