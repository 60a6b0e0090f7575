"""What is written to the queue in more than one place. Each function is a part of a transaction.

A standby that did not hear the last numbers gives them again: so what is erased is known by its
conversation as well.
"""

from collections.abc import Iterable, Sequence

from bot.channels.port import Incoming
from bot.delivery.order import FAILURE_DAYS, SEEN_DAYS, STAGES
from bot.delivery.port import Job, Parcel
from bot.keys import DAY
from bot.postgres import order
from bot.postgres.life import Db
from index.postgres.texts import line, raw

_LATE = "select distinct line from inbox where came < %s"


def wait_for_turn(db: Db, conversations: Iterable[tuple[str, str]]) -> None:
    """Let rows of one conversation be numbered in the order in which they become visible.

    A number is given before its row is seen: without this a later message could be taken while an
    earlier one is still being written by another process. Each is a channel and a conversation.
    """
    _lock(db, {line(channel, name) for channel, name in conversations})


def put(db: Db, channel: str, one: Incoming, now: float, talk: str, clock: float | None) -> None:
    """Put a message into the inbox; its conversation's turn was waited for.

    `talk`: its conversation as `talks` has it. `clock`: as of the store.
    """
    given = {
        "channel": channel, "conversation": raw(one.conversation), "body": raw(one.body),
        "line": line(channel, one.conversation), "now": now, "first": one.first,
        "talk": talk, "clock": clock,
    }  # fmt: skip
    db.execute(order.PUT, given)


def erase_message(db: Db, job: Job, me: str) -> bool:
    """Erase what `me` took, or nobody has now; False where it is gone or another has it."""
    sql = "delete from inbox where id = %s and line = %s and (owner = %s or owner is null)"
    return bool(db.execute(sql, [job.id, line(job.channel, job.conversation), me]).rowcount)


def erase_call(db: Db, parcel: Parcel) -> None:
    """Erase a call."""
    sql = "delete from outbox where id = %s and line = %s"
    db.execute(sql, [parcel.id, line(parcel.channel, parcel.conversation)])


def mark_heads(db: Db, lines: Sequence[int]) -> None:
    """Mark what waits for none, after messages of these conversations were erased."""
    db.execute(order.HEADS, [list(lines)])


def keep_talk(db: Db, job: Job, talk: str, me: str, clock: float | None) -> None:
    """What comes next of this conversation, or waits already, is for the process `me`."""
    of = line(job.channel, job.conversation)
    db.execute(order.TALK, {"line": of, "talk": talk, "me": me, "clock": clock})


def forget_talk(db: Db, talk: str) -> None:
    """It is for anybody."""
    db.execute("delete from talks where conversation = %s", [talk])


def send(
    db: Db, channel: str, conversation: str, person: str, calls: Sequence[str], now: float,
    *, first: bool = False,
) -> None:  # fmt: skip
    """Put calls into the outbox, in their order."""
    sql = """insert into outbox (channel, conversation, line, person, made, first, call)
             select %s, %s, %s, %s, %s, %s, given.call
             from unnest(%s::bytea[]) with ordinality as given (call, n) order by given.n"""
    whose = [channel, raw(conversation), line(channel, conversation), raw(person), now, first]
    db.execute(sql, [*whose, [raw(call) for call in calls]])


def note(db: Db, channel: str, stage: str, why: str, now: float) -> None:
    """Tell staff what was given up."""
    sql = "insert into failures (at, channel, stage, why) values (%s, %s, %s, %s)"
    db.execute(sql, [now, channel, stage, raw(why)])


def lapse(db: Db, now: float) -> int:
    """Drop what is past its time, and give up what waited for too long; how many rows."""
    dropped = db.execute("delete from seen where at < %s", [now - SEEN_DAYS * DAY]).rowcount
    old = now - FAILURE_DAYS * DAY
    dropped += db.execute("delete from failures where at < %s", [old]).rowcount
    late = [row[0] for row in db.execute(_LATE, [now - SEEN_DAYS * DAY]).fetchall()]
    _lock(db, set(late))  # before their rows: whoever answers has them in this order as well
    for rows, stage, days in STAGES:
        sql = f"delete from {rows} < %s returning channel"
        for (channel,) in db.execute(sql, [now - days * DAY]).fetchall():
            note(db, channel, stage, f"not possible for {days} days", now)
            dropped += 1
    mark_heads(db, late)
    return dropped


def _lock(db: Db, lines: set[int]) -> None:
    """Hold them until the transaction ends; all in one order, so that no two wait in a ring."""
    sql = "select pg_advisory_xact_lock(n) from unnest(%s::bigint[]) as n"
    db.execute(sql, [sorted(lines)])
