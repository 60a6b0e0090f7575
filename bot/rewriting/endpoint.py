"""A language model behind an OpenAI-compatible address. Imported only where one is configured."""

import asyncio
import functools
import json
import logging
import threading
from collections.abc import AsyncIterator

import httpx2
from openai import AsyncOpenAI

LARGEST = 65_536  # bytes of a response that are read
TOKENS = 400  # asked for at most
for _name in ("openai", "httpx2", "httpcore2"):  # at DEBUG they would log what people asked
    logging.getLogger(_name).setLevel(logging.WARNING)


class Unusable(Exception):
    """A response that holds no text, or too much."""


class Endpoint:
    """One model, asked from any thread; each call ends within `seconds`, whatever comes back.

    A loop in a thread of its own lets one deadline stand over name look-up, connection, headers and
    body together. Nothing is tried twice, no redirect is followed, and no connection is kept: a
    stale one would look like a failure.
    """

    def __init__(self, url: str, model: str, key: str, seconds: float) -> None:
        """`url` as the client takes it: without "/chat/completions". `key` may be empty."""
        self._model, self._seconds = model, seconds
        self._client = AsyncOpenAI(
            base_url=url,
            api_key=key or "none",
            max_retries=0,
            timeout=seconds,
            http_client=httpx2.AsyncClient(
                timeout=seconds,
                follow_redirects=False,
                headers={"Accept-Encoding": "identity"},
                limits=httpx2.Limits(max_keepalive_connections=0),
                event_hooks={"response": [_limit]},
            ),
        )

    def __call__(self, instructions: str, data: str) -> str:
        """The model's text. Raises TimeoutError, openai.OpenAIError, ValueError, Unusable."""
        future = asyncio.run_coroutine_threadsafe(self._ask(instructions, data), _loop())
        try:
            body = future.result(self._seconds)
        finally:
            future.cancel()
        return text_of(json.loads(body))

    async def _ask(self, instructions: str, data: str) -> bytes:
        response = await self._client.chat.completions.with_raw_response.create(
            model=self._model,
            temperature=0,
            max_tokens=TOKENS,
            messages=[
                {"role": "system", "content": instructions},
                {"role": "user", "content": data},
            ],
        )
        return response.content


def text_of(completion: object) -> str:
    """The text of the first choice that was finished. Raises Unusable."""
    match completion:
        case {"choices": [{"finish_reason": "length"}, *_]}:
            raise Unusable("cut off")
        case {"choices": [{"message": {"content": str(text)}}, *_]} if text.strip():
            return text
    raise Unusable("no text")


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    """The loop of all endpoints, in a daemon thread: it ends with the process."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="rewriting", daemon=True).start()
    return loop


class _Limited(httpx2.AsyncByteStream):
    """A body that breaks off where it grows too large, also that of an error."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > LARGEST:
                raise Unusable("too large")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _limit(response: httpx2.Response) -> None:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise Unusable("compressed, although it was asked not to be")  # a little may become a lot
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    response.stream = _Limited(response.stream)
