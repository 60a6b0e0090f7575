"""The hub's desk: what its staff do for people, and what people give to the hub."""
