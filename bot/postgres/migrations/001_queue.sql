-- The queue of several processes. What people wrote is bytea: UTF-8 that may hold U+0000 and lone
-- surrogates, which text does not. Of each row that can be taken:
--   owner  who has it, or who paused it: servers.id; null for nobody
--   begun  it is being worked on
--   due    if it is not: the owner's pause ends then, in seconds since 1970 by this server's clock

-- Processes that serve, each while it lives.
create table servers (
  id text primary key,               -- of one life of a process
  slot text not null,                -- where it runs; who comes back there knows the former dead
  until double precision not null    -- its next sign of life is due before, by this server's clock
);

-- Which messages came, so that one that the network delivers again is known: no text, nobody.
create table seen (
  channel text not null,
  message text not null,             -- a keyed hash of the network's id
  at double precision not null,      -- seconds since 1970, as all such
  primary key (channel, message)
);
create index seen_at on seen (at);

-- What came in and is not answered yet.
create table inbox (
  id bigint generated always as identity primary key,
  channel text not null,
  conversation bytea not null,
  line bigint not null,              -- a hash of these two: its messages are answered in order
  body bytea not null,
  came double precision not null,
  first boolean not null,            -- waits for nothing else of its conversation
  head boolean not null,             -- waits for none of its conversation: the next of it
  owner text,
  begun boolean not null default false,
  due double precision not null default 0,
  deaths integer not null default 0, -- how often a process died over it
  faults integer not null default 0  -- how often it failed
);
create index inbox_order on inbox (first desc, id) where head;
create index inbox_line on inbox (line, id);
create index inbox_first on inbox (line, id) where first;
create index inbox_owner on inbox (owner) where owner is not null;

-- What goes out: a row a call, erased once it was made.
create table outbox (
  id bigint generated always as identity primary key,
  channel text not null,
  conversation bytea not null,
  line bigint not null,
  person bytea not null,
  call bytea not null,
  made double precision not null,
  first boolean not null default false,
  owner text,
  begun boolean not null default false,
  due double precision not null default 0,
  tries integer not null default 0
);
create index outbox_order on outbox (first desc, id);
create index outbox_line on outbox (line, id);
create index outbox_owner on outbox (owner) where owner is not null;

-- Where one more reply may go, days from now: to the holder of the token, once.
create table reach (
  id bigint generated always as identity primary key,
  token text not null unique,
  channel text not null,
  conversation bytea not null,
  person bytea not null,
  goes_to bytea not null,
  at double precision not null,
  reply bytea,                       -- once it was left; null before
  owner text,
  begun boolean not null default false,
  due double precision not null default 0
);
create index reach_left on reach (id) where reply is not null;
create index reach_owner on reach (owner) where owner is not null;

-- What was given up, for staff.
create table failures (
  id bigint generated always as identity primary key,
  at double precision not null,
  channel text not null,
  stage text not null,
  why bytea not null
);

-- Written to find out whether writing works.
create table pulse (id integer primary key, at double precision not null);

-- These are emptied as fast as they fill: their dead rows must not pile up between two looks.
alter table inbox set (autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);
alter table outbox set (autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);

-- The planner's samples of a column (pg_statistic) outlive the rows, and no vacuum clears them: none
-- of what people wrote, nor of who wrote. `line` can be guessed from a phone number.
alter table inbox
  alter conversation set statistics 0,
  alter line set statistics 0,
  alter body set statistics 0;
alter table outbox
  alter conversation set statistics 0,
  alter line set statistics 0,
  alter person set statistics 0,
  alter call set statistics 0;
alter table reach
  alter token set statistics 0,
  alter conversation set statistics 0,
  alter person set statistics 0,
  alter goes_to set statistics 0,
  alter reply set statistics 0;
