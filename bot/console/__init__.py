"""The pages of the hub's staff: sign-in, roles, what was done, and the library's upkeep."""
