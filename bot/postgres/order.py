"""Which message, call and late reply is taken next, as one statement each.

A process takes only what is of its own channels: another may have more of them.

Next is the oldest that nobody has and that waits for none of its conversation. Two who take in the
same instant cannot take two of one conversation: a row waits while an earlier one is *there*, taken
or not, and it goes only when it is answered. Who else is at the row itself has it locked, and is
passed by.

A message is kept WAIT seconds for the process that answered the one before it, where that lives:
what the person may press or go on with is in its memory. What is `first` waits for nobody, and
changes nothing of that.

Of messages, those that wait for none are marked (`head`), by whoever puts or erases one while it
holds the conversation's lock: a person who sends 20,000 costs nobody else a look at each. Of calls
there are few a conversation: an earlier one is looked for, by `limit 1` in the index only.
"""

WAIT = 2.0  # seconds: a process that is not busy looks twice a second
LASTS = 1_800.0  # seconds without a word, after which nothing of a conversation is in memory
NOW = "coalesce(%(clock)s::float8, extract(epoch from clock_timestamp())::float8)"
_IS_FREE = f"""(one.owner is null or (not one.begun and ({{kept}}one.due <= {NOW})))
  and (%(channels)s::text[] is null or one.channel = any(%(channels)s))"""
_FREE = _IS_FREE.format(kept="")
_FREE_OR_KEPT = _IS_FREE.format(kept="(one.bound and one.owner = %(me)s) or ")
_NO_EARLIER = """(select 1 from outbox as earlier where earlier.line = one.line
    and earlier.id < one.id and earlier.first >= one.first limit 1) is null"""
_NEXT = """
with next as materialized (
  select one.id from {table} as one
  where {waits} and {free}
  order by one.first desc, one.id limit 1
  for update of one skip locked
)
update {table} as taken set owner = %(me)s, begun = true{set} from next
where taken.id = next.id and {unless} returning {columns}
"""
JOB = _NEXT.format(
    table="inbox", free=_FREE_OR_KEPT, set=", bound = false",
    waits="one.head and (one.first or not %(alone)s)",
    unless="(taken.deaths = 0 or not %(busy)s)",
    columns="taken.id, channel, conversation, body, came, first, deaths, faults",
)  # fmt: skip
PARCEL = _NEXT.format(
    table="outbox", free=_FREE, set=", tries = tries + 1", waits=_NO_EARLIER, unless="true",
    columns="taken.id, channel, conversation, person, call, made, tries - 1",
)  # fmt: skip
LATE = f"""
with next as materialized (
  select one.id from reach as one where one.reply is not null and {_FREE}
  order by one.id limit 1 for update of one skip locked
)
update reach as taken set owner = %(me)s, begun = true from next
where taken.id = next.id returning taken.id, channel, goes_to, reply
"""
PAUSED = f"""
update {{table}} set begun = false, due = {NOW} + %(pause)s{{more}}
where id = %(id)s and owner = %(me)s
"""
PUT = f"""
with talk as (
  select talks.server from talks join servers on servers.id = talks.server
  where talks.conversation = %(talk)s and talks.until > {NOW} and not %(first)s
)
insert into inbox (channel, conversation, line, body, came, first, head, owner, bound, due)
select %(channel)s, %(conversation)s, %(line)s, %(body)s, %(now)s, %(first)s, not exists
  (select 1 from inbox where line = %(line)s and first >= %(first)s),
  (select server from talk), exists (select 1 from talk), {NOW} + {WAIT}
"""
TALK = f"""
with kept as (
  update inbox set owner = %(me)s, bound = true, due = {NOW} + {WAIT}
  where line = %(line)s and head and not first and not begun and (owner is null or bound)
)
insert into talks (conversation, server, until) values (%(talk)s, %(me)s, {NOW} + {LASTS})
on conflict (conversation) do update set server = excluded.server, until = excluded.until
"""
# A time too far ahead was written before somebody set the server's clock back. Whoever answers has
# a row of these while it waits for others of ours: it is passed by.
OVER = f"""
delete from talks where conversation in (
  select conversation from talks where until < {NOW} or until > {NOW} + {LASTS}
  for update skip locked
)
"""
# The oldest of a conversation waits for none, nor does the oldest that is `first`.
HEADS = """
update inbox set head = true where not head and id in (
  select oldest.id from unnest(%s::bigint[]) as n cross join lateral (
    (select id from inbox where line = n order by id limit 1) union all
    (select id from inbox where line = n and first order by id limit 1)
  ) as oldest
)
"""
