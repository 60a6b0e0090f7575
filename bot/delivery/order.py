"""Which message and which call come next, and which were waited for long enough.

Next is the oldest that waits for none of its conversation.
"""

import sqlite3

from bot.keys import DAY
from bot.messages import RETURNS

SEEN_DAYS = 8  # a network repeats a message for a week: Meta does
FAILURE_DAYS = 30  # that staff see what was given up

_NEXT = """
select {columns} from {table} as one
where id not in (select id from temp.held where kind = '{table}' and until > ?)
and not exists (select 1 from {table} as earlier where earlier.channel = one.channel
  and earlier.conversation = one.conversation and earlier.id < one.id
  and earlier.first >= one.first)
order by first desc, id limit 1
"""
NEXT_JOB = _NEXT.format(
    table="inbox", columns="id, channel, conversation, body, came, first, deaths, faults"
)
NEXT_PARCEL = _NEXT.format(
    table="outbox", columns="id, channel, conversation, person, call, made, tries"
)
STAGES = (
    ("inbox where came", "answering", SEEN_DAYS),
    ("outbox where made", "sending", SEEN_DAYS),
    ("reach where reply is not null and at", "sending", RETURNS),  # left, and never packed
)


def given_up(db: sqlite3.Connection, now: float) -> list[tuple[str, str, str]]:
    """Erase what waited for too long, of a channel that was switched off, say.

    Gives the channel, the stage and why of each.
    """
    given = []
    for old, stage, days in STAGES:
        sql, why = f"delete from {old} < ? returning channel", f"not possible for {days} days"
        rows = db.execute(sql, [now - days * DAY]).fetchall()
        given += [(str(row[0]), stage, why) for row in rows]
    return given
