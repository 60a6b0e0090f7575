"""Connections to public addresses only: what is checked is what is connected to.

A name is resolved once, its addresses are checked, and the connection goes to a checked address,
so a name that answers otherwise the second time leads nowhere else.
"""

import ipaddress
import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last bits
_UNICAST = ipaddress.IPv6Network("2000::/3")  # RFC 4291: what is given out of IPv6


class PrivateAddress(Exception):
    """A host whose address is not public. Its text names it."""


def addresses(host: str) -> list[str]:
    """The addresses of a host. Raises OSError where there are none."""
    found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]).split("%")[0] for entry in found))


def public(address: str) -> bool:
    """Whether an address is out on the internet; one mapped into IPv6 counts as what it is."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo or [None])[-1]
        if parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is None and parsed not in _UNICAST:
            return False
        parsed = inner or parsed
    return parsed.is_global and not parsed.is_multicast


class _Backend(httpcore.SyncBackend):
    """Opens connections, but none to an address that is not public."""

    def __init__(self, private: bool) -> None:
        self._private = private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a checked address of `host`."""
        try:
            found = addresses(host)
        except OSError as error:
            raise httpcore.ConnectError(f"no address is known for {host}") from error
        if not self._private and not all(public(address) for address in found):
            raise PrivateAddress(host)
        return super().connect_tcp(found[0], port, timeout, local_address, socket_options)


def open_client(
    private: bool, seconds: float, context: ssl.SSLContext | None = None
) -> httpx.Client:
    """A client that connects to public addresses only, through no proxy of the environment."""
    verified = context or httpx.create_ssl_context(trust_env=False)
    transport = httpx.HTTPTransport(verify=verified, trust_env=False)
    # httpx offers no way to name a backend; tests/test_fetch.py holds this line to its purpose.
    transport._pool = httpcore.ConnectionPool(
        ssl_context=verified, network_backend=_Backend(private), max_connections=20
    )
    return httpx.Client(transport=transport, timeout=seconds, trust_env=False)
