"""Many people asking at once: how long they wait, what fails, how much memory it takes.

python -m scripts.load http://127.0.0.1:8080/PATH [--people 50] [--seconds 120] [--think 2]

Each person posts a question as `{"id": …, "person": …, "text": …}`, waits for the reply, thinks,
and asks again. With lines://HOST:PORT they speak the line protocol of the tests instead. --metrics
names the address of the server's /metrics, for its memory.
"""

import argparse
import asyncio
import csv
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx

from index.calibration import QUESTIONS

PATIENCE = 60.0  # seconds until a person gives up
Ask = Callable[[str, str], Awaitable[None]]
"""An id and a question; returns once it is answered. Raises OSError, TimeoutError, HTTPError."""


@asynccontextmanager
async def by_lines(url: str, person: str) -> AsyncIterator[Ask]:
    """One line over TCP, as tests/doubles/lines.py reads it."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)

    async def ask(id: str, text: str) -> None:
        writer.write(f"{person} {id} {text}\n".encode())
        answered = False
        while not answered:
            line = await reader.readline()
            if not line:
                raise ConnectionError("the line ended")
            answered = not line.startswith(b"ok ")
        while True:  # the rest of the reply: a pause ends it
            try:
                await asyncio.wait_for(reader.readline(), 0.05)
            except TimeoutError:
                return

    try:
        yield ask
    finally:
        writer.close()


@asynccontextmanager
async def by_http(url: str, person: str) -> AsyncIterator[Ask]:
    """One POST a question."""
    async with httpx.AsyncClient(timeout=PATIENCE) as client:

        async def ask(id: str, text: str) -> None:
            reply = await client.post(url, json={"id": id, "person": person, "text": text})
            reply.raise_for_status()

        yield ask


async def person(
    url: str, name: str, until: float, think: float, waits: list[float], faults: list[str]
) -> None:
    """Ask until `until` (time.monotonic), noting seconds waited and kinds of errors."""
    chance, asked = random.Random(name), 0
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        texts = [row["question"] for row in csv.DictReader(file)]
    async with (by_lines if url.startswith("lines:") else by_http)(url, name) as ask:
        while time.monotonic() < until:
            began, asked = time.monotonic(), asked + 1
            try:
                await asyncio.wait_for(ask(f"{name}-{asked}", chance.choice(texts)), PATIENCE)
                waits.append(time.monotonic() - began)
            except (OSError, TimeoutError, httpx.HTTPError) as error:
                faults.append(type(error).__name__)
                return
            await asyncio.sleep(chance.uniform(0, 2 * think))


async def memory(url: str) -> str:
    """The server's resident megabytes, from its /metrics."""
    async with httpx.AsyncClient() as client:
        page = (await client.get(url)).text
    held = next(line for line in page.splitlines() if line.startswith("process_resident"))
    return f"{float(held.split()[-1]) / 1e6:.0f} MB"


async def run(given: argparse.Namespace) -> None:
    """Let all of them ask, and print what was measured."""
    waits: list[float] = []
    faults: list[str] = []
    until = time.monotonic() + given.seconds
    names = [f"load{number}" for number in range(given.people)]
    await asyncio.gather(
        *(person(given.url, name, until, given.think, waits, faults) for name in names)
    )
    cuts = statistics.quantiles(waits, n=20) if len(waits) > 1 else [0.0] * 19
    print(
        f"{given.people} people, {given.seconds:.0f} s: {len(waits)} answers, {len(faults)} errors"
    )
    print(f"p50 {cuts[9]:.2f} s, p95 {cuts[18]:.2f} s, longest {max(waits, default=0):.2f} s")
    if faults:
        print("errors:", ", ".join(sorted(set(faults))))
    if given.metrics:
        print("server:", await memory(given.metrics))


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="A load run.")
    parser.add_argument("url")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--think", type=float, default=2, help="seconds between two questions")
    parser.add_argument("--metrics", default="")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
