"""kill -9 at random moments: WhatsApp repeats what was not acknowledged, and nothing is lost.

The Cloud API knows no key by which it would see that a call comes twice. So calls are made in turn,
and a kill repeats the one that was on its way; where a call takes over a second others pass it.
"""

import asyncio
import os
import random
import signal
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.delivery.rounds import AT_ONCE
from tests.doubles.graph_api import GraphApi, webhook
from tests.test_kills import KILLS, MESSAGES, PEOPLE, ROOT, nothing_is_left


@asynccontextmanager
async def serving(
    data: Path, port: int, api: str, **settings: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.doubles.whatsapp_echo", str(data), str(port), api,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, env={"PATH": os.environ["PATH"]} | settings,
    )  # fmt: skip
    assert process.stdout
    try:
        assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


async def talk(api: GraphApi, person: int, texts: list[str], chance: random.Random) -> None:
    """One person's messages, each delivered until 2xx, and now and then once more."""
    for text in texts:
        message = {"id": f"wamid.{text}", "type": "text", "text": {"body": text}}
        call = webhook(message, number=f"2547{person:08}")
        await api.deliver(call)
        if chance.random() < 0.2:
            await api.deliver(call)
        await asyncio.sleep(chance.uniform(0.0, 0.2))


async def test_ten_kills_lose_none_of_three_hundred_messages(tmp_path: Path) -> None:
    chance, port = random.Random(6), free_port()
    texts = {p: [f"{p}-{n} said {n}" for n in range(MESSAGES // PEOPLE)] for p in range(PEOPLE)}
    said = [text for own in texts.values() for text in own]
    async with GraphApi() as api:
        api.webhook = f"http://127.0.0.1:{port}"
        talking = asyncio.gather(*(talk(api, p, own, chance) for p, own in texts.items()))
        lives: list[int] = []  # how many replies there were at the end of each
        for _ in range(KILLS):
            async with serving(tmp_path, port, api.base_url) as process:
                await asyncio.sleep(chance.uniform(0.05, 0.4))
                process.kill()
                await process.wait()
            lives.append(len(api.messages))
        async with serving(tmp_path, port, api.base_url) as process:
            await asyncio.wait_for(talking, 90)
            await api.until(lambda: {one.body[10:] for one in api.messages} >= set(said))
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), 15)
        heard = [one.body.removeprefix("answer to ") for one in api.messages]
    repeated = 0
    for start, end in zip(lives, [*lives[1:], len(heard)], strict=True):
        again = [text for text in heard[start:end] if text in heard[:start]]
        people = Counter(text.partition("-")[0] for text in again)
        assert len(again) <= AT_ONCE
        assert max(people.values(), default=0) <= 1
        repeated += len(again)
    assert repeated <= KILLS, "one a kill"
    assert len(heard) - len(said) == repeated, "nothing is repeated without a kill"
    for own in texts.values():
        assert [text for text in dict.fromkeys(heard) if text in own] == own, "in their order"
    nothing_is_left(tmp_path)
    print("repeated", repeated)
