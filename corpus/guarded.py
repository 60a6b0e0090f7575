"""Connections to public addresses only: what is checked is what is connected to.

A name is resolved once, its addresses are checked, and the connection goes to a checked address,
so a name that answers otherwise the second time leads nowhere else. Every connection reads the
clock at each piece that it waits for, so nothing that drips outlasts its time.
"""

import ipaddress
import math
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import httpcore
import httpx

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last bits
_UNICAST = ipaddress.IPv6Network("2000::/3")  # RFC 4291: what is given out of IPv6


class PrivateAddress(Exception):
    """A host whose address is not public. Its text names it."""


class TimeUp(Exception):
    """The time is over, wherever the bytes had got to."""


Came = TypeVar("Came")
_deadline: ContextVar[float] = ContextVar("deadline", default=math.inf)


@contextmanager
def until(deadline: float) -> Iterator[None]:
    """What this thread asks of the network inside ends at `deadline`, of time.monotonic().

    Raises TimeUp.
    """
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


def _in_time(ask: Callable[[float], Came], timeout: float | None) -> Came:
    """What `ask` gives within `timeout` seconds, or within those that are left if fewer."""
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise TimeUp
    try:
        return ask(left if timeout is None else min(timeout, left))
    except httpcore.TimeoutException as error:
        if time.monotonic() >= _deadline.get():
            raise TimeUp from error
        raise


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


class _Timed(httpcore.NetworkStream):
    """A connection under the deadline: the handshake and the headers as well as the body."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return _in_time(lambda seconds: self._stream.read(max_bytes, seconds), timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        _in_time(lambda seconds: self._stream.write(buffer, seconds), timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        start = self._stream.start_tls
        return _Timed(_in_time(lambda s: start(ssl_context, server_hostname, s), timeout))

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


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
        connect = super().connect_tcp
        return _Timed(
            _in_time(lambda s: connect(found[0], port, s, local_address, socket_options), timeout)
        )


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
