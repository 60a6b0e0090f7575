"""What was said in a voice note, heard by a Whisper model in a child process.

A recording may be made to break its decoder, and a model takes more memory than the rest of the
assistant: both end with the child. Sound goes in and words come out by pipes; no file is written.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.phrases import languages
from corpus.sandbox import Limits, restrict, run

MOST_AUDIO = 2_000_000  # bytes: ten minutes as the networks record
LONGEST = 120  # seconds that are heard; what comes after is left out
LIMITS = Limits(seconds=90.0, memory=6_000_000_000)  # of addresses, which its threads take freely
SURE = 0.5  # of the language: the library's own threshold; below it the person's own decides
UNSURE = -1.0  # mean log probability below which words are guesses: Whisper's own threshold
FETCHING = 1_800.0  # seconds that a model may take to come from the hub, once
_COMMAND = (sys.executable, "-m", "bot.hearing")
_MISSING = 3  # the exit status where the library is not installed
_LOCATE = f"""
import os, sys
try:
    from faster_whisper.utils import download_model
except ImportError:
    sys.exit({_MISSING})
model = sys.argv[1]
print(model if os.path.isdir(model) else download_model(model))
"""
_turn = threading.Semaphore(1)  # one model at a time in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was understood."""

    text: str  # "" where nothing was
    language: str  # ISO 639-1, of those that the assistant speaks


Hear = Callable[[bytes, str | None], Heard]
"""A recording and its person's language, ISO 639-1 (None: unknown), to what was understood."""


class HearingFailed(Exception):
    """A recording or a model that cannot be used. Its text says why, for a log or for staff."""


def open_hearing(model: str, limits: Limits = LIMITS) -> Hear:
    """What hears with `model`: a folder, or a name on the hub, which is fetched now.

    Raises HearingFailed. What it gives raises HearingFailed, too; any thread may call it.
    """
    folder = _located(model)
    if not (folder / "model.bin").is_file():
        raise HearingFailed("holds no model.bin; name a model converted for faster-whisper")
    return lambda audio, language: _heard(audio, language, folder.resolve(), limits)


def _located(model: str) -> Path:
    """The folder of a model. A child looks, and fetches: the library alone takes 100 MB."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", _LOCATE, model], capture_output=True, text=True, timeout=FETCHING
        )
    except subprocess.TimeoutExpired as error:
        raise HearingFailed("the model could not be fetched in half an hour") from error
    if done.returncode == _MISSING:
        raise HearingFailed(
            "needs the library faster-whisper;"
            " install it: .venv/bin/pip install -c requirements.lock -e '.[voice]'"
        )
    if done.returncode != 0:
        raise HearingFailed("is no folder, and no model of this name can be fetched from the hub")
    return Path(done.stdout.strip().splitlines()[-1])


def _heard(audio: bytes, prior: str | None, folder: Path, limits: Limits) -> Heard:
    if not audio or len(audio) > MOST_AUDIO:
        raise HearingFailed(f"the recording has {len(audio):,} bytes")
    wanted = {
        "folder": str(folder), "languages": languages(), "prior": prior, "limits": asdict(limits),
    }  # fmt: skip
    head = json.dumps(wanted).encode()
    with _turn:
        status, output = run(_COMMAND, head + b"\n" + audio, limits)
    if status != 0 or not output:
        raise HearingFailed(f"the child ended with status {status}")
    answer = json.loads(output)
    if "error" in answer:
        raise HearingFailed(answer["error"])
    return Heard(**answer)


def _listen(folder: str, spoken: list[str], prior: str | None, audio: bytes) -> Heard:
    import io

    from faster_whisper import WhisperModel, decode_audio

    sound = decode_audio(io.BytesIO(audio), sampling_rate=16_000)[: LONGEST * 16_000]
    model = WhisperModel(
        folder, device="cpu", compute_type="int8", cpu_threads=min(4, os.cpu_count() or 1)
    )
    # Among all that it knows a small model takes an accent for another language.
    chances = dict(model.detect_language(sound, vad_filter=True)[2])
    language = max(spoken, key=lambda code: chances.get(code, 0.0))
    if prior in spoken and chances.get(language, 0.0) < SURE:
        language = prior
    # Silence is cut away first: from silence Whisper makes up words.
    parts, _ = model.transcribe(
        sound, language=language, vad_filter=True, condition_on_previous_text=False
    )
    sure = [part.text.strip() for part in parts if part.avg_logprob >= UNSURE]
    return Heard(text=" ".join(sure).strip(), language=language)


def _main() -> None:
    """Run in the child: limits first."""
    head, _, audio = sys.stdin.buffer.read().partition(b"\n")
    wanted = json.loads(head)
    restrict(Limits(**wanted["limits"]))
    try:
        answer = asdict(_listen(wanted["folder"], wanted["languages"], wanted["prior"], audio))
    except Exception as error:  # decoders raise what they like; MemoryError, too
        answer = {"error": type(error).__name__}
    sys.stdout.buffer.write(json.dumps(answer).encode())
    sys.stdout.buffer.flush()
    os._exit(0)


if __name__ == "__main__":
    _main()
