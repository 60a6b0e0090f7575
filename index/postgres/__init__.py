"""PostgreSQL: connections and migrations for everything of ours that is kept there."""


class DatabaseFailed(Exception):
    """A database that cannot be used. The text says why and what to do; no password is in it."""
