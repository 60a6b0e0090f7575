"""kill -9 at random moments: no message is lost, at most one reply a kill is repeated."""

import asyncio
import os
import random
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MESSAGES, PEOPLE, KILLS = 300, 20, 10


@asynccontextmanager
async def serving(data: Path, port: int) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.doubles.lines", str(data), str(port),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert process.stdout
    try:
        yield process, int(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


class People:
    """Twenty people who send each message until it is acknowledged, over whatever line there is.

    They stay until they are cancelled: a reply that is repeated finds them there.
    """

    def __init__(self) -> None:
        self.port = 0
        self.heard: Counter[str] = Counter()
        self.order: list[str] = []
        self.acknowledged: set[str] = set()

    async def talk(self, person: int, texts: list[str]) -> None:
        waiting = list(texts)
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                try:
                    await self._over(reader, writer, person, waiting)
                finally:
                    writer.close()
                    with suppress(OSError):
                        await writer.wait_closed()
            await asyncio.sleep(0.02)

    async def _over(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, person: int,
        waiting: list[str],
    ) -> None:  # fmt: skip
        """While the line holds, send what waits until it is acknowledged, and hear all replies."""
        writer.write(f"p{person} hello{person} hello\n".encode())
        listening = asyncio.create_task(self._listen(reader))
        try:
            while waiting and not listening.done():
                id = waiting[0].partition(" ")[0]
                writer.write(f"p{person} {id} {waiting[0]}\n".encode())
                await writer.drain()
                await asyncio.sleep(0.05)
                if id in self.acknowledged:
                    waiting.pop(0)
            await listening
        finally:
            listening.cancel()
            with suppress(OSError, asyncio.CancelledError):
                await listening

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while line := (await reader.readline()).decode().strip():
            if line.startswith("ok "):
                self.acknowledged.add(line[3:])
            else:
                text = line.partition("answer to ")[2]
                self.heard[text] += 1
                self.order.append(text)


async def all_carried(data: Path, people: People, said: list[str]) -> None:
    """Return once all is heard and nothing waits to be sent, so that what is repeated was."""
    waiting = "select (select count(*) from inbox) + (select count(*) from outbox)"
    with closing(sqlite3.connect(data / "queue.db")) as db:
        # a file has no event to wait for
        while not all(map(people.heard.get, said)) or any(  # noqa: ASYNC110
            db.execute(waiting).fetchone()
        ):
            await asyncio.sleep(0.05)


def nothing_is_left(data: Path) -> None:
    held = b"".join(path.read_bytes() for path in data.glob("queue.db*"))
    assert b"said" not in held, "a text is erased once it is answered"
    with closing(sqlite3.connect(data / "queue.db")) as db:
        assert db.execute("select count(*) from outbox").fetchone() == (0,)


async def test_ten_kills_lose_none_of_three_hundred_messages(tmp_path: Path) -> None:
    chance = random.Random(6)
    people = People()
    texts = {p: [f"{p}-{n} said {n}" for n in range(MESSAGES // PEOPLE)] for p in range(PEOPLE)}
    said = [text for own in texts.values() for text in own]
    talking = asyncio.gather(*(people.talk(p, own) for p, own in texts.items()))
    for kill in range(KILLS + 1):
        async with serving(tmp_path, people.port) as (process, people.port):
            if kill == KILLS:
                await asyncio.wait_for(all_carried(tmp_path, people, said), 60)
                process.send_signal(signal.SIGTERM)
                await asyncio.wait_for(process.wait(), 15)
            else:
                await asyncio.sleep(chance.uniform(0.05, 0.4))
                process.kill()
    talking.cancel()
    with suppress(asyncio.CancelledError):
        await talking
    assert not [text for text in said if not people.heard[text]], "lost"
    repeated = sum(people.heard[text] - 1 for text in said)
    assert repeated <= KILLS
    for own in texts.values():
        first = [text for text in dict.fromkeys(people.order) if text in own]
        assert first == own, "a person's messages are answered in their order"
    nothing_is_left(tmp_path)
    print("repeated", repeated)
