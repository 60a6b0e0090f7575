"""One file a search engine. Each has open_index(folder, embedder) -> Index."""
