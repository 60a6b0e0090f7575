"""State in PostgreSQL: queue, people, counts and desk for several processes and machines."""
