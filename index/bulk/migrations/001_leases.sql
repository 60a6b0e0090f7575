-- Texts that wait to be embedded, and the vectors that came of them, for workers on many machines.
create table embedding_jobs (
  key text primary key,              -- of the vector
  space text not null,
  body bytea not null,               -- the text, UTF-8
  place bigint generated always as identity,
  worker text not null default '',
  until double precision not null default 0  -- seconds since 1970, by this server's clock
);
create index embedding_jobs_until on embedding_jobs (until, place);

create table embedding_vectors (
  key text primary key,
  vector bytea not null              -- float32, as in the file of vectors
);
