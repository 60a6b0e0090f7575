-- Which messages came, so that one that the network delivers again is known: no text, nobody.
create table if not exists seen (
  channel text not null,
  message text not null,             -- a keyed hash of the network's id
  at real not null,                  -- seconds since 1970
  primary key (channel, message)
) without rowid;
create index if not exists seen_at on seen (at);

-- What came in and is not answered yet. No id is used twice: somebody may still hold the old one.
create table if not exists inbox (
  id integer primary key autoincrement,
  channel text not null,
  conversation text not null,
  body text not null,
  came real not null,                -- seconds since 1970
  first integer not null default 0,  -- 1: waits for nothing else of its conversation
  begun integer not null default 0,  -- 1: is being answered, or was when the process died
  deaths integer not null default 0, -- how often the process died over it
  faults integer not null default 0  -- how often it failed
);
create index if not exists inbox_order on inbox (first desc, id);
create index if not exists inbox_conversation on inbox (channel, conversation, id);

-- What goes out: a row a call, erased once it was made.
create table if not exists outbox (
  id integer primary key autoincrement,
  channel text not null,
  conversation text not null,
  person text not null,
  call text not null,
  made real not null,
  first integer not null default 0,
  tries integer not null default 0
);
create index if not exists outbox_order on outbox (first desc, id);
create index if not exists outbox_conversation on outbox (channel, conversation, id);

-- What was given up, for staff.
create table if not exists failures (
  id integer primary key,
  at real not null,
  channel text not null,
  stage text not null,
  why text not null
);

-- Written to find out whether writing works.
create table if not exists pulse (id integer primary key, at real not null);

-- Where one more reply may go, days from now: to the holder of the token, once.
create table if not exists reach (
  id integer primary key autoincrement,
  token text not null unique,
  channel text not null,
  conversation text not null,
  person text not null,
  goes_to text not null,
  at real not null,
  reply text                         -- once it was left; null before
);
