-- The keys that make people hashes: who holds this table and the others holds both. Leave it out
-- of dumps (pg_dump --exclude-table-data=keys), or keep such dumps as the keys are kept.
create table keys (
  name text not null,                 -- whose: people, passed, queue, console
  made double precision not null,     -- seconds since 1970
  secret bytea not null,
  primary key (name, made)
);

alter table keys alter secret set statistics 0;  -- the planner's samples would hold it
