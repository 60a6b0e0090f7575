"""A voice note: heard, checked for harm, shown, and answered once its person says yes."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import app, hearing, moments
from bot.assistant import Assistant
from bot.channels.errors import plain_apology
from bot.counts import Counts
from bot.delivery.post import Post
from bot.delivery.sqlite import SqliteStore
from bot.hearing import MOST_AUDIO, Hear, Heard, HearingFailed, open_hearing
from bot.messages import Kind, Question, Reply
from bot.people import People
from bot.settings import BadSetting, Settings
from bot.voice import Voice
from corpus.sandbox import Limits
from index.opened import Current
from tests.doubles.clock import Clock
from tests.doubles.lines import LineChannel

ASKED = "How can a community-led approach protect children?"
MODEL = os.environ.get("TEST_VOICE_MODEL", "")


def hears(text: str) -> Hear:
    return lambda audio, prior: Heard(text=text, language="en")


@pytest.fixture
def clock() -> Clock:
    return Clock()


def listening(starter: Settings, folder: Path, hear: Hear | None, clock: Clock) -> Assistant:
    current = Current(starter.exchange_data, starter.engine, app.open_embedder(starter))
    return Assistant(current, People(folder), counts=Counts(folder), voice=Voice(hear, clock))


def spoken(assistant: Assistant, person: str = "lines:ada", audio: bytes = b"OggS") -> Reply:
    return assistant.reply(Question(text="", kind=Kind.VOICE, person=person, audio=audio))


def press(assistant: Assistant, reply: Reply, at: int, person: str = "lines:ada") -> Reply:
    data = reply.buttons[at].data
    assert len(data.encode()) <= 64
    return assistant.reply(Question(text=data, kind=Kind.BUTTON, person=person))


def text(reply: Reply) -> str:
    return "\n".join(line.text for line in reply.lines)


def test_what_was_heard_is_shown_then_answered(
    starter: Settings, tmp_path: Path, clock: Clock
) -> None:
    assistant = listening(starter, tmp_path, hears(ASKED), clock)
    asked = spoken(assistant)
    assert ASKED in text(asked)
    assert "HELP" in text(asked), "it may have been misheard"
    assert ASKED not in "".join(button.data for button in asked.buttons)
    answer = press(assistant, asked, 0)
    assert any(line.quote for line in answer.lines)
    assert "no longer have" in text(press(assistant, asked, 0)), "it is answered once"
    for path in tmp_path.rglob("*"):
        assert b"community-led" not in (path.read_bytes() if path.is_file() else b"")


def test_no_asks_for_another_try_and_forgets(
    starter: Settings, tmp_path: Path, clock: Clock
) -> None:
    assistant = listening(starter, tmp_path, hears(ASKED), clock)
    asked = spoken(assistant)
    assert "say it again" in text(press(assistant, asked, 1))
    assert "no longer have" in text(press(assistant, asked, 0))


def test_what_waits_lapses_and_is_nobody_elses(
    starter: Settings, tmp_path: Path, clock: Clock
) -> None:
    assistant = listening(starter, tmp_path, hears(ASKED), clock)
    asked = spoken(assistant)
    assert "no longer have" in text(press(assistant, asked, 0, person="lines:eve"))
    newer = spoken(assistant)
    assert "no longer have" in text(press(assistant, asked, 0)), "the button of an older note"
    clock.now = moments.LAPSES + 1
    assert "no longer have" in text(press(assistant, newer, 0))
    asked = spoken(assistant)
    assistant.reply(Question(text="forget", kind=Kind.COMMAND, person="lines:ada"))
    assert "no longer have" in text(press(assistant, asked, 0))
    restarted = listening(starter, tmp_path, None, clock)
    assert "no longer have" in text(press(restarted, asked, 0))


def test_a_disclosure_shows_the_card_at_once(
    starter: Settings, tmp_path: Path, clock: Clock
) -> None:
    said = "My uncle beats me every night and I am afraid."
    reply = spoken(listening(starter, tmp_path, hears(said), clock))
    assert said not in text(reply)
    written = listening(starter, tmp_path, None, clock).reply(Question(text=said))
    assert reply.lines == written.lines


def test_a_recording_that_gives_no_words_is_met_kindly(
    starter: Settings, tmp_path: Path, clock: Clock
) -> None:
    def fails(audio: bytes, prior: str | None) -> Heard:
        raise HearingFailed("the child ended with status -11")

    for hear in (hears(""), fails):
        assert "could not understand" in text(spoken(listening(starter, tmp_path, hear, clock)))
    off = listening(starter, tmp_path, None, clock)
    assert "cannot listen" in text(spoken(off))


def test_a_recording_stands_in_no_repr() -> None:
    assert "OggS" not in repr(Question(text="", kind=Kind.VOICE, audio=b"OggS"))


# Through the post.

Line = tuple[LineChannel, asyncio.Queue[Question]]


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    asked: asyncio.Queue[Question] = asyncio.Queue()

    async def respond(question: Question) -> Reply:
        await asked.put(question)
        return Reply(language="en", lines=())

    channel, store = LineChannel(), SqliteStore(tmp_path)
    post = Post(store, [channel], respond, plain_apology, listens=True)
    running = asyncio.create_task(post.run())
    await channel.ready.wait()
    yield channel, asked
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    store.close()


async def test_a_channel_brings_the_recording(
    line: Line,
) -> None:
    channel, asked = line
    _, writer = await asyncio.open_connection("127.0.0.1", channel.port)
    writer.write(b"ada 1 ~T2dnUw==\nada 2 hello\n")
    async with asyncio.timeout(10):
        got = [await asked.get(), await asked.get()]
    writer.close()
    assert [(q.kind, q.audio) for q in got] == [(Kind.VOICE, b"OggS"), (Kind.TEXT, b"")]


# The child.


def test_settings_that_name_no_model_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(hearing, "_LOCATE", "import sys; sys.exit(3)")
    with pytest.raises(BadSetting, match=r"VOICE_MODEL=small: needs the library .*\[voice\]"):
        app.open_voice(Settings(voice_model="small"))
    monkeypatch.setattr(hearing, "_LOCATE", "raise ValueError")
    with pytest.raises(BadSetting, match="no model of this name"):
        app.open_voice(Settings(voice_model="smal"))
    monkeypatch.setattr(hearing, "_LOCATE", "import sys; print(sys.argv[1])")
    with pytest.raises(BadSetting, match=r"holds no model\.bin"):
        app.open_voice(Settings(voice_model=str(tmp_path / "empty")))


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import os; os.kill(os.getpid(), 11)", "status -11"),
        ("import time; time.sleep(60)", "status None"),
        ('print(\'{"error": "InvalidDataError"}\')', "InvalidDataError"),
    ],
)
def test_a_child_that_breaks_is_one_line(
    code: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.bin").write_bytes(b"")
    monkeypatch.setattr(hearing, "_LOCATE", "import sys; print(sys.argv[1])")
    monkeypatch.setattr(hearing, "_COMMAND", (sys.executable, "-c", code))
    hear = open_hearing(str(tmp_path), Limits(seconds=2))
    with pytest.raises(HearingFailed, match=why):
        hear(b"OggS", None)
    for audio in (b"", bytes(MOST_AUDIO + 1)):
        with pytest.raises(HearingFailed, match="the recording has"):
            hear(audio, None)


@pytest.mark.skipif(not MODEL, reason="TEST_VOICE_MODEL names no folder of a Whisper model")
@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng, which speaks, is missing")
def test_a_real_model_hears_a_real_recording(tmp_path: Path) -> None:
    said, silence = tmp_path / "said.wav", tmp_path / "silence.wav"
    words = "How can a village committee protect children from violence?"
    for path, arguments in ((said, ["-s", "140", words]), (silence, ["-a", "0", words])):
        subprocess.run(["espeak-ng", "-w", path, *arguments], check=True)
    hear = open_hearing(MODEL)
    heard = hear(said.read_bytes(), "sw")
    assert heard.language == "en"
    assert {"village", "committee", "protect", "children"} <= set(heard.text.lower().split())
    assert hear(silence.read_bytes(), None).text == ""
    for broken in (said.read_bytes()[:30], b"OggS" + bytes(5_000), b"%PDF-1.7"):
        with pytest.raises(HearingFailed):
            hear(broken, None)
