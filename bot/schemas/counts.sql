-- By day: together with weeks they would tell too much.
drop table if exists cells;
drop table if exists seen;

create table if not exists weekly (
  week text, by text, value text, messages integer, people integer,
  primary key (week, by, value)
);
create table if not exists marks (
  week text, by text, value text, hash text,
  primary key (week, by, value, hash)
);
create table if not exists disclosures (month text primary key, cards integer);
