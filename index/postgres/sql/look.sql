-- What a machine must know to follow: asked every few seconds.
select
  (select snapshot from library_current),
  array(select name from library_snapshots where not gone order by number desc),
  array(select name from library_snapshots where gone),
  array(select source from library_withdrawn)
