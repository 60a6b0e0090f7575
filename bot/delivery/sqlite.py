"""Inbox and outbox in one SQLite file, for one serving process.

What must not be lost is written with a sync to disk before the call returns. What would only be
done twice (a call that was made) is left to the system: it survives a kill, and after a power cut
a reply may come again. Leases and pauses live in this process alone, by a clock that nobody sets:
when it ends, all are free.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.channels.port import Incoming
from bot.delivery.claim import claimed
from bot.delivery.port import Failure, Job, Parcel, StoreFailed, Waiting
from bot.keys import DAY, Keys

FILE = "queue.db"
SEEN_DAYS = 8  # a network repeats a message for a week: Meta does
FAILURE_DAYS = 30
LOCKED = 5.0  # seconds to wait for another program that writes: a webhook waits ten
_NO_END = 36_500  # days: a key that is never renewed, so that a message is known again
_SCHEMA = Path(__file__).with_name("schema.sql")
_NEXT = """
select {columns} from {table} as one
where id not in (select id from temp.held where kind = '{table}' and until > ?)
and not exists (select 1 from {table} as earlier where earlier.channel = one.channel
  and earlier.conversation = one.conversation and earlier.id < one.id
  and earlier.first >= one.first)
order by first desc, id limit 1
"""
_NEXT_JOB = _NEXT.format(
    table="inbox", columns="id, channel, conversation, body, came, first, deaths, faults"
)
_NEXT_PARCEL = _NEXT.format(
    table="outbox", columns="id, channel, conversation, person, call, made, tries"
)
_LEASED = "select count(*), max(alone) from temp.held where kind = 'inbox' and until = ?"
_STAGES = (("inbox", "came", "answering"), ("outbox", "made", "sending"))
_FOR_EVER = float("inf")


class SqliteStore:
    """The store in the folder `data`. Any thread may call; one process may serve from it."""

    def __init__(
        self,
        data: Path,
        *,
        serving: bool = True,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`serving`: take it for this process alone; else only to look. Raises StoreFailed."""
        data.mkdir(parents=True, exist_ok=True)
        self._now, self._clock, self._lock = now, clock, threading.RLock()
        self._claim = claimed(data) if serving else None
        try:
            self._key = Keys(data / "queue.key", days=_NO_END).valid()[0]
            self._db = _opened(data / FILE)
            if serving:
                with self._written():  # over these the process before this one died
                    died = "update inbox set deaths = deaths + 1, begun = 0 where begun = 1"
                    self._db.execute(died)
        except BaseException as error:
            if self._claim is not None:
                os.close(self._claim)
            if isinstance(error, sqlite3.Error):
                raise StoreFailed(_unusable(data / FILE, error)) from error
            raise

    def put(self, channel: str, messages: Sequence[Incoming]) -> int:
        """Keep what is new, durably before it returns, and tell how many that were."""
        seen = "insert into seen (channel, message, at) values (?, ?, ?) on conflict do nothing"
        kept = "insert into inbox (channel, conversation, body, came, first) values (?, ?, ?, ?, ?)"
        now, new = self._now(), 0
        with self._written(durably=True):
            for one in messages:
                if self._db.execute(seen, [channel, self._key.hash(one.id), now]).rowcount:
                    row = [channel, one.conversation, one.body, now, one.first]
                    self._db.execute(kept, row)
                    new += 1
        return new

    def take(self) -> Job | None:
        """The oldest message that is due and whose conversation waits for no earlier one.

        One over which the process died is answered while nothing else is, so that no other is
        under way, and blamed, when it dies again.
        """
        with self._written():
            row = self._db.execute(_NEXT_JOB, [self._clock()]).fetchone()
            if row is None:
                return None
            id, channel, conversation, body, came, first, deaths, faults = row
            leased, alone = self._db.execute(_LEASED, [_FOR_EVER]).fetchone()
            if (alone and not first) or (deaths and leased):
                return None
            self._hold("inbox", id, alone=bool(deaths))
            self._db.execute("update inbox set begun = 1 where id = ?", [id])
        return Job(
            id=id, channel=channel, conversation=conversation, body=body, first=bool(first),
            starts=deaths + 1, faults=faults, age=self._now() - came,
        )  # fmt: skip

    def answered(self, job: Job, person: str, calls: Sequence[str]) -> None:
        """Erase the message's text and keep the calls that answer it, both or neither."""
        with self._written(durably=True):
            self._end(job, person, calls)

    def failed(self, job: Job, pause: float) -> None:
        """Put the message back, for a new try in `pause` seconds."""
        with self._written():
            sql = "update inbox set faults = faults + 1, begun = 0 where id = ?"
            self._db.execute(sql, [job.id])
            self._hold("inbox", job.id, pause)

    def poisoned(self, job: Job, why: str, person: str, calls: Sequence[str]) -> None:
        """Give the message up: erase it, note why, and keep the calls that say so."""
        with self._written(durably=True):
            self._end(job, person, calls)
            self._note(job.channel, "answering", why)

    def release(self, job: Job, pause: float = 0.0) -> None:
        """Put the message back as if it had not been taken, for `pause` seconds at least."""
        with self._written():
            self._db.execute("update inbox set begun = 0 where id = ?", [job.id])
            self._hold("inbox", job.id, pause)

    def take_parcel(self) -> Parcel | None:
        """The oldest call that is due, in the order of its conversation."""
        with self._written():
            row = self._db.execute(_NEXT_PARCEL, [self._clock()]).fetchone()
            if row is None:
                return None
            id, channel, conversation, person, call, made, tries = row
            self._hold("outbox", id)
            self._db.execute("update outbox set tries = tries + 1 where id = ?", [id])
        return Parcel(
            id=id, channel=channel, conversation=conversation, person=person, call=call,
            age=self._now() - made, tries=tries,
        )  # fmt: skip

    def sent(self, parcel: Parcel) -> None:
        """Erase a call that was made."""
        with self._written():
            self._drop(parcel)

    def defer(self, parcel: Parcel, pause: float) -> None:
        """Put a call back, for a new try in `pause` seconds."""
        with self._lock:
            self._hold("outbox", parcel.id, pause)

    def give_up(self, parcel: Parcel, why: str) -> None:
        """Erase a call that cannot be made, and note why."""
        with self._written():
            self._drop(parcel)
            self._note(parcel.channel, "sending", why)

    def forget(self, channel: str, conversation: str) -> None:
        """Erase all that waits for somebody who is gone."""
        with self._written(durably=True):
            for table in ("inbox", "outbox"):
                sql = f"delete from {table} where channel = ? and conversation = ?"
                self._db.execute(sql, [channel, conversation])

    def let_go(self, taken: Job | Parcel) -> None:
        """Let it be taken again, where nothing could be written about it."""
        with self._lock:
            self._free("inbox" if isinstance(taken, Job) else "outbox", taken.id)

    def waiting(self) -> Waiting:
        """How much waits."""
        with self._lock:
            messages, came = self._one("select count(*), min(came) from inbox")
            calls, made = self._one("select count(*), min(made) from outbox")
            (failures,) = self._one("select count(*) from failures")
        now = self._now()
        return Waiting(
            messages=messages, oldest=now - came if messages else 0.0,
            calls=calls, oldest_call=now - made if calls else 0.0, failures=failures,
        )  # fmt: skip

    def failures(self) -> list[Failure]:
        """What was given up, the newest first."""
        with self._lock:
            sql = "select at, channel, stage, why from failures order by id desc"
            rows = self._db.execute(sql).fetchall()
        return [Failure(at=at, channel=name, stage=stage, why=why) for at, name, stage, why in rows]

    def probe(self) -> None:
        """Write something, durably: raises what a message would meet."""
        with self._written(durably=True):
            self._db.execute("insert or replace into pulse values (1, ?)", [self._now()])

    def tidy(self) -> int:
        """Leave nothing of what was erased in any file; drop what is past its time, and count it.

        What nobody could answer or send for as long as a message is known is given up, too: a
        channel that was switched off for good.
        """
        now = self._now()
        seen, old = now - SEEN_DAYS * DAY, now - FAILURE_DAYS * DAY
        with self._written():
            dropped = self._db.execute("delete from seen where at < ?", [seen]).rowcount
            dropped += self._db.execute("delete from failures where at < ?", [old]).rowcount
            for table, age, stage in (
                ("inbox", "came", "answering"),
                ("outbox", "made", "sending"),
            ):
                sql = f"delete from {table} where {age} < ? returning channel"
                for (channel,) in self._db.execute(sql, [seen]).fetchall():
                    self._note(channel, stage, f"not possible for {SEEN_DAYS} days")
                    dropped += 1
        with self._lock:  # the write-ahead log still holds what was written before
            self._db.execute("pragma wal_checkpoint(truncate)")
        return dropped

    def close(self) -> None:
        """Let go of the store; what was taken will be taken again."""
        with self._lock:
            self._db.close()
            if self._claim is not None:
                os.close(self._claim)
                self._claim = None

    @contextmanager
    def _written(self, *, durably: bool = False) -> Iterator[None]:
        """One transaction, synced to disk where it must be durable."""
        with self._lock:
            self._db.execute(f"pragma synchronous = {'full' if durably else 'normal'}")
            self._db.execute("begin immediate")
            try:
                yield
                self._db.execute("commit")
            except BaseException:
                if self._db.in_transaction:  # a full disk ends some by itself
                    self._db.execute("rollback")
                raise

    def _end(self, job: Job, person: str, calls: Sequence[str]) -> None:
        self._free("inbox", job.id)
        if not self._db.execute("delete from inbox where id = ?", [job.id]).rowcount:
            return  # forgotten meanwhile: nobody waits for a reply
        sql = """insert into outbox (channel, conversation, person, call, made, first)
                 values (?, ?, ?, ?, ?, ?)"""
        whose, now = [job.channel, job.conversation, person], self._now()
        self._db.executemany(sql, [[*whose, call, now, job.first] for call in calls])

    def _drop(self, parcel: Parcel) -> None:
        self._db.execute("delete from outbox where id = ?", [parcel.id])
        self._free("outbox", parcel.id)

    def _note(self, channel: str, stage: str, why: str) -> None:
        sql = "insert into failures (at, channel, stage, why) values (?, ?, ?, ?)"
        self._db.execute(sql, [self._now(), channel, stage, why])

    def _one(self, sql: str) -> tuple[int, ...]:
        row: tuple[int, ...] = self._db.execute(sql).fetchone()
        return row

    def _hold(self, table: str, id: int, pause: float = _FOR_EVER, *, alone: bool = False) -> None:
        """Let nobody take it for `pause` seconds; for ever is a lease."""
        row = [table, id, self._clock() + pause, alone]
        self._db.execute("insert or replace into temp.held values (?, ?, ?, ?)", row)

    def _free(self, table: str, id: int) -> None:
        self._db.execute("delete from temp.held where kind = ? and id = ?", [table, id])


def _opened(path: Path) -> sqlite3.Connection:
    """The file, made if need be, for nobody's eyes but ours: it holds what people wrote."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    db = sqlite3.connect(path, timeout=LOCKED, check_same_thread=False, isolation_level=None)
    try:
        db.execute("pragma journal_mode = wal")
        db.execute("pragma secure_delete = on")
        db.execute("pragma temp_store = memory")  # a full disk must not keep us from letting go
        db.executescript(_SCHEMA.read_text(encoding="utf-8"))
        db.execute(
            "create temp table held"
            " (kind text, id integer, until real, alone integer, primary key (kind, id))"
        )
    except BaseException:
        db.close()
        raise
    return db


def _unusable(path: Path, error: sqlite3.Error) -> str:
    if isinstance(error, sqlite3.OperationalError):
        return (
            f"{path} cannot be used ({error}); free some space, mend its rights, or end the"
            " program that holds it"
        )
    return f"{path} is damaged ({error}); move it away: what waited in it is lost"
