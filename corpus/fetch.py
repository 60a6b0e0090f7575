"""Brings a document from the web: only http(s), only public addresses, within limits."""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import httpx

from corpus.errors import FetchFailed

MOST_BYTES = 100_000_000
MOST_REDIRECTS = 5
SECONDS = 60.0
AGENT = "AskTheExchange/0.1 (library of the Community Child Protection Exchange)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """What came from an address."""

    url: str  # where it was found in the end
    name: str  # the file's name, as far as the address tells
    media_type: str  # as the server states it; "" where it does not
    data: bytes


def fetch(url: str, client: httpx.Client, private: bool = False) -> Download:
    """The document at `url`. `private` allows addresses of this machine and its network.

    Raises FetchFailed, one line: the address, what went wrong, what to do.
    """
    here = url
    try:
        for _ in range(MOST_REDIRECTS + 1):
            _admit(here, private)
            with client.stream("GET", here, follow_redirects=False) as response:
                if response.next_request is not None:
                    here = str(response.next_request.url)
                    continue
                return _download(response, here)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FetchFailed(f"{url}: {_reason(error)}; check the address and try again") from error
    raise FetchFailed(f"{url}: more than {MOST_REDIRECTS} redirects; give the final address")


def open_client() -> httpx.Client:
    """A client with our name and our time-out."""
    return httpx.Client(timeout=SECONDS, headers={"User-Agent": AGENT})


def _admit(url: str, private: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchFailed(f"{url}: only http:// and https:// addresses are fetched")
    if not private and any(not address.is_global for address in _addresses(parts.hostname, url)):
        raise FetchFailed(
            f"{url}: {parts.hostname} is a private address; set FETCH_PRIVATE=true to allow it"
        )


def _addresses(host: str, url: str) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
    except OSError as error:
        raise FetchFailed(f"{url}: no address is known for {host}; check the spelling") from error
    return [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]


def _download(response: httpx.Response, url: str) -> Download:
    if response.status_code != httpx.codes.OK:
        raise FetchFailed(
            f"{url}: the server answered {response.status_code} {response.reason_phrase};"
            " open it in a browser to see whether it moved"
        )
    data = bytearray()
    for chunk in response.iter_bytes():
        data += chunk
        if len(data) > MOST_BYTES:
            raise FetchFailed(f"{url}: larger than {MOST_BYTES // 1_000_000} MB; add it as a file")
    stated = response.headers.get("content-type", "").split(";")[0].strip().lower()
    name = unquote(urlsplit(url).path.rstrip("/").rsplit("/", 1)[-1]) or urlsplit(url).netloc
    return Download(url=url, name=name, media_type=stated, data=bytes(data))


def _reason(error: Exception) -> str:
    """What a person can do something about, without the library's own words."""
    if isinstance(error, httpx.TimeoutException):
        return f"no answer within {SECONDS:.0f} seconds"
    if isinstance(error, httpx.ConnectError):
        return f"no connection ({error})"
    return f"{type(error).__name__} ({error})"
