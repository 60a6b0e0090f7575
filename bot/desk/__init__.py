"""What the hub's staff do for people: kept in `desk.db` of the data folder."""
