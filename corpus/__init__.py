"""What the hub publishes: sources, documents with their pages, passages."""
