"""The open pages of each person: what is sent reaches one, and what one has shown is known.

Nothing is kept here but ids: a text is written to an open page or stays in the outbox.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import TypeVar

from bot.channels.errors import Later

BEAT = 20.0  # seconds between two signs of life: proxies and phones cut a silent line
LASTS = 120.0  # seconds that one response is held open; then the page asks again
POLL = 25.0  # the same where something on the way holds back what is not whole
WAIT = 2.0  # seconds that sending waits for the page's word that it has shown a reply
KNOWN = 10_000  # ids and sessions remembered
HOLDS = 1_000_000  # characters that wait for a page which does not read
SOON, SELDOM = 0.3, 10.0  # seconds between two tries while no page is open
K = TypeVar("K")
V = TypeVar("V")


class Stream:
    """One open response."""

    def __init__(self, *, poll: bool) -> None:
        """`poll`: end with the first reply."""
        self._waiting: asyncio.Queue[tuple[str, bool]] = asyncio.Queue()
        self._poll, self._held = poll, 0
        self.written: set[str] = set()  # ids of replies

    def put(self, text: str, *, last: bool = False) -> bool:
        """Write a text; `last`: the response may end after it. False where too much waits."""
        if text and self._held and self._held + len(text) > HOLDS:
            return False
        self._held += len(text)
        self._waiting.put_nowait((text, last))
        return True

    async def texts(self) -> AsyncIterator[str]:
        """What is written, with a sign of life at once and then wherever it is silent."""
        yield ":\n\n"
        until = time.monotonic() + (POLL if self._poll else LASTS)
        while (left := until - time.monotonic()) > 0:
            try:
                async with asyncio.timeout(min(BEAT, left)):
                    text, last = await self._waiting.get()
            except TimeoutError:
                yield ":\n\n"
                continue
            self._held -= len(text)
            yield text
            if not text or (self._poll and last):
                return


class Streams:
    """All open pages, by session."""

    def __init__(self) -> None:
        self._open: dict[str, list[Stream]] = {}
        self._shown: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._away: OrderedDict[str, float] = OrderedDict()  # since when no page is open
        self._asked: dict[tuple[str, str], asyncio.Event] = {}

    def open(self, session: str, shown: str = "", *, poll: bool = False) -> Stream:
        """Hear what is sent to this session. `shown`: the id of the last reply it has shown."""
        if shown:
            self.shown(session, shown)
        stream = Stream(poll=poll)
        self._open.setdefault(session, []).append(stream)
        self._away.pop(session, None)
        return stream

    def close(self, session: str, stream: Stream) -> None:
        """The response has ended."""
        left = [one for one in self._open.get(session, []) if one is not stream]
        if left:
            self._open[session] = left
        else:
            self._open.pop(session, None)
            _remember(self._away, session, time.monotonic())

    def listens(self, session: str) -> bool:
        """Whether a page of this session is open."""
        return session in self._open

    def end(self) -> None:
        """Let all responses end: the server stops, and pages come back when it runs again."""
        for stream in [one for streams in self._open.values() for one in streams]:
            stream.put("", last=True)

    def shown(self, session: str, id: str) -> None:
        """A page says that it has shown this reply."""
        _remember(self._shown, (session, id), None)
        if (asked := self._asked.get((session, id))) is not None:
            asked.set()

    def whisper(self, session: str, text: str) -> None:
        """Write what may be lost."""
        for stream in self._open.get(session, []):
            stream.put(text)

    async def deliver(self, session: str, id: str, text: str) -> None:
        """Write a reply to each open page, once, until one has shown it. Raises Later."""
        key = session, id
        if key in self._shown:
            return
        streams = self._open.get(session, [])
        if not streams:
            since = self._away.setdefault(session, time.monotonic())
            _remember(self._away, session, since)
            away = time.monotonic() - since
            raise Later("no page is open", min(SELDOM, max(SOON, away / 10)))
        asked = self._asked.setdefault(key, asyncio.Event())
        for stream in streams:
            if id not in stream.written and stream.put(text, last=True):
                stream.written.add(id)
        try:
            async with asyncio.timeout(WAIT):
                await asked.wait()
        except TimeoutError:
            raise Later("no page has shown it yet", WAIT) from None
        finally:
            self._asked.pop(key, None)


def _remember(held: OrderedDict[K, V], key: K, value: V) -> None:
    held[key] = value
    held.move_to_end(key)
    while len(held) > KNOWN:
        held.popitem(last=False)
