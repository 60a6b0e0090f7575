import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import logs
from corpus.errors import UnreadableDocument
from corpus.files import read_file


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers.clear()
    logs.set_up()
    yield written
    logging.captureWarnings(False)
    root.handlers[:] = before
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_ours_is_one_json_line_with_ids_and_durations(stream: io.StringIO) -> None:
    logs.logger("bot.channels.telegram").info("done", update=7, milliseconds=12)
    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "done", "update": 7, "milliseconds": 12,
        "logger": "bot.channels.telegram", "level": "info",
    }  # fmt: skip


def test_what_a_library_says_is_not_written_down(stream: io.StringIO) -> None:
    logging.getLogger("httpx").warning("POST secret %s", "secret", extra={"body": "secret"})
    try:
        raise ValueError("secret")
    except ValueError:
        logging.getLogger("some.library").exception("secret")
    assert "secret" not in stream.getvalue()
    assert [(line["logger"], line.get("error")) for line in lines(stream)] == [
        ("httpx", None),
        ("some.library", "ValueError"),
    ]


def test_an_error_is_its_kind_and_the_line_of_ours(stream: io.StringIO) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read_file(Path("secret"), 1)
    told = logs.fault(caught.value)
    assert told["error"] == "UnreadableDocument"
    assert re.fullmatch(r"corpus/files\.py:\d+", told["where"])


def test_an_error_of_ours_keeps_its_words_to_itself(stream: io.StringIO) -> None:
    try:
        raise RuntimeError("secret")
    except RuntimeError:
        logs.logger("bot.x").error("failed", exc_info=True)
    assert "secret" not in stream.getvalue()
    assert lines(stream)[0]["error"] == "RuntimeError"
