"""What stands before several bots, as nginx would: each call to the next one that can be reached.

A call that broke off midway is not made again: the caller gets a 502 and must know what to do.
"""

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from tests.doubles.mounting import mounted

_KEPT = {"content-type", "x-hub-signature-256", "x-telegram-bot-api-secret-token"}


@asynccontextmanager
async def balanced(ports: Sequence[int]) -> AsyncIterator[str]:
    """Yields its address."""
    turns = itertools.cycle(range(len(ports)))
    async with httpx.AsyncClient(timeout=20, limits=httpx.Limits(keepalive_expiry=0)) as client:

        async def passed(request: Request) -> Response:
            try:
                body = await request.body()
            except ClientDisconnect:
                return Response(status_code=499)
            headers = {k: v for k, v in request.headers.items() if k in _KEPT}
            first = next(turns)
            for step in range(len(ports)):
                url = f"http://127.0.0.1:{ports[(first + step) % len(ports)]}{request.url.path}"
                try:
                    answer = await client.request(
                        request.method, url, content=body, headers=headers
                    )
                    return Response(answer.content, answer.status_code)
                except httpx.ConnectError:
                    continue
                except httpx.HTTPError:
                    break
            return Response(status_code=502)

        async with mounted([Route("/{path:path}", passed, methods=["GET", "POST"])]) as address:
            yield address
