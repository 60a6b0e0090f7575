-- The libraries that were published, for every machine: the files of each snapshot's folder, which
-- one answers, and which sources never answer again.
create table library_snapshots (
  name text primary key,            -- the moment it was published, UTC, as its folder is called
  number bigint not null generated always as identity,  -- the order of publishing
  rows text,                        -- the id of its rows in library_rows, if its engine has any
  originals text[] not null,        -- the digests of the PDF files that it was read from
  gone boolean not null default false  -- pruned: its files are not here; machines drop theirs, too
);

create table library_files (
  snapshot text not null references library_snapshots,
  file text not null,
  part integer not null,            -- from 0; all but the last are of one size
  content bytea not null,
  primary key (snapshot, file, part)
);
alter table library_files alter column content set storage external;  -- vectors do not compress

create table library_current (
  only_row boolean primary key default true check (only_row),
  snapshot text not null references library_snapshots
);

create table library_withdrawn (
  source text primary key
);

create table library_originals (
  sha256 text not null,
  part integer not null,            -- as in library_files
  content bytea not null,
  primary key (sha256, part)
);
alter table library_originals alter column content set storage external;
