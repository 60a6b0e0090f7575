-- The staff's desk: accounts, and what people gave or let pass on to it.
create table if not exists passed (
  id integer primary key autoincrement, token text unique, person text, text text, language text,
  channel text, at real
);
create table if not exists contributions (
  text text, place text, year text, language text, name text, speaks text,
  id text primary key, state text, given real, reach text, code text
);
create table if not exists curated (
  id integer primary key autoincrement, questions text, text text, language text, quotes text,
  at real, retired text
);
create table if not exists curated_vectors (
  space text, language text, question text, vector blob, primary key (space, language, question)
);
create table if not exists proposals
  (id integer primary key, at real, question text, language text, reason text, sources text);
create table if not exists workshops (
  code text primary key, title text, language text, topic text, country text, setting text,
  documents text, questions text, created real, expires real, by text
);
create table if not exists accounts
  (name text primary key, role integer, hash text, language text, made real);
create table if not exists audit
  (id integer primary key, at real, name text, what text, detail text);
create table if not exists sessions (hash text primary key, name text, made real, used real);

-- The first version kept them beside their key.
drop table if exists failures;
drop table if exists failures_key;
create table if not exists tries (name text primary key, count integer, at real);
