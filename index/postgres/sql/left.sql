-- Rows of snapshots that were pruned, and rows that no snapshot ever named: whoever made those was
-- stopped before it published, or has long measured what it made them for.
select id from library_rows
where id in (select rows from library_snapshots where gone)
  or (
    id not in (select rows from library_snapshots where rows is not null)
    and made < now() - %(unnamed)s::interval
  )
