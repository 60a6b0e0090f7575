"""Several at work at once, each on one thing taken from the store; asleep while nothing is due."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Generic, TypeVar

from bot.logs import fault, logger

AT_ONCE = 8
IDLE = 0.5  # seconds between two looks for what has become due

log = logger(__name__)
T = TypeVar("T")


class Round(Generic[T]):
    """Takes, hands out and takes again."""

    def __init__(
        self,
        take: Callable[[], Awaitable[T | None]],
        work: Callable[[T], Awaitable[None]],
        let_go: Callable[[T], Awaitable[None]],
        then: Callable[[], None] = lambda: None,
    ) -> None:
        """`let_go` gets what `work` failed on; `then` is called after each."""
        self._take, self._work, self._let_go, self._then = take, work, let_go, then
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._woken, self._nothing = asyncio.Event(), asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopping = False

    def wake(self) -> None:
        """Something new may be due."""
        self._nothing.clear()
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self._slots.acquire()
            self._woken.clear()
            taken = None if self._stopping else await self._taken()
            if taken is not None:
                self._begin(taken)
                continue
            self._slots.release()
            if not self._woken.is_set():
                self._nothing.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(IDLE):  # wait_for may swallow being cancelled
                    await self._woken.wait()

    async def drain(self, until: float) -> None:
        """Let what is due and what is under way end; give up at `until` (time.monotonic)."""
        while (left := until - time.monotonic()) > 0:
            if self._under_way:
                await asyncio.wait(self._under_way, timeout=left)
            elif self._nothing.is_set():
                break
            else:
                await asyncio.sleep(0.01)
        self._stopping = True
        for task in self._under_way:
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _taken(self) -> T | None:
        try:
            return await self._take()
        except Exception as error:  # a full disk: it may have room again
            log.error("the store failed", **fault(error))
            return None

    def _begin(self, taken: T) -> None:
        task = asyncio.ensure_future(self._worked(taken))
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    async def _worked(self, taken: T) -> None:
        try:
            await self._work(taken)
        except Exception as error:  # what became of it could not be written
            log.error("the store failed", **fault(error))
            await asyncio.sleep(IDLE)
            await self._let_go(taken)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._slots.release()
        self.wake()  # what waited behind it in its conversation
        self._then()
