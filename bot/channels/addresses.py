"""Addresses that a setting names."""

import re
from urllib.parse import urlsplit


def callable_at(url: str, *schemes: str) -> bool:
    """Whether something can be called at `url`, with more of a path behind it."""
    if not re.fullmatch(r"[\x21-\x7e]+", url):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:  # "https://[", a port of letters
        return False
    return parts.scheme in schemes and bool(parts.hostname) and not (parts.query or parts.fragment)
