"""kill -9 at random moments, on Telegram by long polling and by webhook: no message is lost."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.doubles.bot_api import BotApi
from tests.doubles.mounting import free_port
from tests.test_kills import KILLS, MESSAGES, PEOPLE, ROOT, nothing_is_left

GAP = 0.02  # seconds between two messages: they come all the while that the bot is killed


@asynccontextmanager
async def serving(api: BotApi, data: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.doubles.telegram_bot", str(data), api.base_url, api.token,
        str(port), cwd=ROOT, stdout=asyncio.subprocess.PIPE, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert process.stdout
    try:
        await process.stdout.readline()
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def write(api: BotApi, texts: dict[int, list[str]]) -> None:
    """Everybody writes, one after the other."""
    for number in range(MESSAGES // PEOPLE):
        for person, own in texts.items():
            api.say(own[number], user=person)
            await asyncio.sleep(GAP)


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_ten_kills_lose_none_of_three_hundred_messages(webhook: bool, tmp_path: Path) -> None:
    chance = random.Random(6)
    texts = {
        person: [f"{person}-{n} said {n}" for n in range(MESSAGES // PEOPLE)]
        for person in range(1, PEOPLE + 1)
    }
    port = free_port() if webhook else 0
    async with BotApi() as api:
        api.twice = True  # the network delivers each message two times, where it calls us
        writing = asyncio.create_task(write(api, texts))
        for kill in range(KILLS + 1):
            async with serving(api, tmp_path, port) as process:
                if kill < KILLS:
                    heard = len(api.messages)
                    await api.until(lambda heard=heard: len(api.messages) > heard)  # type: ignore[misc]
                    await asyncio.sleep(chance.uniform(0, 0.3))
                    process.kill()
                    continue
                await writing
                await api.until(lambda: len({sent.html for sent in api.messages}) == MESSAGES)
                process.send_signal(signal.SIGTERM)
                await asyncio.wait_for(process.wait(), 15)
        answers = [sent.html.removeprefix("answer to ") for sent in api.messages]
    times = Counter(answers)
    said = [text for own in texts.values() for text in own]
    assert not [text for text in said if not times[text]], "lost"
    repeated = sum(times.values()) - len(times)
    assert repeated <= KILLS
    for own in texts.values():
        first = [text for text in dict.fromkeys(answers) if text in own]
        assert first == own, "a person's messages are answered in their order"
    nothing_is_left(tmp_path)
    print("repeated", repeated)
