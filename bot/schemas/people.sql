-- What is kept by person, under a keyed hash.
create table if not exists languages (person text primary key, language text);
create table if not exists learning
  (person text primary key, path text, step integer, due real, token text);
create table if not exists limits (person text primary key, tokens real, at real, told integer);
create table if not exists standing (person text primary key, country text, setting text);
create table if not exists turns (person text primary key, at real, language text, ids text);
create table if not exists joined (person text primary key, code text);
create table if not exists trainers (person text primary key, code text, at real, named integer);
