"""One file a network. Each has open_channel(settings) -> Channel."""
