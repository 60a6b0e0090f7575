"""Which message and which call come next, and which were waited for long enough.

Next is the oldest that waits for none of its conversation.
"""

import sqlite3

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
_STAGES = (
    ("inbox where came", "answering"),
    ("outbox where made", "sending"),
    ("reach where reply is not null and at", "sending"),  # left, and never packed
)


def given_up(db: sqlite3.Connection, before: float) -> list[tuple[str, str]]:
    """Erase what is older, of a channel that was switched off, say; (channel, stage) of each."""
    given = []
    for old, stage in _STAGES:
        sql = f"delete from {old} < ? returning channel"
        given += [(str(row[0]), stage) for row in db.execute(sql, [before]).fetchall()]
    return given
