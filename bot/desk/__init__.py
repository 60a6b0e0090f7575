"""The hub's own desk: what people need, and what its staff make of it."""
