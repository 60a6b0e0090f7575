-- What came in. Once answered, body and conversation are emptied; the rest tells a message that
-- the network delivers again.
create table if not exists inbox (
  id integer primary key,
  channel text not null,
  message text not null,             -- a keyed hash of the network's id
  conversation text not null,
  body text not null,
  state text not null default 'waiting',  -- waiting, done
  came real not null,                -- seconds since 1970
  due real not null,
  starts integer not null default 0, -- how often answering began
  faults integer not null default 0, -- how often it failed
  unique (channel, message)
);
create index if not exists inbox_waiting on inbox (channel, conversation, id) where state = 'waiting';
create index if not exists inbox_done on inbox (came) where state = 'done';

-- What goes out: a row a call, erased once it was made.
create table if not exists outbox (
  id integer primary key,
  channel text not null,
  conversation text not null,
  person text not null,
  call text not null,
  made real not null,
  due real not null,
  tries integer not null default 0
);
create index if not exists outbox_waiting on outbox (channel, conversation, id);

-- What was given up, for staff.
create table if not exists failures (
  id integer primary key,
  at real not null,
  channel text not null,
  stage text not null,
  why text not null
);
