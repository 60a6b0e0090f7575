"""Which message and which call come next: the oldest that waits for none of its conversation."""

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
