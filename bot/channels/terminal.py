"""The terminal: ask and read where the library is installed. Works through pipes too."""

import asyncio
import os
import re
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from bot.channels.errors import Apology, plain_apology, sorry
from bot.logs import fault, logger
from bot.messages import Attachment, Button, Kind, Line, Question, Reply, Respond, Span, Style
from bot.phrases import file_size, speak

BAR = "│ "
QUIT = {"/quit", "/exit"}
PERSON = "terminal:here"

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # ESC would drive the terminal
_STYLES = {Style.PLAIN: "", Style.BOLD: "bold", Style.ITALIC: "italic"}
log = logger(__name__)


def open_channel(
    console: Console | None = None,
    source: TextIO | None = None,
    *,
    language: str | None = None,
    apology: Apology = plain_apology,
) -> "TerminalChannel":
    """Talk on this console with what `source` types; by default the process's own two ends."""
    return TerminalChannel(
        console or Console(highlight=False), source or sys.stdin, language, apology
    )


def to_question(
    line: str, buttons: Sequence[Button] = (), language: str | None = None
) -> Question | None:
    """Read one typed line; a number chooses among the buttons shown last. None for a blank one."""
    text = line.strip()
    kind = Kind.TEXT
    if text.isascii() and text.isdigit() and 1 <= int(text) <= len(buttons):
        text, kind = buttons[int(text) - 1].data, Kind.BUTTON
    elif text.startswith("/"):
        text, kind = text[1:].strip(), Kind.COMMAND
    return Question(text=text, kind=kind, person=PERSON, language=language) if text else None


def as_text(reply: Reply) -> str:
    """Write a reply as plain text: quotes behind a bar, URLs whole, no buttons."""
    lines = (_plain(line) for line in reply.lines)
    return "\n".join(
        "\n".join(BAR + row for row in text.split("\n")) if line.quote else text
        for line, text in zip(reply.lines, lines, strict=True)
    )


def as_note(file: Attachment, language: str) -> str:
    """Write what a file shows, in place of the file."""
    size, missing = file_size(len(file.data), language), speak(language)("not shown here")
    return f"[{_clean(file.caption)} ({file.name}, {size}): {missing}]"


def render(reply: Reply, width: int | None = None) -> Text:
    """Style a reply, wrapped at `width` terminal cells; None: not wrapped. No URL is broken."""
    return Text("\n").join(row for line in reply.lines for row in _rows(line, width))


def choices(buttons: Sequence[Button]) -> str:
    """Put a number before each button, to choose it by: `[1] More  [2] Sources`."""
    return "  ".join(f"[{n}] {_clean(button.label)}" for n, button in enumerate(buttons, 1))


def _clean(text: str) -> str:
    return _CONTROL.sub("", text.replace("\t", " "))


def _plain(line: Line) -> str:
    return "".join(words + link for words, link in map(_words, line.spans))


def _words(span: Span) -> tuple[str, str]:
    """Part a span into its words, and its URL where the words do not hold it."""
    text, url = _clean(span.text), _clean(span.url).replace("\n", "")
    if not url or url in text:
        return text, ""
    return text, f" <{url}>" if text else url


def _rows(line: Line, width: int | None) -> Iterator[Text]:
    text = Text()
    for span in line.spans:
        words, link = _words(span)
        text.append(words, _STYLES[span.style])
        text.append(link, "dim")
    bar = BAR if line.quote else ""
    for paragraph in text.split("\n", allow_blank=True) if text else [text]:
        for row in _wrapped(paragraph, width - len(bar)) if width else [paragraph]:
            yield Text.assemble((bar, "cyan"), row)


def _wrapped(text: Text, width: int) -> Iterator[Text]:
    """Break before words only: the library would fold a URL that is longer than the width."""
    breaks, column = [], 0
    for word in re.finditer(r"\S+\s*", text.plain):
        if column and column + cell_len(word[0].rstrip()) > width:
            breaks.append(word.start())
            column = 0
        column += cell_len(word[0])
    for row in text.divide(breaks):
        row.rstrip()
        yield row


class TerminalChannel:
    """One person at one keyboard."""

    def __init__(
        self, console: Console, source: TextIO, language: str | None, apology: Apology
    ) -> None:
        self._console, self._source = console, source
        self._language, self._apology = language, apology

    async def serve(self, respond: Respond) -> None:
        """Answer line by line until the end of input, /quit or a cancel."""
        lines = _typed(self._source)
        buttons: tuple[Button, ...] = ()
        while True:
            if self._console.is_terminal:
                self._console.print("> ", end="", style="bold")
            line = await lines.get()
            if line is None or line.strip() in QUIT:
                break
            if question := to_question(line, buttons, self._language):
                reply = await self._reply(respond, question)
                buttons = reply.buttons
                self._show(reply)
        if self._console.is_terminal:
            self._console.print()  # the shell's prompt starts on a line of its own

    async def _reply(self, respond: Respond, question: Question) -> Reply:
        began = time.monotonic()
        try:
            return await respond(question)
        except Exception as error:
            log.error("failed", **fault(error))
            return sorry(self._apology, question.language)
        finally:
            log.info("done", milliseconds=round(1000 * (time.monotonic() - began)))

    def _show(self, reply: Reply) -> None:
        # soft_wrap: the console would cut a long URL in two.
        width = max(self._console.width, 20) if self._console.is_terminal else None
        if reply.attachment:
            self._console.print(Text(as_note(reply.attachment, reply.language)), soft_wrap=True)
        self._console.print(render(reply, width), soft_wrap=True)
        if reply.buttons:
            self._console.print(Text(choices(reply.buttons)), soft_wrap=True)


def _typed(source: TextIO) -> "asyncio.Queue[str | None]":
    """Collect typed lines as they come; None at the end.

    A daemon thread reads: it can be left behind when the channel is cancelled, on every system.
    """
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str | None] = asyncio.Queue()

    def read() -> None:
        with suppress(RuntimeError):  # the loop has closed: nobody listens
            with suppress(OSError):  # the terminal has gone: the end, too
                for line in _own(source):
                    loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, None)

    threading.Thread(target=read, name="terminal", daemon=True).start()
    return lines


def _own(source: TextIO) -> Iterator[str]:
    """Read through a handle of our own.

    A blocked read of sys.stdin itself would hold its lock and abort the interpreter's exit.
    """
    try:
        handle = os.dup(source.fileno())
    except (OSError, ValueError):  # not a file: text in memory
        yield from source
        return
    with open(handle, encoding=source.encoding or "utf-8", errors="replace") as own:
        yield from own
