"""Bodies of what calls us: none too large, none too slow, and not too much of all together."""

import asyncio

from starlette.requests import ClientDisconnect, Request

SLOWEST = 20.0  # seconds that a body may take: who drips one holds a connection that others need
SMALL = 65_536  # bytes; a body is mostly smaller, and then it is always let in
ALL_LARGE = 32_000_000  # bytes of larger ones at a time, for a server of 1 GB
CLOSE = {"Connection": "close"}  # what is left of a body is not waited for

_large: dict[int, int] = {}  # bytes read so far of each larger body that is being read


class BadBody(Exception):
    """A body that is not taken. The text says why; `status` is what HTTP calls it."""

    def __init__(self, why: str, status: int) -> None:
        super().__init__(why)
        self.status = status


async def whole(request: Request, largest: int, slowest: float | None = None) -> bytes:
    """The body, of at most `largest` bytes, within `slowest` or SLOWEST seconds. Raises BadBody."""
    parts: list[bytes] = []
    size, own = 0, id(parts)
    try:
        async with asyncio.timeout(slowest or SLOWEST):
            async for part in request.stream():
                size += len(part)
                _let_in(own, size, largest)
                parts.append(part)
        return b"".join(parts)
    except TimeoutError:
        raise BadBody("too slow", 408) from None
    except ClientDisconnect:
        raise BadBody("broken off", 400) from None
    finally:
        _large.pop(own, None)


def _let_in(own: int, size: int, largest: int) -> None:
    if size > largest:
        raise BadBody("too large", 413)
    if size > SMALL:
        _large[own] = size
        if sum(_large.values()) > ALL_LARGE:
            raise BadBody("too much at once", 503)
