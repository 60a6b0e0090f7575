-- A library whose rows lie on several PostgreSQL servers, asked by the very same statement
-- (index/postgres/sql/search.sql): its tables become partitioned ones, and each partition is a
-- foreign table on one server, a shard. The database of DATABASE_URL, here the coordinator, keeps
-- the words' frequencies, and the files of the libraries.
--
-- Run this file once on the coordinator, as an account that may make extensions:
--
--   psql "$DATABASE_URL" -f docs/shards.sql
--
-- Every shard needs pgvector: create extension vector. The coordinator is told of each, once:
--
--   create server shard1 foreign data wrapper postgres_fdw options (
--     host 'shard1.example.org', dbname 'exchange',
--     extensions 'vector',              -- so that distances are computed where the vectors are
--     async_capable 'true',             -- the shards work at the same time where rows are listed
--     fetch_size '200', batch_size '500',
--     options '-c hnsw.ef_search=400 -c hnsw.iterative_scan=strict_order -c cursor_tuple_fraction=0.001'
--   );                                  -- the last: of a graph only the beginning will be read
--   create user mapping for current_user server shard1 options (user 'exchange', password '…');
--
-- and, so that sums and distances are computed on the shards as well:
--
--   alter database exchange set enable_partitionwise_aggregate = on;
--
-- After each refresh, move the rows out, and take away on the shards what was pruned here. The id
-- stands in rows.json of the snapshot's folder, and in library_rows:
--
--   call shard_library('library_0123456789abcdef', array['shard1', 'shard2', 'shard3']);
--   call sweep_shards(array['shard1', 'shard2', 'shard3']);
--
-- While it is moved the library answers on from where it was. Where a call is broken off, the
-- library has not changed: drop the schema of its name on the shards, and call again.

create extension if not exists postgres_fdw;
create extension if not exists dblink;

create or replace procedure shard_library(library text, servers text[])
language plpgsql as $$
declare
  tables constant text[] := array['passages', 'vectors', 'sentences', 'postings'];
  name text;
  server text;
  columns text;
  definition text;
  number integer;
begin
  foreach server in array servers loop
    perform dblink_exec(server, format('create schema %I', library));
  end loop;
  foreach name in array tables loop
    select string_agg(format('%I %s not null', attname, format_type(atttypid, atttypmod)), ', '
        order by attnum)
      into columns
      from pg_attribute
      where attrelid = format('%I.%I', library, name)::regclass and attnum > 0
        and not attisdropped;
    execute format('create table %I.%I (%s) partition by hash (passage)', library,
      'split_' || name, columns);
    for number in 1 .. cardinality(servers) loop
      server := servers[number];
      perform dblink_exec(server, format(
        'create table %I.%I (%s) with (toast_tuple_target = 8160)', library, name, columns));
      execute format(
        'create foreign table %I.%I partition of %I.%I'
        ' for values with (modulus %s, remainder %s)'
        ' server %I options (schema_name %L, table_name %L)',
        library, name || '_' || number, library, 'split_' || name, cardinality(servers),
        number - 1, server, library, name);
    end loop;
    execute format('insert into %1$I.%2$I select * from %1$I.%3$I', library, 'split_' || name,
      name);
    commit;  -- so that the shards may index what they hold now
    for definition in
      select indexdef from pg_indexes where schemaname = library and tablename = name
    loop
      foreach server in array servers loop
        perform dblink_exec(server, definition);
      end loop;
    end loop;
    foreach server in array servers loop
      perform dblink_exec(server, format('analyze %I.%I', library, name));
    end loop;
    for number in 1 .. cardinality(servers) loop
      execute format('analyze %I.%I', library, name || '_' || number);
    end loop;
  end loop;
  foreach name in array tables loop  -- all at once
    execute format('drop table %I.%I', library, name);
    execute format('alter table %I.%I rename to %I', library, 'split_' || name, name);
  end loop;
end
$$;

create or replace procedure sweep_shards(servers text[])
language plpgsql as $$
declare
  server text;
  gone text;
begin
  foreach server in array servers loop
    for gone in
      select held.name
        from dblink(server, 'select nspname::text from pg_namespace where nspname like ''library\_%''')
          as held (name text)
        where not exists (select from pg_namespace where nspname = held.name)
    loop
      perform dblink_exec(server, format('drop schema %I cascade', gone));
    end loop;
  end loop;
end
$$;
