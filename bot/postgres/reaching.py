"""The table `reach`: where one more reply may go. Each function is a part of a transaction."""

from collections.abc import Sequence

from bot.delivery.port import Job, Late, Reach
from bot.delivery.reaching import LONGEST
from bot.keys import DAY
from bot.postgres.life import Db
from bot.postgres.rows import send, wait_for_turn
from index.postgres.texts import raw, text


def keep(db: Db, job: Job, person: str, reach: Reach, now: float) -> None:
    """Keep where a reply may go; nothing changes where its token is known."""
    sql = """insert into reach (token, channel, conversation, person, goes_to, at)
             values (%s, %s, %s, %s, %s, %s) on conflict do nothing"""
    whose = [job.channel, raw(job.conversation), raw(person)]
    db.execute(sql, [reach.token, *whose, raw(reach.to), now])


def leave(db: Db, token: str, reply: str, now: float) -> bool:
    """Leave the one reply of a token, if it may still be. Its time begins anew."""
    sql = "update reach set reply = %s, at = %s where token = %s and reply is null"
    return bool(db.execute(sql, [raw(reply), now, token]).rowcount)


def deliver(db: Db, late: Late, calls: Sequence[str], now: float) -> None:
    """Move a reply to the outbox; nothing goes out where it was erased meanwhile."""
    this = "from reach where id = %s and channel = %s and goes_to = %s"  # see bot.postgres.rows
    which = [late.id, late.channel, raw(late.to)]
    whose = db.execute(f"select conversation, person {this}", which).fetchone()
    if whose is None:
        return
    conversation, person = text(whose[0]), text(whose[1])
    wait_for_turn(db, [(late.channel, conversation)])  # before the row, as who forgets has them
    if db.execute(f"delete {this}", which).rowcount:
        send(db, late.channel, conversation, person, calls, now)


def forget_person(db: Db, channel: str, person: str) -> None:
    """Erase where somebody could be reached."""
    db.execute("delete from reach where channel = %s and person = %s", [channel, raw(person)])


def discard(db: Db, tokens: Sequence[str]) -> int:
    """Erase where these tokens lead; how many there were."""
    return db.execute("delete from reach where token = any(%s)", [list(tokens)]).rowcount


def unused(db: Db, before: float) -> list[str]:
    """The tokens made before a time that no reply was left for."""
    sql = "select token from reach where reply is null and at < %s"
    return [str(row[0]) for row in db.execute(sql, [before]).fetchall()]


def lapse(db: Db, now: float) -> int:
    """Erase what nobody used for too long; how many there were."""
    return db.execute("delete from reach where at < %s", [now - LONGEST * DAY]).rowcount
