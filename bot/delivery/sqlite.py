"""Inbox and outbox in one SQLite file, for one serving process.

What must not be lost is written with a sync to disk before the call returns. What would only be
done twice (a lease, a call that was made) is left to the system: it survives a kill, and after a
power cut a reply may come again. Leases live in this process alone: when it ends, all are free.
"""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.channels.port import Incoming
from bot.delivery.port import Failure, Job, Parcel, StoreFailed, Waiting
from bot.keys import DAY, Keys

FILE = "queue.db"
SEEN_DAYS = 8  # a network repeats a message for a week: Meta does
FAILURE_DAYS = 30
_NO_END = 36_500  # days: a key that is never renewed, so that a message is known again
_SCHEMA = Path(__file__).with_name("schema.sql")
_NEXT_JOB = """
select id, channel, conversation, body, starts, faults from inbox as one
where state = 'waiting' and due <= ? and id not in (select id from temp.taken where kind = 'job')
and not exists (select 1 from inbox as earlier where earlier.state = 'waiting'
  and earlier.channel = one.channel and earlier.conversation = one.conversation
  and earlier.id < one.id)
order by id limit 1
"""
_NEXT_PARCEL = """
select id, channel, conversation, person, call, made, tries from outbox as one
where due <= ? and id not in (select id from temp.taken where kind = 'parcel')
and not exists (select 1 from outbox as earlier where earlier.channel = one.channel
  and earlier.conversation = one.conversation and earlier.id < one.id)
order by id limit 1
"""


