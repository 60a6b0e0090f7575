"""The command `exchange`."""

import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot import app, logs, privacy, upkeep
from bot.channels import terminal
from bot.channels.errors import ChannelFailed
from bot.counts import Counts, shown, today
from bot.evaluation import comparing, running
from bot.evaluation.ranking import MissingLibrary
from bot.evaluation.scorecard import read_scorecards
from bot.evaluation.sets import BadSet
from bot.keys import BadKey
from bot.messages import Question
from bot.phrases import review
from bot.retention import sweep
from bot.safeguarding import helplines
from bot.safeguarding.helplines import BadHelpline
from bot.safeguarding.table import BadTable
from bot.settings import BadSetting, Settings, read
from corpus.adding import Details
from corpus.errors import BadCatalogue
from corpus.report import TROUBLE, Fate, Row, changes
from index.calibration import BadCalibration
from index.editing import Busy
from index.plugins import UnknownPart
from index.ports import StaleIndex
from index.snapshots import NoSnapshot, listed
from scripts import evaluation, report
from scripts.output import answer_json, counts_table, library_table, progress_bars

EXPECTED = (
    BadKey,
    BadSet,
    BadHelpline,
    BadSetting,
    BadTable,
    Busy,
    NoSnapshot,
    StaleIndex,
    BadCatalogue,
    BadCalibration,
    UnknownPart,
    ChannelFailed,
    MissingLibrary,
)

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
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except (OSError, sqlite3.OperationalError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        where = getattr(error, "filename", None) or "the data folder"
        notes.print(
            f"exchange: {reason} ({where}); free some space or mend the rights, then try again."
            " What was published before answers on",
            markup=False,
        )
        raise typer.Exit(1) from None
    except sqlite3.DatabaseError as error:  # no SQLite file, or one that is cut
        notes.print(
            f"exchange: a file in the data folder is damaged ({error}); for the library run:"
            " exchange rollback. Else remove the damaged one of shelf.db, vectors.db, links.db"
            " and people.db: it is made anew",
            markup=False,
        )
        raise typer.Exit(1) from None


@cli.command()
def chat(
    question: Annotated[str | None, typer.Argument(help="Answer this and exit.")] = None,
) -> None:
    """Talk with the assistant in this terminal. The library is set up first if need be."""
    with _plainly() as settings:
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
                print(terminal.as_text(assistant.reply(Question(text=question))), end="\n\n")


def _given(questions: list[str]) -> Iterator[str]:
    for question in questions:
        if question == "-":
            yield from (line.strip() for line in sys.stdin if line.strip())
        else:
            yield question


@cli.command()
def refresh(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Publish without asking.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Publish although golden questions fell.")
    ] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the report here.")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="And as a page here.")] = None,
) -> None:
    """Bring the library in line with its catalogues: look, ask, publish."""

    def agree(rows: list[Row]) -> bool:
        report.show(rows)
        print(report.summary(rows), flush=True)
        if dry_run or not changes(rows):
            return not dry_run
        return yes or not sys.stdin.isatty() or typer.confirm("Publish this?", default=True)

    _need_places({"--json": json_file, "--html": html_file})
    with _plainly() as settings:
        with progress_bars(notes) as progress:
            done = upkeep.refresh(settings, progress, agree=agree, force=force)
        for line in report.outcome(done)[1:]:
            print(line)
        if json_file:
            report.write_json(done, json_file)
        if html_file:
            report.write_html(done, html_file)
    if done.published and not done.published.switched:
        raise typer.Exit(1)


def _need_places(reports: dict[str, Path | None]) -> None:
    """Refuse a report that has no place to go, before the work instead of after it."""
    for option, path in reports.items():
        there = path if path is None or path.exists() else path.parent
        if there and (there.is_dir() == (there is path) or not os.access(there, os.W_OK)):
            told = f"exchange: {option} {path} cannot be written; name a file in a folder"
            notes.print(f"{told} that is there", markup=False)
            raise typer.Exit(2)


@cli.command()
def snapshots() -> None:
    """List the published libraries that can be rolled back to."""
    with _plainly() as settings:
        for kept in listed(settings.exchange_data):
            mark = "current" if kept.current else ""
            print(f"{kept.name}  {kept.bytes / 1e6:6.1f} MB  {mark}".rstrip())


@cli.command()
def rollback(
    name: Annotated[str, typer.Argument(help="One of: exchange snapshots.")] = "",
) -> None:
    """Go back to the library before this one, or to the one named."""
    with _plainly() as settings:
        print(f"{upkeep.rollback(settings, name)} answers now")


@cli.command()
def links() -> None:
    """Check every link that people are shown, and list those that do not work."""
    with _plainly() as settings:
        with progress_bars(notes) as progress:
            checked = upkeep.links(settings, progress)
        for link in checked:
            if not link.works:
                when = (
                    f"last worked {link.last_worked}" if link.last_worked else "never seen working"
                )
                kind = "unsure" if link.unsure else "dead"
                print(f"{kind}: {link.source} {link.title}\n  {link.why} ({when})")
            elif link.moved_to:
                print(f"moved: {link.source} {link.title}\n  {link.url} -> {link.moved_to}")
    print(f"{len(checked)} links, {sum(link.works for link in checked)} work")


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
    own = [name for name in ("title", "publisher", "year", "url") if getattr(details, name)]
    if source and own:
        notes.print(
            f"exchange: --{own[0]} says nothing beside --source: the catalogue describes {source}",
            markup=False,
        )
        raise typer.Exit(2)
    if language and not (len(language) == 2 and language.isascii() and language.islower()):
        notes.print(
            f"exchange: --language {language!r} is no language's two letters, such as: sw",
            markup=False,
        )
        raise typer.Exit(2)
    with _plainly() as settings, progress_bars(notes) as progress:
        rows, verdict = upkeep.add_documents(settings, targets, details, progress, _tell)
    for line in report.warnings(verdict):
        notes.print(line, markup=False)
    if any(row.fate in TROUBLE for row in rows):
        raise typer.Exit(1)


