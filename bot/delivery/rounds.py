"""Several at work at once, each on one thing taken from the store; asleep while nothing is due."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Generic, TypeVar

from bot.logs import fault, logger

AT_ONCE = 8
IDLE = 0.5  # seconds between two looks for what has become due
GRACE = 1.0  # seconds that what is cancelled has to give back what it took

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
        self._runner: asyncio.Task[None] | None = None
        self._stopping = False

    def wake(self) -> None:
        """Something new may be due."""
        self._nothing.clear()
        self._woken.set()

    async def run(self) -> None:
        """Work until told to finish."""
        self._runner = asyncio.current_task()
        while not self._stopping:
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

    async def emptied(self, until: float) -> None:
        """Wait until nothing is due or under way, at most until `until` (time.monotonic)."""
        while (left := until - time.monotonic()) > 0:
            if self._under_way:
                await asyncio.wait(self._under_way, timeout=left)
            elif self._nothing.is_set():
                return
            else:
                await asyncio.sleep(0.01)

    async def finish(self, until: float) -> None:
        """Take nothing more, and cancel what has not ended by `until` (time.monotonic)."""
        self._stopping = True
        self._woken.set()
        while (running := self._running()) and (left := until - time.monotonic()) > 0:
            await asyncio.wait(running, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        for task in self._running():
            task.cancel()
        if running := self._running():
            await asyncio.wait(running, timeout=GRACE)

    def _running(self) -> set[asyncio.Task[None]]:
        runner = self._runner
        return self._under_way | ({runner} if runner and not runner.done() else set())

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
