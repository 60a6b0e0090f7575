"""The terminal channel, through pipes and at a terminal of a known width."""

import asyncio
import io
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from bot.channels.terminal import BAR, as_text, choices, open_channel, render, to_question
from bot.messages import Attachment, Button, Kind, Line, Question, Reply, Span, Style
from bot.phrases import file_size

URL = "https://example.org/" + "long/" * 30 + "guide.pdf#page=12"
BUTTONS = (Button(label="More", data="more:1"), Button(label="Sources", data="sources:1"))
REPLY = Reply(
    language="en",
    lines=(
        Line((Span("Listen. " * 12),), quote=True),
        Line(()),
        Line((Span("A guide", Style.BOLD, URL), Span(", page 12"))),
    ),
    buttons=BUTTONS,
)
PROGRAM = """
import asyncio
from bot.channels.terminal import open_channel
from bot.messages import Line, Question, Reply, Span, Style
from bot.running import until_told

async def respond(question: Question) -> Reply:
    if question.text == "break":
        raise RuntimeError("a trace")
    span = Span(f"{question.kind} {question.text}", Style.BOLD)
    return Reply(language="en", lines=(Line((span,), quote=True),))

asyncio.run(until_told(open_channel().serve(respond)))
"""  # as app.run has it: asyncio's own handler can miss a signal on the way into the wait


def run(typed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=typed,
        capture_output=True,
        encoding="utf-8",
        cwd=Path(__file__).parents[1],
        timeout=60,
        check=False,
    )


async def talk(typed: str, terminal: bool = False) -> tuple[str, list[Question]]:
    asked: list[Question] = []

    async def respond(question: Question) -> Reply:
        asked.append(question)
        return REPLY

    screen = io.StringIO()
    console = Console(file=screen, width=40, force_terminal=terminal)
    channel = open_channel(console, io.StringIO(typed), language="sw")
    await asyncio.wait_for(channel.serve(respond), 30)
    return screen.getvalue(), asked


def test_through_pipes_it_answers_and_ends_with_the_input() -> None:
    done = run("Habari؟\n\n/language sw\nbreak\nlast, without a line break")
    assert done.stdout.splitlines() == [
        "│ text Habari؟",
        "│ command language sw",
        "Sorry, something went wrong here. Please send that again.",
        "│ text last, without a line break",
    ]
    assert "\x1b" not in done.stdout
    assert "a trace" not in done.stderr
    assert done.returncode == 0


def test_quit_ends_it_politely() -> None:
    done = run("one\n/quit\nnever read\n")
    assert (done.stdout, done.returncode) == ("│ text one\n", 0)


async def test_a_number_chooses_a_button_and_prefers_the_last_ones() -> None:
    screen, asked = await talk("Hello\n2\n3\n")
    assert [(question.kind, question.text) for question in asked] == [
        (Kind.TEXT, "Hello"),
        (Kind.BUTTON, "sources:1"),
        (Kind.TEXT, "3"),
    ]
    assert {question.language for question in asked} == {"sw"}
    assert "[1] More  [2] Sources" in screen


async def test_at_a_terminal_quotes_wrap_behind_their_bar_and_urls_stay_whole() -> None:
    screen, _ = await talk("Hello\n", terminal=True)
    assert "\x1b[" in screen
    assert URL in screen
    assert screen.count(BAR) > 1


def test_rendering_keeps_to_the_width_except_for_urls() -> None:
    rows = render(REPLY, 40).plain.split("\n")
    quoted = [row for row in rows if row.startswith(BAR)]
    assert all(len(row) <= 40 for row in quoted)
    assert " ".join(row.removeprefix(BAR) for row in quoted).split() == ["Listen."] * 12
    assert any(URL in row for row in rows)


def test_without_a_width_nothing_is_wrapped() -> None:
    assert render(REPLY).plain == as_text(REPLY)


def test_plain_text() -> None:
    assert as_text(REPLY) == f"{BAR}{'Listen. ' * 12}\n\nA guide <{URL}>, page 12"


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (Span("a", url="https://a.org"), "a <https://a.org>"),
        (Span("", url="https://a.org"), "https://a.org"),
        (Span("see https://a.org", url="https://a.org"), "see https://a.org"),
        (Span("a copy", url="file:///srv/a.pdf"), "a copy <file:///srv/a.pdf>"),
        (
            Span("\x1b]8;;evil\x07a\tb", url="https://a.org\x1b[1m"),
            "]8;;evila b <https://a.org[1m>",
        ),
        (Span("[bold]not markup[/bold] :smile:"), "[bold]not markup[/bold] :smile:"),
    ],
)
def test_a_span_in_plain_text(span: Span, expected: str) -> None:
    assert as_text(Reply(language="en", lines=(Line((span,)),))) == expected


def test_a_quote_of_two_lines_has_two_bars() -> None:
    quote = Line((Span("a\nb"),), quote=True)
    assert as_text(Reply(language="en", lines=(quote,))) == f"{BAR}a\n{BAR}b"


@pytest.mark.parametrize("typed", ["", "  \n", "/", " / "])
def test_nothing_typed_is_no_question(typed: str) -> None:
    assert to_question(typed, BUTTONS) is None


@pytest.mark.parametrize("typed", ["0", "3", "-1", "1.", "²", "one"])
def test_other_numbers_are_text(typed: str) -> None:
    question = to_question(typed, BUTTONS)
    assert question
    assert (question.kind, question.text) == (Kind.TEXT, typed)


def test_labels_are_numbered_and_clean() -> None:
    assert choices([Button(label="More\x1b", data="m"), BUTTONS[1]]) == "[1] More  [2] Sources"


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interrupt_ends_it_while_it_waits_for_a_line() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=Path(__file__).parents[1],
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write("one\n")
        process.stdin.flush()
        assert process.stdout.readline() == "│ text one\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0  # with the input still open
        assert "Fatal" not in process.stderr.read()


async def test_a_file_is_told_of_in_a_line() -> None:
    picture = Attachment(
        name="S1-p12.jpg", media_type="image/jpeg", data=bytes(64_000), caption="A guide, p. 12\x1b"
    )

    async def respond(question: Question) -> Reply:
        return Reply(language="fr", lines=(Line((Span("Un guide"),)),), attachment=picture)

    shown = io.StringIO()
    console = Console(file=shown, width=80)
    await open_channel(console, io.StringIO("page\n")).serve(respond)
    note = f"[A guide, p. 12 (S1-p12.jpg, {file_size(64_000, 'fr')}): non affichée ici]"
    assert shown.getvalue() == f"{note}\nUn guide\n"
