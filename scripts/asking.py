"""Commands for whoever asks: chat, ask, about."""

import json
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from bot import app, privacy, upkeep
from bot.channels import terminal
from bot.messages import Question
from scripts import report
from scripts.output import answer_json, progress_bars
from scripts.shell import notes, plainly


def chat(
    question: Annotated[str | None, typer.Argument(help="Answer this and exit.")] = None,
) -> None:
    """Talk with the assistant in this terminal. The library is set up first if need be."""
    with plainly() as settings:
        app.keep_models(settings)  # before the first look opens them
        if app.needs_refresh(settings):
            notes.print("Setting up the library: this is done once.")
            with progress_bars(notes) as progress:
                # Nothing answers now: a library that does worse than an earlier one beats none.
                done = upkeep.refresh(settings, progress, force=True)
            if done.forced:
                for line in report.outcome(done):
                    notes.print(line, markup=False)
        assistant = app.open_assistant(settings)
        if question is not None:
            print(terminal.as_text(assistant.reply(Question(text=question))))
            return
        app.run(terminal.open_channel(apology=app.apologise), assistant.respond)


def ask(
    questions: Annotated[list[str], typer.Argument(help="Questions; - reads one a line.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a question.")] = False,
) -> None:
    """Answer questions and exit."""
    with plainly() as settings:
        assistant = app.open_assistant(settings)
        for question in _given(questions):
            if as_json:
                print(json.dumps(answer_json(assistant, question), ensure_ascii=False), flush=True)
            else:
                print(terminal.as_text(assistant.reply(Question(text=question))), end="\n\n")


def _given(questions: list[str]) -> Iterator[str]:
    for question in questions:
        if question == "-":
            yield from (line.strip() for line in sys.stdin if line.strip())
        else:
            yield question


def about(
    language: Annotated[str, typer.Option(help="One of: en sw fr es pt ar.")] = "en",
) -> None:
    """Say in one page what the assistant does, what it cannot, what it keeps, whom to tell."""
    with plainly() as settings:
        asks = bool(settings.rewrite_url)
        told = privacy.about(language, settings.contact, rewriting=asks)
        print(terminal.as_text(told))
        print()
        days = settings.pass_days if settings.passes_on else 0
        told = privacy.privacy_card(language, settings.key_days, rewriting=asks, pass_days=days)
        print(terminal.as_text(told))