class SqliteStore:
    """The store in the folder `data`. Any thread may call; one process may serve from it."""

    def __init__(
        self, data: Path, *, serving: bool = True, now: Callable[[], float] = time.time
    ) -> None:
        """`serving`: take it for this process alone; else only to look. Raises StoreFailed."""
        data.mkdir(parents=True, exist_ok=True)
        self._now, self._lock = now, threading.RLock()
        self._claim = _claimed(data) if serving else None
        try:
            self._key = Keys(data / "queue.key", days=_NO_END).valid()[0]
            self._db = sqlite3.connect(
                data / FILE, timeout=30, check_same_thread=False, isolation_level=None
            )
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma secure_delete = on")
            self._db.executescript(_SCHEMA.read_text(encoding="utf-8"))
        except sqlite3.Error as error:
            raise StoreFailed(f"{data / FILE} cannot be used ({error}); move it away") from error
        self._db.execute("create temp table taken (kind text, id integer, primary key (kind, id))")

    def put(self, channel: str, messages: Sequence[Incoming]) -> int:
        """Keep what is new, durably before it returns, and tell how many that were."""
        sql = """insert into inbox (channel, message, conversation, body, came, due)
                 values (?, ?, ?, ?, ?, ?) on conflict do nothing"""
        now = self._now()
        with self._written(durably=True):
            return sum(
                self._db.execute(
                    sql, [channel, self._key.hash(one.id), one.conversation, one.body, now, now]
                ).rowcount
                for one in messages
            )

    def take(self) -> Job | None:
        """The oldest message that is due and whose conversation waits for no earlier one."""
        with self._written():
            row = self._db.execute(_NEXT_JOB, [self._now()]).fetchone()
            if row is None:
                return None
            id, channel, conversation, body, starts, faults = row
            self._db.execute("insert into temp.taken values ('job', ?)", [id])
            self._db.execute("update inbox set starts = starts + 1 where id = ?", [id])
        return Job(
            id=id, channel=channel, conversation=conversation, body=body,
            starts=starts + 1, faults=faults,
        )  # fmt: skip

    def answered(self, job: Job, person: str, calls: Sequence[str]) -> None:
        """Erase the message's text and keep the calls that answer it, both or neither."""
        with self._written(durably=True):
            self._end(job, person, calls)

    def failed(self, job: Job, pause: float) -> None:
        """Put the message back, for a new try in `pause` seconds."""
        sql = "update inbox set faults = faults + 1, starts = starts - 1, due = ? where id = ?"
        with self._written():
            self._db.execute(sql, [self._now() + pause, job.id])
            self._free("job", job.id)

    def poisoned(self, job: Job, why: str, person: str, calls: Sequence[str]) -> None:
        """Give the message up: erase it, note why, and keep the calls that say so."""
        with self._written(durably=True):
            self._end(job, person, calls)
            self._note(job.channel, "answering", why)

    def release(self, job: Job) -> None:
        """Put the message back as if it had not been taken."""
        with self._written():
            self._db.execute("update inbox set starts = starts - 1 where id = ?", [job.id])
            self._free("job", job.id)

    def take_parcel(self) -> Parcel | None:
        """The oldest call that is due, in the order of its conversation."""
        with self._written():
            row = self._db.execute(_NEXT_PARCEL, [self._now()]).fetchone()
            if row is None:
                return None
            id, channel, conversation, person, call, made, tries = row
            self._db.execute("insert into temp.taken values ('parcel', ?)", [id])
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
        with self._written():
            sql = "update outbox set due = ? where id = ?"
            self._db.execute(sql, [self._now() + pause, parcel.id])
            self._free("parcel", parcel.id)

    def give_up(self, parcel: Parcel, why: str) -> None:
        """Erase a call that cannot be made, and note why."""
        with self._written():
            self._drop(parcel)
            self._note(parcel.channel, "sending", why)

    def forget(self, channel: str, conversation: str) -> None:
        """Erase all that waits for somebody who is gone."""
        whose = [channel, conversation]
        with self._written(durably=True):
            self._db.execute("delete from outbox where channel = ? and conversation = ?", whose)
            sql = """update inbox set state = 'done', body = '', conversation = ''
                     where state = 'waiting' and channel = ? and conversation = ?"""
            self._db.execute(sql, whose)

    def let_go(self, taken: Job | Parcel) -> None:
        """Let it be taken again, where nothing could be written about it."""
        with self._lock:
            self._free("job" if isinstance(taken, Job) else "parcel", taken.id)

    def waiting(self) -> Waiting:
        """How much waits."""
        with self._lock:
            sql = "select count(*), min(came) from inbox where state = 'waiting'"
            messages, oldest = self._db.execute(sql).fetchone()
            (calls,) = self._db.execute("select count(*) from outbox").fetchone()
        age = self._now() - oldest if oldest is not None else 0.0
        return Waiting(messages=messages, calls=calls, oldest=age)

    def failures(self) -> list[Failure]:
        """What was given up, the newest first."""
        with self._lock:
            sql = "select at, channel, stage, why from failures order by id desc"
            rows = self._db.execute(sql).fetchall()
        return [Failure(at=at, channel=name, stage=stage, why=why) for at, name, stage, why in rows]

    def tidy(self) -> None:
        """Leave nothing of what was erased in any file, and drop what is past its time."""
        now = self._now()
        with self._written():
            sql = "delete from inbox where state = 'done' and came < ?"
            self._db.execute(sql, [now - SEEN_DAYS * DAY])
            self._db.execute("delete from failures where at < ?", [now - FAILURE_DAYS * DAY])
        with self._lock:  # the write-ahead log still holds what was written before
            self._db.execute("pragma wal_checkpoint(truncate)")

    def close(self) -> None:
        """Let go of the store; what was taken will be taken again."""
        with self._lock:
            self._db.close()
        if self._claim is not None:
            os.close(self._claim)

    @contextmanager
    def _written(self, *, durably: bool = False) -> Iterator[None]:
        """One transaction, synced to disk where it must be durable."""
        with self._lock:
            self._db.execute(f"pragma synchronous = {'full' if durably else 'normal'}")
            self._db.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")

    def _end(self, job: Job, person: str, calls: Sequence[str]) -> None:
        sql = "update inbox set state = 'done', body = '', conversation = '' where id = ?"
        self._db.execute(sql, [job.id])
        now = self._now()
        sql = """insert into outbox (channel, conversation, person, call, made, due)
                 values (?, ?, ?, ?, ?, ?)"""
        rows = [[job.channel, job.conversation, person, call, now, now] for call in calls]
        self._db.executemany(sql, rows)
        self._free("job", job.id)

    def _drop(self, parcel: Parcel) -> None:
        self._db.execute("delete from outbox where id = ?", [parcel.id])
        self._free("parcel", parcel.id)

    def _note(self, channel: str, stage: str, why: str) -> None:
        sql = "insert into failures (at, channel, stage, why) values (?, ?, ?, ?)"
        self._db.execute(sql, [self._now(), channel, stage, why])

    def _free(self, kind: str, id: int) -> None:
        self._db.execute("delete from temp.taken where kind = ? and id = ?", [kind, id])


def _claimed(data: Path) -> int:
    """A handle that holds the store for this process until it ends, however it ends."""
    handle = os.open(data / "queue.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise StoreFailed(
            f"another program answers people from {data} already; stop it first, or set"
            " EXCHANGE_DATA to another folder"
        ) from error
    return handle
