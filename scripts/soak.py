"""A long run at half the limit, with a refresh that takes a source out and the way back.

python -m scripts.soak DATA [--minutes 20] [--people 15] [--think 1]

DATA is a copy of a hub's data folder: it is written to. `exchange serve` is started on it with the
web chat, people ask as in scripts.load, and one more asks all the while for what only the source
SOURCE answers. After a third of the time a refresh publishes the library without SOURCE, after two
thirds `exchange rollback` brings it back. What must hold is printed, and a fault ends with 1.
"""

import argparse
import asyncio
import csv
import os
import socket
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from corpus.source import CATALOGUE
from index.calibration import QUESTIONS
from scripts import load

SOURCE, ASKED = "S009", "What did community-led action in Sierra Leone do about teenage pregnancy?"
MOST, GROWTH = 1.0, 1.05  # seconds that nineteen of twenty answers may take; of memory
SETTLES = 0.15  # share of the time after which memory is first looked at
WARM = 30.0  # seconds that the server may take to open
FAST = {"RATE_PERSON": "1000000", "RATE_ALL": "1000000", "WEB": "on"}


@dataclass
class Probed:
    """What the one who asks for SOURCE read, second by second."""

    named: list[tuple[float, bool]] = field(default_factory=list)  # when, and whether it was named
    faults: list[str] = field(default_factory=list)

    def share(self, since: float, until: float) -> float:
        """How many of the replies of a time named the source; -1 where there was none."""
        within = [named for at, named in self.named if since < at <= until]
        return sum(within) / len(within) if within else -1.0


@asynccontextmanager
async def served(data: Path) -> AsyncIterator[str]:
    """`exchange serve` on this folder; its address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    given = {"EXCHANGE_DATA": str(data), "PORT": str(port), **FAST}
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "scripts.cli", "serve", env=os.environ | given,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    url, until = f"http://127.0.0.1:{port}", time.monotonic() + WARM
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            while True:
                with suppress(httpx.HTTPError):
                    if (await http.get(f"{url}/ready")).is_success:
                        break
                if time.monotonic() > until:
                    raise SystemExit(f"exchange serve on {data} did not open in {WARM:.0f} s")
                await asyncio.sleep(0.2)
        yield url
    finally:
        with suppress(ProcessLookupError):
            program.terminate()
        await program.wait()


async def probe(url: str, title: str, probed: Probed) -> None:
    """Ask for SOURCE once a second until cancelled."""
    async with httpx.AsyncClient(base_url=url, timeout=load.PATIENCE, trust_env=False) as http:
        tab = load.Tab(http, "en")
        listening = asyncio.create_task(tab.listen())
        try:
            while True:
                began = time.monotonic()
                try:
                    await asyncio.wait_for(tab.ask(ASKED), load.PATIENCE)
                    probed.named.append((began, title in tab.read))
                except (OSError, TimeoutError, httpx.HTTPError) as error:
                    probed.faults.append(type(error).__name__)
                await asyncio.sleep(1)
        finally:
            listening.cancel()


async def exchange(data: Path, *words: str, **settings: str) -> float:
    """A command on the same folder; when it was done."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "scripts.cli", *words, stdout=asyncio.subprocess.DEVNULL,
        env=os.environ | {"EXCHANGE_DATA": str(data), **settings},
    )  # fmt: skip
    if code := await program.wait():
        raise SystemExit(f"exchange {' '.join(words)} ended with {code}")
    return time.monotonic()


def without(folder: Path) -> tuple[Path, str]:
    """The catalogue without SOURCE, written beside `folder`, and the title of SOURCE."""
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    path = folder.with_name(f"{folder.name}-without.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(row for row in rows if row["id"] != SOURCE)
    return path, next(row["title"] for row in rows if row["id"] == SOURCE)


async def soak(data: Path, seconds: float, people: argparse.Namespace) -> Iterator[str]:
    """All of it; what was seen, a line each. Raises SystemExit where something does not hold."""
    catalogue, title = without(data)
    probed, began = Probed(), time.monotonic()
    async with served(data) as url:
        people.url, people.seconds = url, seconds
        asking = asyncio.create_task(load.run(people))
        probing = asyncio.create_task(probe(url, title, probed))
        await asyncio.sleep(seconds / 3)
        before = time.monotonic()
        gone = await exchange(data, "refresh", "--yes", "--force", CATALOGUE=str(catalogue))
        await asyncio.sleep(max(0.0, began + seconds * 2 / 3 - time.monotonic()))
        out = time.monotonic()
        back = await exchange(data, "rollback")
        seen = await asking
        probing.cancel()
    held = seen.memory[int(len(seen.memory) * SETTLES) :]
    growth = statistics.mean(held[-10:]) / statistics.mean(held[:10])
    p95 = statistics.quantiles(seen.waits, n=20)[18]
    checks = {
        f"no error (of {len(seen.waits)} replies)": not seen.errors and not probed.faults,
        f"memory grew to ×{growth:.3f}, ≤ ×{GROWTH}": growth <= GROWTH,
        f"p95 {p95:.2f} s, ≤ {MOST:g} s": p95 <= MOST,
        f"{SOURCE} answered before": probed.share(began, before) > 0,
        f"never from {SOURCE} once it was out": probed.share(gone, out) == 0,
        f"{SOURCE} answered again after the rollback": probed.share(back, time.monotonic()) > 0,
    }
    lines = [f"{'holds' if good else 'DOES NOT HOLD'}: {what}" for what, good in checks.items()]
    return iter([*lines, load.told(seen, seconds)])


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--people", type=int, default=15)
    parser.add_argument("--think", type=float, default=1)
    given = parser.parse_args()
    people = argparse.Namespace(
        people=given.people, think=given.think, questions=QUESTIONS, server=""
    )
    lines = list(asyncio.run(soak(given.data.resolve(), given.minutes * 60, people)))
    print("\n".join(lines))
    if any(line.startswith("DOES NOT") for line in lines):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
