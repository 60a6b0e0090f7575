-- Which libraries have their rows here. The rows of each lie in a schema of its own, library_ID, so
-- that a library is made in one transaction and taken away by dropping its schema.
create extension if not exists vector;

create table library_rows (
  id text primary key,              -- as the file rows.json of the snapshot's folder has it
  made timestamptz not null default clock_timestamp()
);
