"""What calls us with a body: too large, too slow, broken off, or too many at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels import bodies
from bot.channels.bodies import CLOSE, SMALL, BadBody, whole
from tests.doubles.serving import bound, served

LARGEST = 4 * SMALL


@asynccontextmanager
async def hosting() -> AsyncIterator[int]:
    async def take(request: Request) -> Response:
        try:
            return PlainTextResponse(f"{len(await whole(request, LARGEST))}")
        except BadBody as error:
            return PlainTextResponse(str(error), error.status, CLOSE)

    socket = bound()
    async with served([Route("/", take, methods=["POST"])], socket):
        yield socket.getsockname()[1]
    assert bodies._large == {}


async def begun(
    port: int, promised: int, sent: bytes
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % promised + sent)
    await writer.drain()
    return reader, writer


@pytest.mark.parametrize(
    ("size", "status"), [(0, 200), (SMALL + 1, 200), (LARGEST, 200), (LARGEST + 1, 413)]
)
async def test_a_body_is_taken_up_to_its_limit(size: int, status: int) -> None:
    async with hosting() as port, httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"http://127.0.0.1:{port}/", content=b"x" * size)
        assert answer.status_code == status
        assert status != 200 or answer.text == str(size)


async def test_who_drips_a_body_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SLOWEST", 0.3)
    async with hosting() as port:
        reader, writer = await begun(port, 100, b"{")
        answer = await asyncio.wait_for(reader.read(), 5)  # to the end: the connection is closed
        assert answer.startswith(b"HTTP/1.1 408")
        writer.close()


async def test_large_bodies_at_once_take_no_more_memory_than_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "ALL_LARGE", 3 * SMALL)
    async with hosting() as port, httpx.AsyncClient(trust_env=False) as client:
        held = [await begun(port, 2 * SMALL, b"x" * int(1.4 * SMALL)) for _ in range(2)]
        while sum(bodies._large.values()) < 2.7 * SMALL:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
        url = f"http://127.0.0.1:{port}/"
        assert (await client.post(url, content=b"x" * (2 * SMALL))).status_code == 503
        assert (await client.post(url, content=b"x" * SMALL)).status_code == 200
        for _, writer in held:
            writer.close()
        while bodies._large:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
        assert (await client.post(url, content=b"x" * (2 * SMALL))).status_code == 200
