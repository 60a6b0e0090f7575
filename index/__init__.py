"""Finding passages: embedders, engines, and the one ranking they make together."""
