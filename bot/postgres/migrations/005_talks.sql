-- Which process answered a conversation last: a draft, and what a button stands for, is in its
-- memory only, so what comes next is kept for it a moment.
create table talks (
  conversation text primary key,     -- a keyed hash of it and its channel
  server text not null,              -- servers.id
  until double precision not null    -- by this server's clock
);
create index talks_until on talks (until);
alter table talks alter conversation set statistics 0;

-- It waits for its owner, who may take it at once; everybody may once it is due.
alter table inbox add column bound boolean not null default false;
