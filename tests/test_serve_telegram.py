"""`exchange serve telegram` as it runs: a real process, real HTTP, the real model."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.desk.passed import Passed
from bot.settings import Settings
from tests.doubles.bot_api import BotApi
from tests.libraries import copy_library
from tests.test_conversation import FIRST, LABEL

ROOT = Path(__file__).resolve().parents[1]


@asynccontextmanager
async def serving(
    api: BotApi, data: Path, token: str = "", **settings: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {
        "PATH": os.environ["PATH"], "EXCHANGE_DATA": str(data),
        "TELEGRAM_TOKEN": token or api.token, "TELEGRAM_API": api.base_url,
        **settings,
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "scripts.cli", "serve", "telegram",
        cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_six_people_in_six_languages_at_once(starter: Settings) -> None:
    async with BotApi() as api, serving(api, starter.exchange_data) as process:
        for user, text in enumerate(FIRST.values(), start=1):
            api.say(text, user=user, language=None)
        sent = {message.chat: message for message in await api.sent(6)}
        for user, language in enumerate(FIRST, start=1):
            text = sent[user].parsed.text
            assert LABEL[language] in text.replace("\u2068", "").replace("\u2069", "")
            assert sent[user].preview_off
            assert "https://" in sent[user].html
        process.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 0
        assert "community" not in (out + err).decode().lower(), "no message text in any log"
        assert api.token not in (out + err).decode()


async def test_more_language_and_help_by_hand(starter: Settings) -> None:
    async with BotApi() as api, serving(api, starter.exchange_data):
        api.say("/start", language="fr")
        assert "assistant automatique" in (await api.sent(1))[0].parsed.text
        api.say(FIRST["en"])
        first = (await api.sent(2))[1]
        api.press("More")
        more = (await api.sent(3))[2]
        assert "“" in more.parsed.text
        assert more.parsed.text != first.parsed.text
        api.say("/language sw")
        assert "Kiswahili" in (await api.sent(4))[3].parsed.text
        api.say("MSAADA")
        assert "childhelplineinternational.org" in (await api.sent(5))[4].html
        api.voice()
        assert "sauti" in (await api.sent(6))[5].parsed.text


async def test_a_wrong_token_is_one_line_and_exit_1(starter: Settings) -> None:
    async with BotApi() as api, serving(api, starter.exchange_data, "1:not-this-one") as process:
        _, err = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 1
        said = [line for line in err.decode().splitlines() if not line.startswith("{")]  # no log
        assert len(said) == 1
        assert "TELEGRAM_TOKEN" in err.decode()
        assert "not-this-one" not in err.decode()


async def test_a_question_is_passed_on_and_answered_in_another_process(
    tmp_path: Path, starter: Settings
) -> None:
    data = copy_library(starter.exchange_data, tmp_path / "data")
    async with BotApi() as api, serving(api, data, PASS_ON="1"):
        api.say("How many zqblue bicycles does the mayor of Reykjavik own?", user=7)
        offered = (await api.sent(1))[0]
        assert "May I pass your question" in offered.parsed.text
        api.press("Yes, pass it on", user=7)
        await api.until(lambda: "The staff read" in api.messages[-1].parsed.text)
        passed = Passed(data)
        (question,) = passed.open()
        command = ("answer", str(question.id), "--text", "We zqasked: none.")
        asked = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "scripts.cli", "desk", *command, cwd=ROOT,
            env={"PATH": os.environ["PATH"], "EXCHANGE_DATA": str(data)},
        )  # fmt: skip
        assert await asyncio.wait_for(asked.wait(), 60) == 0
        await api.until(lambda: "We zqasked: none." in api.messages[-1].parsed.text)
        assert api.messages[-1].chat == 7
        count = len(api.messages)
        await asyncio.sleep(1.5)
        assert len(api.messages) == count, "once"
    assert passed.open() == []
