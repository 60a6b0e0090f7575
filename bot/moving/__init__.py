"""Moving a hub from files to PostgreSQL and back: copied, proved, and only then set aside."""
