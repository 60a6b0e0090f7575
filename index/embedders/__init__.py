"""One file a runtime. Each has open_embedder(model) -> Embedder."""
