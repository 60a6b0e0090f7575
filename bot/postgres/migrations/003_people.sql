-- What is kept by person, under a keyed hash; as bot/schemas/people.sql.
create table languages (person text primary key, language text);
create table learning (
  person text primary key, path text, step integer, due double precision, token text
);
create table limits (
  person text primary key, tokens double precision, at double precision, told integer
);
create table standing (person text primary key, country text, setting text);
create table turns (person text primary key, at double precision, language text, ids text);
create table joined (person text primary key, code text);
create table trainers (
  person text primary key, code text, at double precision, named integer
);

-- Counts of what people need; as bot/schemas/counts.sql.
create table weekly (
  week text collate "C", by text collate "C", value text collate "C",  -- sorted as SQLite does
  messages integer, people integer,
  primary key (week, by, value)
);
create table marks (
  week text collate "C", by text collate "C", value text collate "C", hash text,
  primary key (week, by, value, hash)
);
create table disclosures (month text collate "C" primary key, cards integer);

-- They are written at each message: room within a page lets an index stay as it is.
alter table limits set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
alter table turns set (fillfactor = 70);
alter table weekly set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

-- The planner's samples of a column (pg_statistic) outlive the rows: none of what is a person's.
alter table languages alter person set statistics 0;
alter table learning alter person set statistics 0, alter token set statistics 0;
alter table limits alter person set statistics 0;
alter table standing alter person set statistics 0;
alter table turns alter person set statistics 0, alter ids set statistics 0;
alter table joined alter person set statistics 0;
alter table trainers alter person set statistics 0, alter code set statistics 0;
alter table marks alter hash set statistics 0;
