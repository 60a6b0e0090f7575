"""What can go wrong with a document or a catalogue, in words for the hub's staff."""


class UnreadableDocument(Exception):
    """A file that cannot enter the library. Its text says what is wrong and what to do."""


class FetchFailed(Exception):
    """An address that gave no document. Its text says why and what to do."""


class BadCatalogue(Exception):
    """A catalogue that cannot be used. Its text names the file, the row and the field."""
