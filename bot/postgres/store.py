"""Inbox and outbox in PostgreSQL, for any number of serving processes on any number of machines.

What must not be lost is committed with `synchronous_commit = on`: on the disk of the primary, and
of its synchronous standbys where the server has any, before the call returns. What would only be
done twice is committed without waiting; a server that fails may forget the last of it.

Texts go to the server as parameters and stand in no statement, so they are in none of its logs as
long as `log_parameter_max_length` is 0 where it logs statements; in ours never.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.channels.port import Incoming
from bot.delivery.port import Failure, Job, Late, Parcel, Reach, StoreFailed, Waiting
from bot.postgres import erasing, order, reaching, rows
from bot.postgres.keys import SharedKeys
from bot.postgres.life import TABLES, Db
from bot.postgres.made import made
from bot.postgres.taking import Taking
from bot.postgres.writing import plainly, written
from index.postgres.texts import line, raw, text

_SEEN = "insert into seen (channel, message, at) values (%s, %s, %s) on conflict do nothing"
_WAITING = """select (select count(*) from inbox), (select min(came) from inbox),
    (select count(*) from outbox), (select min(made) from outbox),
    (select count(*) from failures)"""


class PostgresStore:
    """The store in one database. Any thread may call; any process may serve from it."""

    def __init__(
        self,
        dsn: str,
        data: Path,
        *,
        serving: bool = True,
        channels: Sequence[str] | None = None,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float | None] = lambda: None,
    ) -> None:
        """`serving`: take from it, known by the folder `data`; else only look. Raises StoreFailed.

        `channels`: take only what is of these; None: of all. `clock`: of pauses and leases, in
        seconds; None: the server's.
        """
        self._dsn, self._now, self._clock = dsn, now, clock
        with plainly(dsn):
            made(dsn)
            self._key = SharedKeys(dsn, "queue", days=36_500).valid()[0]  # never renewed
        self._serving = Taking(dsn, data, clock, channels) if serving else None

    def put(self, channel: str, messages: Sequence[Incoming]) -> int:
        """Keep what is new, durably before it returns, and tell how many that were."""
        now, new = self._now(), 0
        with written(self._dsn, durably=True) as db:
            rows.wait_for_turn(db, [(channel, one.conversation) for one in messages])
            for one in messages:
                if db.execute(_SEEN, [channel, self._key.hash(one.id), now]).rowcount:
                    talk = self._talk(channel, one.conversation)
                    rows.put(db, channel, one, now, talk, self._clock())
                    new += 1
        return new

    def take(self) -> Job | None:
        """The oldest message that is due and whose conversation waits for no earlier one.

        One over which a process died is answered while nothing else is by its process, so that no
        other is blamed when that dies again; other processes go on meanwhile.
        """
        row = self._mine.job()
        if row is None:
            return None
        id, channel, conversation, body, came, first, deaths, faults = row
        return Job(
            id=id, channel=channel, conversation=text(conversation), body=text(body), first=first,
            starts=deaths + 1, faults=faults, age=max(0.0, self._now() - came),
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
        """Erase the message's text and keep the calls that answer it, all or nothing of it.

        Nothing of it where another process took the message, thinking that this one was dead.
        """
        with written(self._dsn, durably=True) as db:
            rows.wait_for_turn(db, [(job.channel, job.conversation)])  # before any of its rows
            if forgets and person:
                reaching.forget_person(db, job.channel, person)
            if self._ended(db, job, person, calls):
                if reach is not None:
                    reaching.keep(db, job, person, reach, self._now())
                talk = self._talk(job.channel, job.conversation)
                if forgets:
                    rows.forget_talk(db, talk)
                elif not job.first:  # who answers that has nothing of it in memory
                    rows.keep_talk(db, job, talk, self._mine.me, self._clock())
        self._mine.ended(job)

    def failed(self, job: Job, pause: float) -> None:
        """Put the message back, for a new try in `pause` seconds."""
        self._mine.pause(job, pause, ", faults = faults + 1")

    def poisoned(self, job: Job, why: str, person: str, calls: Sequence[str]) -> None:
        """Give the message up: erase it, note why, and keep the calls that say so."""
        with written(self._dsn, durably=True) as db:
            self._ended(db, job, person, calls)
            rows.note(db, job.channel, "answering", why, self._now())
        self._mine.ended(job)

    def release(self, job: Job, pause: float = 0.0) -> None:
        """Put the message back as if it had not been taken, for `pause` seconds at least."""
        self._mine.pause(job, pause)

    def take_parcel(self) -> Parcel | None:
        """The oldest call that is due, in the order of its conversation."""
        row = self._mine.parcel()
        if row is None:
            return None
        id, channel, conversation, person, call, made, tries = row
        return Parcel(
            id=id, channel=channel, conversation=text(conversation), person=text(person),
            call=text(call), age=max(0.0, self._now() - made), tries=tries,
        )  # fmt: skip

    def sent(self, parcel: Parcel) -> None:
        """Erase a call that was made."""
        with written(self._dsn) as db:
            rows.erase_call(db, parcel)
        self._mine.ended(parcel)

    def defer(self, parcel: Parcel, pause: float) -> None:
        """Put a call back, for a new try in `pause` seconds."""
        self._mine.pause(parcel, pause)

    def give_up(self, parcel: Parcel, why: str) -> None:
        """Erase a call that cannot be made, and note why."""
        with written(self._dsn) as db:
            rows.erase_call(db, parcel)
            rows.note(db, parcel.channel, "sending", why, self._now())
        self._mine.ended(parcel)

    def forget(self, channel: str, conversation: str) -> None:
        """Erase all that waits for somebody who is gone, and where they could be reached."""
        with written(self._dsn, durably=True) as db:
            rows.wait_for_turn(db, [(channel, conversation)])
            for table in TABLES:
                sql = f"delete from {table} where channel = %s and conversation = %s"
                db.execute(sql, [channel, raw(conversation)])
            rows.mark_heads(db, [line(channel, conversation)])
            rows.forget_talk(db, self._talk(channel, conversation))

    def leave(self, token: str, reply: str) -> bool:
        """Leave the one reply of a token; False where there is none, or it was left before."""
        with written(self._dsn, durably=True) as db:
            return reaching.leave(db, token, reply, self._now())

    def take_late(self) -> Late | None:
        """The oldest reply that was left; ours until it is delivered or postponed."""
        row = self._mine.late()
        if row is None:
            return None
        return Late(id=row[0], channel=row[1], to=text(row[2]), reply=text(row[3]))

    def deliver(self, late: Late, calls: Sequence[str]) -> None:
        """Keep the calls that say it, in place of it and of its token."""
        with written(self._dsn, durably=True) as db:
            reaching.deliver(db, late, calls, self._now())
        self._mine.ended(late)

    def postpone(self, late: Late, pause: float) -> None:
        """Put a reply that was left back, for a new try in `pause` seconds."""
        self._mine.pause(late, pause)

    def discard(self, tokens: Sequence[str]) -> int:
        """Erase where these tokens lead, with what was left for them; how many there were."""
        with written(self._dsn, durably=True) as db:
            return reaching.discard(db, tokens)

    def unused(self, seconds: float) -> list[str]:
        """The tokens, made so long ago or longer, that no reply was left for."""
        with written(self._dsn) as db:
            return reaching.unused(db, self._now() - seconds)

    def let_go(self, taken: Job | Parcel | Late) -> None:
        """Let it be taken again, where nothing could be written about it: with the next look."""
        self._mine.let_go(taken)

    def waiting(self) -> Waiting:
        """How much waits."""
        with written(self._dsn) as db:
            row = db.execute(_WAITING).fetchone()
        assert row is not None, "counts are always told"
        (messages, came, calls, made, failures), now = row, self._now()
        return Waiting(
            messages=messages, oldest=max(0.0, now - came) if messages else 0.0,
            calls=calls, oldest_call=max(0.0, now - made) if calls else 0.0, failures=failures,
        )  # fmt: skip

    def failures(self) -> list[Failure]:
        """What was given up, the newest first."""
        with written(self._dsn) as db:
            sql = "select at, channel, stage, why from failures order by id desc"
            found = db.execute(sql).fetchall()
        return [
            Failure(at=at, channel=ch, stage=stage, why=text(why)) for at, ch, stage, why in found
        ]

    def probe(self) -> None:
        """Write something, durably: raises what a message would meet."""
        sql = """insert into pulse values (1, %s) on conflict (id) do update set at = excluded.at"""
        with written(self._dsn, durably=True) as db:
            db.execute(sql, [self._now()])

    def tidy(self) -> int:
        """Drop what is past its time, and count it; leave nothing of what was erased in the tables.

        What could be neither answered nor sent for too long is given up. `bot.postgres.erasing`
        says where a text may still be after this.
        """
        now = self._now()
        with written(self._dsn) as db:
            dropped = rows.lapse(db, now) + reaching.lapse(db, now)  # it waits for turns first
            db.execute(order.OVER, {"clock": self._clock()})
        with plainly(self._dsn):
            erasing.rewrite(self._dsn)
        return dropped

    def beat(self) -> None:
        """Tell the other processes that this one lives, and take over from those that do not.

        It is done by itself every few seconds (`bot.postgres.life`).
        """
        self._mine.beat()

    def close(self) -> None:
        """Let go of the store; what was taken will be taken again."""
        if self._serving is not None:
            self._serving.close()
            self._serving = None

    @property
    def _mine(self) -> Taking:
        if self._serving is None:
            raise StoreFailed("this store was opened only to look: nothing is taken from it")
        return self._serving

    def _talk(self, channel: str, conversation: str) -> str:
        """A conversation as `talks` has it."""
        return self._key.hash(f"{channel}\0{conversation}")

    def _ended(self, db: Db, job: Job, person: str, calls: Sequence[str]) -> bool:
        rows.wait_for_turn(db, [(job.channel, job.conversation)])
        if not rows.erase_message(db, job, self._mine.me):
            return False  # forgotten meanwhile: nobody waits for a reply
        rows.mark_heads(db, [line(job.channel, job.conversation)])
        whose, now = (job.channel, job.conversation, person), self._now()
        rows.send(db, *whose, calls, now, first=job.first)
        return True
