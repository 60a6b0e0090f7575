"""The load run must speak to the real program as people's apps do, or its figures say nothing."""

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from bot.settings import Settings
from index.calibration import QUESTIONS
from scripts.load import run, told

ROOT = Path(__file__).parents[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def served(starter: Settings, data: Path, **settings: str) -> Iterator[str]:
    """`exchange serve` on a copy of the index; its address."""
    data.mkdir()
    for name in ("snapshots", "current"):
        (data / name).symlink_to(starter.exchange_data / name)
    url = f"http://127.0.0.1:{(port := free_port())}"
    given = {"EXCHANGE_DATA": str(data), "PORT": str(port), **settings}
    command = [sys.executable, "-m", "scripts.cli", "serve"]
    program = subprocess.Popen(command, cwd=ROOT, env=os.environ | given)
    try:
        yield url
    finally:
        program.terminate()
        program.wait()


def until_alive(url: str) -> None:
    for _ in range(600):
        try:
            httpx.get(f"{url}/health")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("no exchange serve")


def asked(url: str, server: str = "") -> argparse.Namespace:
    return argparse.Namespace(
        url=url, server=server, people=6, seconds=2.0, think=0.2, questions=QUESTIONS
    )


def test_people_of_the_web_chat_are_answered(starter: Settings, tmp_path: Path) -> None:
    with served(starter, tmp_path / "data", WEB="on", RATE_PERSON="1000") as url:
        until_alive(url)
        seen = asyncio.run(run(asked(url)))
    assert not seen.errors
    assert len(seen.waits) >= 6
    assert 0 < seen.quoting <= len(seen.waits)
    assert f"{len(seen.waits)} replies" in told(seen, 2.0)


def test_people_of_telegram_are_answered(starter: Settings, tmp_path: Path) -> None:
    api = f"127.0.0.1:{free_port()}"
    told_to = {"TELEGRAM_TOKEN": "1:x", "TELEGRAM_API": f"http://{api}/bot", "RATE_PERSON": "1000"}
    with served(starter, tmp_path / "data", **told_to) as url:
        seen = asyncio.run(run(asked(f"telegram://{api}", url)))
    assert not seen.errors
    assert len(seen.waits) >= 6
    assert 0 < seen.quoting <= len(seen.waits)
    assert max(seen.memory) > 100e6
