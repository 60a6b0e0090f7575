"""The command `exchange`."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from bot import app
from bot.cards import answer_reply
from bot.channels import terminal
from bot.channels.errors import ChannelFailed
from bot.settings import BadSetting, Settings, read
from corpus.adding import Details, Fate, Outcome
from corpus.errors import BadCatalogue
from index.calibration import BadCalibration
from index.editing import Busy
from index.plugins import UnknownPart
from index.ports import StaleIndex
from scripts.output import answer_json, library_table, progress_bars

EXPECTED = (BadSetting, Busy, StaleIndex, BadCatalogue, BadCalibration, UnknownPart, ChannelFailed)

cli = typer.Typer(
    help="Ask the library of the Community Child Protection Exchange.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
serve = typer.Typer(help="Answer people on a network.", no_args_is_help=True, rich_markup_mode=None)
cli.add_typer(serve, name="serve")
notes = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def _plainly() -> Iterator[Settings]:
    """The settings; what can be expected to go wrong is one line and exit status 1."""
    try:
        yield read()
    except EXPECTED as error:
        notes.print(f"exchange: {error}", markup=False)
        raise typer.Exit(1) from None


def _refresh(settings: Settings) -> app.Refreshed:
    with progress_bars(notes) as progress:
        return app.refresh(settings, progress)


@cli.command()
def chat(
    question: Annotated[str | None, typer.Argument(help="Answer this and exit.")] = None,
) -> None:
    """Talk with the assistant in this terminal. The library is set up first if need be."""
    with _plainly() as settings:
        if app.needs_refresh(settings):
            notes.print("Setting up the library: this is done once.")
            _refresh(settings)
        assistant = app.open_assistant(settings)
        if question is not None:
            print(terminal.as_text(answer_reply(assistant.answer(question))))
            return
        app.run(terminal.open_channel(apology=app.apologise), assistant.respond)


@cli.command()
def ask(
    questions: Annotated[list[str], typer.Argument(help="Questions; - reads one a line.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a question.")] = False,
) -> None:
    """Answer questions and exit."""
    with _plainly() as settings:
        assistant = app.open_assistant(settings)
        for question in _given(questions):
            if as_json:
                print(json.dumps(answer_json(assistant, question), ensure_ascii=False), flush=True)
            else:
                print(terminal.as_text(answer_reply(assistant.answer(question))), end="\n\n")


def _given(questions: list[str]) -> Iterator[str]:
    for question in questions:
        if question == "-":
            yield from (line.strip() for line in sys.stdin if line.strip())
        else:
            yield question


@cli.command()
def refresh() -> None:
    """Bring the library in line with the catalogue and publish it."""
    with _plainly() as settings:
        done = _refresh(settings)
    changes, published = done.changes, done.published
    print(
        f"{len(changes.added)} added, {len(changes.changed)} changed,"
        f" {len(changes.removed)} removed, {len(changes.unchanged)} unchanged;"
        f" {published.embedded} texts embedded"
    )
    figures = published.judge.figures
    if figures:
        print(
            f"Of {figures['questions']:.0f} questions that did not set the threshold:"
            f" {figures['answered']:.0%} of the answerable answered,"
            f" {figures['answered wrongly']:.0%} of the unanswerable answered wrongly"
        )


@cli.command()
def add(
    targets: Annotated[list[str], typer.Argument(help="Files or http(s) addresses.")],
    source: Annotated[str, typer.Option(help="The source that this is the full text of.")] = "",
    title: Annotated[str, typer.Option(help="Its title, where the document gives none.")] = "",
    publisher: Annotated[str, typer.Option(help="Who published it.")] = "",
    year: Annotated[str, typer.Option(help="The year of publication.")] = "",
    language: Annotated[str, typer.Option(help="Its language, two letters.")] = "",
    url: Annotated[str, typer.Option(help="Where people can open it, for a file.")] = "",
) -> None:
    """Add real documents with their pages. What cannot be read is named; the rest goes on."""
    details = Details(
        source=source, title=title, publisher=publisher, year=year, language=language, url=url
    )
    one_only = [name for name in ("source", "title", "url") if getattr(details, name)]
    if one_only and len(targets) > 1:
        notes.print(f"exchange: --{one_only[0]} is for one document; {len(targets)} were given")
        raise typer.Exit(2)
    with _plainly() as settings, progress_bars(notes) as progress:
        outcomes = app.add_documents(settings, targets, details, progress, _tell)
    if any(outcome.fate is Fate.FAILED for outcome in outcomes):
        raise typer.Exit(1)


def _tell(outcome: Outcome) -> None:
    if outcome.fate is Fate.FAILED:
        notes.print(f"not added: {outcome.why}", markup=False)
    elif outcome.fate is Fate.DUPLICATE:
        notes.print(f"not added: {outcome.target}: {outcome.why}", markup=False)
    else:
        print(
            f"{outcome.fate}: {outcome.target}: {outcome.title!r}, {outcome.language},"
            f" {outcome.pages} pages, {outcome.passages} passages",
            flush=True,
        )


@cli.command()
def remove(source: Annotated[str, typer.Argument(help="The id of a source.")]) -> None:
    """Take a source with all its documents out of the library."""
    with _plainly() as settings, progress_bars(notes) as progress:
        try:
            app.remove_source(settings, source, progress)
        except KeyError:
            notes.print(f"exchange: the library has no source {source!r}; see: exchange library")
            raise typer.Exit(1) from None
    print(f"removed: {source}")


@cli.command()
def library(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a document.")] = False,
) -> None:
    """List what the library holds."""
    with _plainly() as settings:
        library_table(app.holdings(settings), as_json)


@serve.command("telegram")
def serve_telegram() -> None:
    """Answer on Telegram by long polling, with the bot of TELEGRAM_TOKEN."""
    with _plainly() as settings:
        channel = app.open_telegram(settings)
        app.run(channel, app.open_assistant(settings).respond)


def main() -> None:
    """Run the command line."""
    cli()


if __name__ == "__main__":
    main()
