-- The passages nearest to a question by vectors and by words, best first: index/fusion.py says how
-- both are weighed. What is computed for many passages is asked for by a list of their numbers, so
-- that a shard behind postgres_fdw is asked once a table.
with question as materialized (
  select %(vector)s::text::vector as vector
),
told as materialized (              -- how much each word of the question tells, in nats
  select asked.term as word, t.number, t.documents, t.most,
    greatest(
      ln(
        (%(documents)s - coalesce(t.documents, 0) + 0.5::float8)
        / (coalesce(t.documents, 0) + 0.5::float8)
      ),
      1e-6
    ) * case when t.number is null then %(unknown)s::float8 else 1 end as nats
  from unnest(%(terms)s::text[]) as asked (term)
  left join {schema}.terms as t on t.term = asked.term
),
rare as materialized (              -- words that propose passages; the rarest if all are common
  select number from told where documents <= %(common)s
  union all
  (
    select number from told
    where number is not null and not exists (select from told where documents <= %(common)s)
    order by documents, word limit 1
  )
),
weighed as materialized (           -- passages that they stand in
  select passage, sum(weight::float8) as weight
  from {schema}.postings
  where term = any (array(select number from rare))
    and (
      %(languages)s::text[] is null and %(sources)s::text[] is null and %(without)s::text[] is null
      or passage in (
        select passage from {schema}.vectors
        where (%(languages)s::text[] is null or language = any (%(languages)s::text[]))
          and (%(sources)s::text[] is null or source = any (%(sources)s::text[]))
          and (%(without)s::text[] is null or source <> all (%(without)s::text[]))
      )
    )
  group by passage
),
bar as materialized (               -- below it, no common words can lift one among the best
  select coalesce(
      (
        select weight from weighed
        order by weight desc offset %(candidates)s - 1 limit 1
      ), 0
    ) - coalesce(
      (select sum(most::float8) from told where documents > %(common)s), 0
    ) - 1e-6 as weight
),
hopeful as materialized (           -- in a large library, only the best of them
  select passage from weighed
  where weight >= (select weight from bar)
  order by weight desc, passage limit %(hopeful)s
),
by_words as materialized (
  select passage
  from {schema}.postings
  where passage = any (array(select passage from hopeful))
    and term = any (array(select number from told where number is not null))
  group by passage
  order by sum(weight::float8) desc, passage
  limit %(candidates)s
),
near as materialized (
  select passage
  from {schema}.vectors
  where (%(languages)s::text[] is null or language = any (%(languages)s::text[]))
    and (%(sources)s::text[] is null or source = any (%(sources)s::text[]))
    and (%(without)s::text[] is null or source <> all (%(without)s::text[]))
  order by embedding <#> (select vector from question)::{kind}
  limit %(candidates)s
),
chosen as materialized (
  select array(select passage from near union select passage from by_words) as passages
),
wholes as materialized (
  select passage, max(-(embedding::vector <#> (select vector from question))) as cosine
  from {schema}.vectors
  where passage = any ((select passages from chosen)::integer[])
  group by passage                  -- of one row each: what is grouped, a shard computes itself
),
pieces as materialized (
  select passage, max(cosine) as best, array_agg(cosine order by place) as cosines
  from (
    select passage, place, -(embedding::vector <#> (select vector from question)) as cosine
    from {schema}.sentences
    where passage = any ((select passages from chosen)::integer[])
  ) as each
  group by passage
),
shares as materialized (
  select passage, sum(weight::float8) / (select sum(nats) from told) as words
  from {schema}.postings
  where passage = any ((select passages from chosen)::integer[])
    and term = any (array(select number from told where number is not null))
  group by passage
),
fused as materialized (
  select passage, (cosine + coalesce(best, cosine)) / 2 as dense, coalesce(words, 0) as words,
    coalesce(cosines, '{{}}') as cosines
  from wholes left join pieces using (passage) left join shares using (passage)
),
best as materialized (
  select passage, dense, words, cosines, dense + %(weight)s::float8 * words as score
  from fused
  order by score desc, passage
  limit %(k)s
)
select p.id, b.score, b.dense, b.words, b.cosines, p.texts,
  array(select word from told order by word), array(select nats from told order by word)
from best as b
join {schema}.passages as p on p.passage = b.passage
where p.passage = any (array(select passage from best))
order by b.score desc, b.passage
