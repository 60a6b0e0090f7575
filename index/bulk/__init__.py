"""Embedding a large library: many processes, or a Ray cluster, lease its texts batch by batch."""
