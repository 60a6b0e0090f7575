"""One file a format. Each names its MEDIA_TYPES and has read(data) -> Document."""
