-- All but the newest are gone, and never the one that answers.
update library_snapshots set gone = true
where not gone
  and name not in (select name from library_snapshots where not gone order by number desc limit %(kept)s)
  and name not in (select snapshot from library_current)