def _tell(row: Row) -> None:
    if row.fate in TROUBLE:
        notes.print(f"not added: {row.why}", markup=False)
    elif row.fate in (Fate.DUPLICATE, Fate.REMOVED):
        what = "not added" if row.fate is Fate.DUPLICATE else "removed"
        notes.print(f"{what}: {row.place}: {row.why}", markup=False)
    else:
        print(
            f"{row.fate}: {row.place}: {row.title!r}, {row.language},"
            f" {row.pages} pages, {row.passages} passages",
            flush=True,
        )


@cli.command()
def remove(source: Annotated[str, typer.Argument(help="The id of a source.")]) -> None:
    """Take a source with all its documents out of the library."""
    with _plainly() as settings, progress_bars(notes) as progress:
        try:
            upkeep.remove_source(settings, source, progress)
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
        library_table(upkeep.holdings(settings), as_json)


@cli.command()
def retention() -> None:
    """Erase what is due and tell how much of what. It runs daily by itself while serving."""
    with _plainly() as settings:
        for name, rows in sweep(settings).items():
            print(f"{name}: {rows} erased")


@cli.command()
def counts() -> None:
    """Show how much the bot is used, day by day; only cells of five people or more."""
    with _plainly() as settings:
        held = Counts(settings.exchange_data)
        try:
            counts_table(shown(held.closed(today())), held.cards(today()))
        finally:
            held.close()


@cli.command()
def about(
    language: Annotated[str, typer.Option(help="One of: en sw fr es pt ar.")] = "en",
) -> None:
    """Say in one page what the assistant does, what it cannot, what it keeps, whom to tell."""
    with _plainly() as settings:
        print(terminal.as_text(privacy.about(language, settings.contact)))
        print()
        print(terminal.as_text(privacy.privacy_card(language, settings.key_days)))


@cli.command()
def evaluate(
    sets: Annotated[
        list[Path] | None, typer.Argument(help="CSV files; without: the golden questions.")
    ] = None,
    beir: Annotated[
        bool, typer.Option("--beir", help="They are folders in the layout of BEIR, each a hub.")
    ] = False,
    compare: Annotated[
        bool, typer.Option("--compare", help="They are two files that --json wrote.")
    ] = False,
    half: Annotated[
        str, typer.Option(help="tuning, reporting (odd CRC-32) or all; of --beir: reporting.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a set.")] = False,
    html_file: Annotated[Path | None, typer.Option("--html", help="And as a page here.")] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder that keeps vectors from one run to the next.")
    ] = None,
) -> None:
    """Measure how well questions are answered, with the code that answers people."""
    places = sets or []
    with _plainly() as settings:
        if compare:
            _compare(places, as_json)
            return
        kept = data or settings.exchange_data / running.FOLDER
        with progress_bars(notes) as progress:
            measure = running.evaluate_beir if beir else running.evaluate_sets
            cards = measure(settings, places, half, progress, kept)
        for card in cards:
            if as_json:
                print(evaluation.as_json(card))
            else:
                evaluation.show(card)
        if html_file:
            evaluation.write_html(cards, html_file)


def _compare(files: list[Path], as_json: bool) -> None:
    if len(files) != 2:
        raise BadSet(f"--compare needs two files that evaluate --json wrote; {len(files)} given")
    for before, after in comparing.paired(*map(read_scorecards, files)):
        found = comparing.compare(before, after)
        if as_json:
            print(evaluation.differences_json(before.name, found))
        else:
            evaluation.show_differences(before.name, found)


@cli.command("helplines")
def list_helplines() -> None:
    """List the helplines, and mark those hidden or checked more than a year ago."""
    today = date.today()
    with _plainly():
        rows = helplines.helplines()
        for row in rows:
            marks = [] if row.shown else [f"hidden: {row.confidence}"]
            marks += ["check anew"] if row.stale(today) else []
            print(f"{row.code:3} {row.number:18} {row.checked} {row.country}  {', '.join(marks)}")
            print(f"    {row.service}, {row.hours or 'hours not stated'}, {row.source}")
    old = sum(row.stale(today) for row in rows)
    print(f"{len(rows)} helplines, {old} checked more than a year ago")
    if old:
        raise typer.Exit(1)


@cli.command()
def translations() -> None:
    """List what each language's catalogue lacks, and how much no native speaker reviewed."""
    with _plainly():
        held = review.states()
    for state in held:
        print(
            f"{state.language}: {len(state.missing)} missing, {len(state.fuzzy)} fuzzy,"
            f" {len(state.unreviewed)} not reviewed by a native speaker"
        )
        for text in (*state.missing, *state.fuzzy):
            mark = "  SAFETY" if text in state.unsafe else "  "
            print(f"{mark} {'fuzzy' if text in state.fuzzy else 'missing'}: {text}")
    if any(state.unsafe for state in held):
        raise typer.Exit(1)


@serve.command("telegram")
def serve_telegram() -> None:
    """Answer on Telegram by long polling, with the bot of TELEGRAM_TOKEN."""
    with _plainly() as settings:
        channel = app.open_telegram(settings)
        assistant = app.open_assistant(settings, limited=True)
        logs.set_up()
        app.run(channel, assistant.respond, settings)


def main() -> None:
    """Run the command line."""
    cli()


if __name__ == "__main__":
    main()
