"""PostgreSQL: connections and migrations for everything of ours that is kept there."""
