"""One identity for the many addresses of one document. What people are shown stays as given."""

import re
from contextlib import suppress
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

# Parameters that say where a reader came from or how a page is laid out, not which page it is.
_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|yclid|_ga|_hs\w+|spm|"
    r"layout|embed|amp|share|ref_src|print|tmpl",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\s\x00-\x20]+")
_PORTS = {"http": 80, "https": 443}
_SAFE = "/:@!$&'()*+,;=~-._"


def canonical(url: str) -> str:
    """The identity of an address: scheme, www, port, slash, fragment and tracking set aside.

    Never raises: what is no address is its own identity.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return url.strip()
    if parts.scheme.lower() not in _PORTS or not _NAME.fullmatch(parts.hostname or ""):
        return url.strip()
    host = _host(parts)
    if port is not None and port not in _PORTS.values():
        host += f":{port}"
    path = quote(unquote(parts.path), safe=_SAFE).rstrip("/")
    kept = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _TRACKING.fullmatch(name)
    )
    query = urlencode(kept, quote_via=quote)
    return f"https://{host}{path}" + (f"?{query}" if query else "")


def scheme(place: str) -> str:
    """What stands before "://", small; "" for a path. Never raises, unlike urllib's."""
    before, mark, _ = place.strip().partition("://")
    return before.lower() if mark and before.isalpha() else ""


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".").lower()
    with suppress(UnicodeError):  # no name that could be looked up: it stays what it is
        host = host.encode("idna").decode()
    return host.removeprefix("www.") or host
