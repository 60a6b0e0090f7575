"""What is due is erased, by hand and by itself; and the staff's commands around it."""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from bot import retention
from bot.assistant import Assistant
from bot.channels.terminal import as_text
from bot.counts import Counts, today, week
from bot.messages import Kind, Question
from bot.people import People
from bot.settings import Settings
from tests.doubles.bot_api import BotApi
from tests.test_cli import exchange
from tests.test_counts import hashes
from tests.test_serve_telegram import serving

OLD = today() - timedelta(days=400)
LAST_WEEK = today() - timedelta(days=7)


def past(data: Path) -> None:
    """Somebody who was last here long ago, and counts of then and of last week."""
    people = People(data, key_days=30, now=lambda: 1_000_000_000.0)
    people.choose("telegram:42", "sw")
    people.close()
    counts = Counts(data)
    for person in range(6):
        counts.add(OLD, hashes(str(person)), all="all", language="sw", channel="telegram")
    for person in range(7):
        counts.add(LAST_WEEK, hashes(str(person)), all="all", language="fr", channel="telegram")
    counts.close()


def test_it_tells_how_much_of_what_was_erased(tmp_path: Path) -> None:
    past(tmp_path)
    settings = Settings(exchange_data=tmp_path)
    assert retention.sweep(settings) == {
        "lapsed people": 1, "limits": 0, "turns": 0, "week hashes": 3 * 7, "old counts": 3,
        "proposals": 0, "queue": 0, "contributions": 0, "passed on": 0,
        "ways to people": 0, "moved files": 0,
    }  # fmt: skip
    assert set(retention.sweep(settings).values()) == {0}


def test_exchange_retention_and_counts_as_they_are_typed(tmp_path: Path) -> None:
    past(tmp_path)
    done = exchange("retention", data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "lapsed people: 1 erased" in done.stdout
    assert "old counts: 3 erased" in done.stdout
    done = exchange("counts", data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert week(LAST_WEEK) in done.stdout
    assert "fr" in done.stdout
    assert "7" in done.stdout
    assert week(OLD) not in done.stdout


def test_counts_without_any_are_one_line(tmp_path: Path) -> None:
    assert "no week that is over had 5 people" in exchange("counts", data=tmp_path).stdout


def test_about_is_the_same_in_the_terminal_and_in_a_chat(starter: Settings) -> None:
    done = exchange("about", "--language", "fr", data=starter.exchange_data, CONTACT="hub@a.org")
    assert "Ce que je ne peux pas faire" in done.stdout
    assert "hub@a.org" in done.stdout
    assert "Votre vie privée" in done.stdout
    done = exchange(
        "chat", data=starter.exchange_data, typed="/language en\n/about\n/privacy\n/forget\n"
    )
    assert "What I cannot do" in done.stdout
    assert "not kept" in done.stdout
    assert "Erased" in done.stdout


async def test_it_runs_while_serving_and_the_menu_speaks_six_languages(
    starter: Settings, tmp_path: Path
) -> None:
    past(tmp_path)
    for name in ("snapshots", "current"):
        (tmp_path / name).symlink_to(starter.exchange_data / name)
    async with BotApi() as api, serving(api, tmp_path):
        api.say("/privacy")
        await api.sent(1)
        await api.until(lambda: len(api.called("setMyCommands")) == 12)  # groups have their own
        menus = {
            call.get("language_code"): {entry["command"]: entry["description"] for entry in menu}
            for call in api.called("setMyCommands")
            for menu in [call["commands"]]
            if "all_group_chats" not in call.get("scope", "")
        }
    assert set(menus) == {None, "sw", "fr", "es", "pt", "ar"}
    assert all({"privacy", "forget", "about"} <= set(menu) for menu in menus.values())
    assert len({menu["forget"] for menu in menus.values()}) == 6
    counts = Counts(tmp_path)
    assert {cell.week for cell in counts.closed(today())} == {week(LAST_WEEK)}
    counts.close()


async def test_a_sweep_that_fails_is_logged_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(retention, "EVERY", 0.01)
    (tmp_path / "people.key").write_bytes(b"damaged")
    task = asyncio.create_task(retention.sweep_daily(Settings(exchange_data=tmp_path)))
    async with asyncio.timeout(10):
        while len([r for r in caplog.records if "BadKey" in r.getMessage()]) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        (tmp_path / "people.key").unlink()
        while not any("lapsed_people" in r.getMessage() for r in caplog.records):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("command", ["privacy", "forget", "about"])
@pytest.mark.parametrize("language", ["en", "sw", "fr", "es", "pt", "ar"])
def test_each_is_one_screen_in_each_language(
    assistant: Assistant, command: str, language: str
) -> None:
    asked = Question(text=command, kind=Kind.COMMAND, person="test:9", language=language)
    text = as_text(assistant.reply(asked))
    assert 50 < len(text) < 1000
    if language != "en":
        other = Question(text=command, kind=Kind.COMMAND, person="test:9", language="en")
        assert as_text(assistant.reply(other)) != text
