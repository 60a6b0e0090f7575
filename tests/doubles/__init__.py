"""Small servers that behave as the real ones do, faults included."""
