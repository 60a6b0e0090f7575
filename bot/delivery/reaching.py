"""The table `reach`: where one more reply may go. Each function is a part of a transaction."""

import sqlite3
from collections.abc import Sequence

from bot.delivery.port import Job, Late, Reach
from bot.keys import DAY

LONGEST = 100  # days; who made the token should have erased it before


def keep(db: sqlite3.Connection, job: Job, person: str, reach: Reach, now: float) -> None:
    """Keep where a reply may go; nothing changes where its token is known."""
    sql = """insert into reach (token, channel, conversation, person, goes_to, at)
             values (?, ?, ?, ?, ?, ?) on conflict do nothing"""
    db.execute(sql, [reach.token, job.channel, job.conversation, person, reach.to, now])


def leave(db: sqlite3.Connection, token: str, reply: str, now: float) -> bool:
    """Leave the one reply of a token, if it may still be. Its time begins anew."""
    sql = "update reach set reply = ?, at = ? where token = ? and reply is null"
    return bool(db.execute(sql, [reply, now, token]).rowcount)


def first(db: sqlite3.Connection, clock: float) -> Late | None:
    """The oldest reply that was left and is not held."""
    sql = """
        select id, channel, goes_to, reply from reach where reply is not null
        and id not in (select id from temp.held where kind = 'reach' and until > ?)
        order by id limit 1
    """
    row = db.execute(sql, [clock]).fetchone()
    return Late(id=row[0], channel=row[1], to=row[2], reply=row[3]) if row else None


def deliver(db: sqlite3.Connection, late: Late, calls: Sequence[str], now: float) -> None:
    """Move a reply to the outbox; nothing goes out where it was erased meanwhile."""
    sql = "delete from reach where id = ? returning channel, conversation, person"
    whose = db.execute(sql, [late.id]).fetchone()
    if whose is not None:
        into = "insert into outbox (channel, conversation, person, call, made) values (?,?,?,?,?)"
        db.executemany(into, [[*whose, call, now] for call in calls])


def forget_person(db: sqlite3.Connection, channel: str, person: str) -> None:
    """Erase where somebody could be reached."""
    db.execute("delete from reach where channel = ? and person = ?", [channel, person])


def discard(db: sqlite3.Connection, tokens: Sequence[str]) -> int:
    """Erase where these tokens lead; how many there were."""
    return sum(db.execute("delete from reach where token = ?", [t]).rowcount for t in tokens)


def unused(db: sqlite3.Connection, before: float) -> list[str]:
    """The tokens made before a time that no reply was left for."""
    sql = "select token from reach where reply is null and at < ?"
    return [str(row[0]) for row in db.execute(sql, [before]).fetchall()]


def lapse(db: sqlite3.Connection, now: float) -> int:
    """Erase what nobody used for too long; how many there were."""
    return db.execute("delete from reach where at < ?", [now - LONGEST * DAY]).rowcount
