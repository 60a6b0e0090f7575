"""Who comes in: new chats and open pages are limited by network address, which nothing keeps.

A session costs nothing to make, so the limits by person alone would hold nobody back. Many people
share one address where a phone company has few, so these are generous.
"""

import hmac
import ipaddress
import secrets
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator

from starlette.requests import Request

from bot.limits import FILLS, Bucket, refilled

SESSIONS = 20_000  # known at a time
ADDRESSES = 20_000
PAGES = 200  # open at a time from one address
ALL_PAGES = 2_000  # open at a time


class Door:
    """Knows sessions, and addresses by a hash under a key that ends with the process."""

    def __init__(
        self, proxies: frozenset[str], per_minute: int, now: Callable[[], float] = time.time
    ) -> None:
        """`proxies`: addresses that X-Forwarded-For is believed from."""
        self._proxies, self._size, self._now = proxies, per_minute, now
        self._key = secrets.token_bytes(32)
        self._sessions: OrderedDict[str, None] = OrderedDict()
        self._buckets: OrderedDict[bytes, Bucket] = OrderedDict()
        self._pages: Counter[bytes] = Counter()

    def admits(self, request: Request, session: str) -> bool:
        """Whether this session may write: it is known, or its address may have a new one."""
        if session not in self._sessions and not self._draws(self._caller(request)):
            return False
        self._sessions[session] = None
        self._sessions.move_to_end(session)
        if len(self._sessions) > SESSIONS:
            self._sessions.popitem(last=False)
        return True

    def page(self, request: Request) -> Callable[[], None] | None:
        """Count an open page; what is returned ends that. None: there are too many."""
        caller = self._caller(request)
        if self._pages[caller] >= PAGES or self._pages.total() >= ALL_PAGES:
            return None
        self._pages[caller] += 1

        def closed() -> None:
            self._pages[caller] -= 1
            self._pages += Counter()  # drops what is at 0

        return closed

    def tries(self, request: Request) -> bool:
        """Whether this address may try once more within the minute."""
        return self._draws(self._caller(request))

    def _draws(self, caller: bytes) -> bool:
        now = self._now()
        full = Bucket(tokens=self._size, at=now, told=False)
        bucket = refilled(self._buckets.pop(caller, full), self._size, now)
        allowed = bucket.tokens >= 1
        left = bucket.tokens - 1 if allowed else bucket.tokens
        self._buckets[caller] = Bucket(tokens=left, at=now, told=False)
        for old in list(self._stale(now)):
            del self._buckets[old]
        return allowed

    def _stale(self, now: float) -> Iterator[bytes]:
        """Those that are full again, the oldest first, and what is too much."""
        for number, (caller, bucket) in enumerate(self._buckets.items()):
            if now - bucket.at < FILLS and len(self._buckets) - number <= ADDRESSES:
                return
            yield caller

    def _caller(self, request: Request) -> bytes:
        return hmac.digest(self._key, network(_address(request, self._proxies)).encode(), "sha256")


def _address(request: Request, proxies: frozenset[str]) -> str:
    """The last address that no proxy of ours stands for."""
    peer = request.client.host if request.client else ""
    told = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    for hop in (peer, *(one.strip() for one in reversed(told))):
        if hop and hop not in proxies:
            return hop
    return peer


def network(address: str) -> str:
    """What one subscriber has: an IPv4 address, or the first 64 bits of an IPv6 one."""
    try:
        held = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(held, ipaddress.IPv6Address):
        held = held.ipv4_mapped or held
    return str(ipaddress.ip_network((held, 64 if held.version == 6 else 32), strict=False))
