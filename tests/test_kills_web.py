"""kill -9 at random moments under the web chat: nothing is lost, nothing is shown twice."""

import asyncio
import os
import random
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from tests.doubles.page import Page

ROOT = Path(__file__).resolve().parents[1]
MESSAGES, PEOPLE, KILLS = 300, 20, 10


@asynccontextmanager
async def serving(data: Path, port: int) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.doubles.serving", str(data), str(port),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert process.stdout
    try:
        yield process, int(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


class Person:
    """One tab that does as the script does: asks until it is taken, and shows nothing twice."""

    def __init__(self, port: int, number: int) -> None:
        self.page = Page(f"http://127.0.0.1:{port}", f"{number:032x}")
        self.texts = [f"{number}-{n} said {n}" for n in range(MESSAGES // PEOPLE)]
        self.shown: dict[str, str] = {}  # id to text, in the order that people see
        self.told: set[str] = set()  # ids that the server knows to be shown
        self.came: Counter[str] = Counter()

    async def talk(self) -> None:
        hearing = asyncio.create_task(self._hear())
        for number, text in enumerate(self.texts):
            await self._ask(text, f"m{number}")
            await asyncio.sleep(0.05)
        while len(self.told) < len(self.texts):  # noqa: ASYNC110 - the other task fills it
            await asyncio.sleep(0.02)
        hearing.cancel()
        with suppress(asyncio.CancelledError):
            await hearing
        await self.page.close()

    async def _ask(self, text: str, id: str) -> None:
        while True:
            with suppress(httpx.TransportError):
                if (await self.page.ask(text, id=id)).status_code == 202:
                    return
            await asyncio.sleep(0.05)

    async def _tell(self, id: str) -> None:
        while id not in self.told:
            with suppress(httpx.TransportError):
                await self.page.seen(id)
                self.told.add(id)
            await asyncio.sleep(0.01)

    async def _hear(self) -> None:
        while True:
            with suppress(httpx.HTTPError, ValueError):
                async for reply in self.page.hear():
                    self.came[reply.id] += 1
                    self.shown.setdefault(reply.id, reply.text)
                    await self._tell(reply.id)
            await asyncio.sleep(0.05)


def nothing_is_left(data: Path) -> None:
    held = b"".join(path.read_bytes() for path in data.glob("queue.db*"))
    assert b"said" not in held, "a text is erased once it is answered and shown"
    with sqlite3.connect(data / "queue.db") as db:
        assert db.execute("select count(*) from outbox").fetchone() == (0,)


async def test_ten_kills_lose_none_of_three_hundred_messages(tmp_path: Path) -> None:
    chance = random.Random(6)
    people: list[Person] = []
    talking: asyncio.Future[list[None]] | None = None
    port = 0
    for kill in range(KILLS + 1):
        async with serving(tmp_path, port) as (process, port):
            if talking is None:
                people = [Person(port, number) for number in range(PEOPLE)]
                talking = asyncio.gather(*(person.talk() for person in people))
            if kill == KILLS:
                await asyncio.wait_for(talking, 60)
                process.send_signal(signal.SIGTERM)
                await asyncio.wait_for(process.wait(), 15)
            else:
                await asyncio.sleep(chance.uniform(0.05, 0.4))
                process.kill()
    repeated = sum(sum(person.came.values()) for person in people) - MESSAGES
    print("sent again, shown once:", repeated)
    for person in people:
        assert list(person.shown.values()) == [f"answer to {text}" for text in person.texts]
    nothing_is_left(tmp_path)
