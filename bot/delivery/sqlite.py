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
from bot.delivery import reaching
from bot.delivery.claim import claimed
from bot.delivery.opening import opened, unusable
from bot.delivery.order import FAILURE_DAYS, NEXT_JOB, NEXT_PARCEL, SEEN_DAYS, given_up
from bot.delivery.port import Failure, Job, Late, Parcel, Reach, StoreFailed, Waiting
from bot.keys import DAY, Keys

FILE = "queue.db"
_LEASED = "select count(*), max(alone) from temp.held where kind = 'inbox' and until = ?"
_FOR_EVER = float("inf")
_TABLES = {Job: "inbox", Parcel: "outbox", Late: "reach"}


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
            self._key = Keys(data / "queue.key", days=36_500).valid()[0]  # never renewed
            self._db = opened(data / FILE)
            if serving:
                with self._written():  # over these the process before this one died
                    died = "update inbox set deaths = deaths + 1, begun = 0 where begun = 1"
                    self._db.execute(died)
        except BaseException as error:
            if self._claim is not None:
                os.close(self._claim)
            if isinstance(error, sqlite3.Error):
                raise StoreFailed(unusable(data / FILE, error)) from error
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
            row = self._db.execute(NEXT_JOB, [self._clock()]).fetchone()
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

    def answered(
        self,
        job: Job,
        person: str,
        calls: Sequence[str],
        *,
        reach: Reach | None = None,
        forgets: bool = False,
    ) -> None:
        """Erase the message's text and keep the calls that answer it, all or nothing of it."""
        with self._written(durably=True):
            if forgets and person:
                reaching.forget_person(self._db, job.channel, person)
            if self._end(job, person, calls) and reach is not None:
                reaching.keep(self._db, job, person, reach, self._now())

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
            row = self._db.execute(NEXT_PARCEL, [self._clock()]).fetchone()
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
        """Erase all that waits for somebody who is gone, and where they could be reached."""
        with self._written(durably=True):
            for table in ("inbox", "outbox", "reach"):
                sql = f"delete from {table} where channel = ? and conversation = ?"
                self._db.execute(sql, [channel, conversation])

    def leave(self, token: str, reply: str) -> bool:
        """Leave the one reply of a token; False where there is none, or it was left before."""
        with self._written(durably=True):
            return reaching.leave(self._db, token, reply, self._now())

    def take_late(self) -> Late | None:
        """The oldest reply that was left; ours until it is delivered or postponed."""
        with self._lock:
            late = reaching.first(self._db, self._clock())
            if late is not None:
                self._hold("reach", late.id)
        return late

    def deliver(self, late: Late, calls: Sequence[str]) -> None:
        """Keep the calls that say it, in place of it and of its token."""
        with self._written(durably=True):
            reaching.deliver(self._db, late, calls, self._now())
            self._free("reach", late.id)

    def postpone(self, late: Late, pause: float) -> None:
        """Put a reply that was left back, for a new try in `pause` seconds."""
        with self._lock:
            self._hold("reach", late.id, pause)

    def discard(self, tokens: Sequence[str]) -> int:
        """Erase where these tokens lead, with what was left for them; how many there were."""
        with self._written(durably=True):
            return reaching.discard(self._db, tokens)

    def unused(self, seconds: float) -> list[str]:
        """The tokens, made so long ago or longer, that no reply was left for."""
        with self._lock:
            return reaching.unused(self._db, self._now() - seconds)

    def let_go(self, taken: Job | Parcel | Late) -> None:
        """Let it be taken again, where nothing could be written about it."""
        with self._lock:
            self._free(_TABLES[type(taken)], taken.id)

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

        What could be neither answered nor sent for too long is given up (`order`).
        """
        now = self._now()
        seen, old = now - SEEN_DAYS * DAY, now - FAILURE_DAYS * DAY
        with self._written():
            dropped = self._db.execute("delete from seen where at < ?", [seen]).rowcount
            dropped += self._db.execute("delete from failures where at < ?", [old]).rowcount
            dropped += reaching.lapse(self._db, now)
            for channel, stage, why in given_up(self._db, now):
                self._note(channel, stage, why)
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

    def _end(self, job: Job, person: str, calls: Sequence[str]) -> bool:
        self._free("inbox", job.id)
        if not self._db.execute("delete from inbox where id = ?", [job.id]).rowcount:
            return False  # forgotten meanwhile: nobody waits for a reply
        sql = """insert into outbox (channel, conversation, person, call, made, first)
                 values (?, ?, ?, ?, ?, ?)"""
        whose, now = [job.channel, job.conversation, person], self._now()
        self._db.executemany(sql, [[*whose, call, now, job.first] for call in calls])
        return True

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
