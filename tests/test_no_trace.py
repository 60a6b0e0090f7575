"""After a whole conversation nothing that was said, and nobody who said it, stands in any file."""

import asyncio
import json
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.doubles.bot_api import BotApi, Fault
from tests.libraries import copy_library
from tests.test_conversation import FIRST
from tests.test_serve_telegram import serving

PERSON = 918_273_645_501
SAID = {
    "question": "What should I do about Zuhuraplaceholder, 12, from the village of Quxenda?",
    "disclosure": "my uncle zqbeats me every night, please zqhelp me now",
    "arabic": "طفلة اسمها زهرتجريبية من قرية كوكسندا هربت أمس، ماذا أفعل؟",
    "edited": "What should a zqteacher do who notices zqbruises on a child?",
    "caption": "zqphoto of the child of the zqneighbour",
    "command": "/frobnicate zqargument",
    "choice": "/language zqklingon",
    "long": "zqlong " * 300,
    "hostile": '"zqquote" OR zqnear NEAR( \u202ezqreversed\u0007 *',
    "during a fault": "Who pays for zqschool fees when a child lives with zqkin?",
}
WAL = "queue.db-wal"  # what was erased stands here for a minute at most
# Pieces that stand nowhere in the library, so that a hit is a leak.
NEEDLES = sorted(
    {word.strip("?,.").lower() for text in SAID.values() for word in text.split() if "zq" in word}
    | {"zuhuraplaceholder", "quxenda", "زهرتجريبية", "كوكسندا", str(PERSON), "zqlong zqlong"}
)


def leaks(text: str) -> list[str]:
    folded = text.casefold()
    return [needle for needle in NEEDLES if needle.casefold() in folded]


def held(folder: Path) -> Iterator[tuple[str, str]]:
    """(where, what stands there) of every file's name and bytes, and of every row in SQLite."""
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        yield "name", name
        if not path.is_file():
            continue
        data = path.read_bytes()
        yield name, data.decode("utf-8", "ignore")
        yield name, data.decode("utf-16-le", "ignore")
        if data.startswith(b"SQLite format 3"):
            yield from tables(path)


def tables(path: Path) -> Iterator[tuple[str, str]]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    for (table,) in connection.execute("select name from sqlite_master where type = 'table'"):
        for row in connection.execute(f'select * from "{table}"'):
            yield f"{path.name}:{table}", " ".join(map(str, row))
    connection.close()


@pytest.fixture
def data(starter: Settings, tmp_path: Path) -> Path:
    """A library of our own: this test looks into every file of it, and breaks one."""
    return copy_library(starter.exchange_data, tmp_path / "data")


async def converse(api: BotApi, data: Path) -> None:
    async def until_answered(before: int, text: str | None = None, **more: object) -> None:
        if text is not None:
            api.say(text, user=PERSON, **more)  # type: ignore[arg-type]
        await api.sent(before + 1)

    await until_answered(len(api.messages), "/start")
    await until_answered(len(api.messages), SAID["choice"])
    api.press("Kiswahili", user=PERSON)
    await until_answered(len(api.messages))
    for kind in ("question", "disclosure", "arabic", "long", "hostile", "command"):
        await until_answered(len(api.messages), SAID[kind])
    await until_answered(len(api.messages), FIRST["en"])
    for label in ("More", "Sources"):
        before = len(api.messages)
        api.press(label, user=PERSON)
        await until_answered(before)
    before = len(api.messages)
    api.edit(SAID["edited"], user=PERSON)
    await until_answered(before)
    before = len(api.messages)
    api.photo(SAID["caption"], user=PERSON)
    await until_answered(before)
    await until_answered(len(api.messages), "HELP")
    api.fail("sendMessage", Fault(502, html=True))  # the network loses the answer once
    await until_answered(len(api.messages), SAID["question"])
    (data / "current").rename(data / "mislaid")  # the library is gone: every question fails
    await until_answered(len(api.messages), SAID["during a fault"])
    (data / "mislaid").rename(data / "current")
    await until_answered(len(api.messages), "/privacy")


async def test_nothing_said_stands_in_any_log_table_or_file(data: Path) -> None:
    fast = {"RATE_PERSON": "60"}  # what fails is tried three times, and counts as often
    async with BotApi() as api, serving(api, data, **fast) as process:
        await converse(api, data)
        for _ in range(50):  # a reply is erased just after it was sent
            kept = {where for where, text in held(data) if leaks(text)}
            if kept <= {WAL}:
                break
            await asyncio.sleep(0.1)
        assert kept <= {WAL}, "while it runs"
        api.say("/forget", user=PERSON)
        await api.until(lambda: "Nimefuta" in api.messages[-1].parsed.text)
        process.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0
    assert out == b""
    lines = [json.loads(line) for line in err.decode().splitlines()]
    for line in lines:
        assert not leaks(json.dumps(line, ensure_ascii=False)), line
        assert set(line) <= {
            *("event", "logger", "level", "timestamp", "channel", "message", "milliseconds"),
            *("error", "where", "why", "seconds", "webhook"),
            *("bot", "lapsed_people", "limits", "turns", "week_hashes", "old_counts", "proposals"),
            "queue",
            "passed_on",
            "contributions",
            "ways_to_people",
            "moved_files",
        }
    assert any(line["event"] == "failed" and line["error"] for line in lines), "a fault was logged"
    assert any(line["event"] == "retention" for line in lines)
    kept = {where for where, text in held(data) if leaks(text)}
    assert not kept, "afterwards"
    assert {row for where, row in tables(data / "people.db") if "everybody" not in row} == set()


def test_the_search_would_see_a_leak(data: Path) -> None:
    connection = sqlite3.connect(data / "planted.db")
    connection.execute("create table planted (text)")
    connection.execute("insert into planted values (?)", [SAID["arabic"]])
    connection.commit()
    connection.close()
    (data / "planted.log").write_text(SAID["question"].upper(), encoding="utf-8")
    found = {where for where, text in held(data) if leaks(text)}
    assert found == {"planted.db", "planted.db:planted", "planted.log"}
