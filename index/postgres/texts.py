"""Texts as bytes: PostgreSQL's text holds neither U+0000 nor half a surrogate pair, people may."""

import hashlib


def raw(text: str) -> bytes:
    """The bytes that keep a text, whatever is in it."""
    return text.encode("utf-8", "surrogatepass")


def text(kept: bytes) -> str:
    """The text that was kept."""
    return kept.decode("utf-8", "surrogatepass")


def line(channel: str, conversation: str) -> int:
    """A conversation as a signed number of 64 bits: what must stay in order shares it.

    Should two conversations ever share one, they wait for each other and nothing worse.
    """
    digest = hashlib.blake2b(raw(f"{channel}\0{conversation}"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
