-- The tables of one library. {kind} is vector where every vector is compared, halfvec beyond.
create schema {schema};

-- A passage is known by its number: the how-manieth it is in the library, from 0.
create table {schema}.passages (
  passage integer primary key,
  id text not null,                 -- as the library's file has it
  texts text[] not null             -- its sentences
);

create table {schema}.vectors (
  passage integer not null,
  source text not null,
  language text not null,
  embedding {kind}({dimension}) not null
) with (toast_tuple_target = 8160);  -- a vector beside its row: a scan reads no second table
alter table {schema}.vectors alter column embedding set storage external;

create table {schema}.sentences (
  passage integer not null,
  place smallint not null,          -- in reading order
  embedding halfvec({dimension}) not null
) with (toast_tuple_target = 8160);
alter table {schema}.sentences alter column embedding set storage external;

create table {schema}.terms (
  term text not null,
  number integer not null,
  documents integer not null,       -- how many passages it stands in
  most real not null                -- the greatest of its weights
);

create table {schema}.postings (
  term integer not null,            -- its number
  passage integer not null,
  weight real not null              -- BM25, as index/words.py computes it
);
