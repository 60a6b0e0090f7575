"""What can go wrong with a document or a catalogue, in words for the hub's staff."""

from enum import StrEnum


class UnreadableDocument(Exception):
    """A file that cannot enter the library. Its text says what is wrong and what to do."""


class ScannedDocument(UnreadableDocument):
    """A document whose pages are pictures: it needs text recognition first."""

    def __init__(self, text: str, pages: int = 0) -> None:
        super().__init__(text)
        self.pages = pages


class Why(StrEnum):
    """Why an address gave no document, for a report."""

    ADDRESS = "no address"
    GONE = "gone"  # 404, 410: the server knows that it is not there
    REFUSED = "refused"
    AWAY = "away"
    ROBOTS = "robots.txt"
    PRIVATE = "private address"
    REDIRECTS = "redirects"
    TLS = "certificate"
    TIMEOUT = "time"
    TOO_LARGE = "too large"
    TRUNCATED = "broken off"


class FetchFailed(Exception):
    """An address that gave no document. Its text says why and what to do."""

    def __init__(self, text: str, why: Why) -> None:
        super().__init__(text)
        self.why = why


class BadCatalogue(Exception):
    """A catalogue that cannot be used. Its text names the file, the row and the field."""
