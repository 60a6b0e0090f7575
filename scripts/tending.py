"""Commands for who keeps the bot: retention, counts, evaluate, helplines, translations."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bot.counts import today
from bot.desk import needs
from bot.evaluation.sets import BadSet
from bot.opening import open_counts
from bot.phrases import review
from bot.retention import sweep
from bot.safeguarding import helplines
from scripts.output import counts_table, progress_bars
from scripts.shell import notes, plainly


def retention() -> None:
    """Erase what is due and tell how much of what. It runs daily by itself while serving."""
    with plainly() as settings:
        for name, rows in sweep(settings).items():
            print(f"{name}: {rows} erased")


def counts(
    weeks: Annotated[int, typer.Option(min=1, help="Of the last so many that are over.")] = 52,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV, for a spreadsheet.")] = False,
) -> None:
    """Show what people need, week by week; only cells of five people or more."""
    with plainly() as settings:
        held = open_counts(settings)
        try:
            cells, cards = needs.cells_of(held, today(), weeks), held.cards(today())
        finally:
            held.close()
        if as_csv:
            sys.stdout.buffer.write(needs.as_csv(cells))
        else:
            counts_table(cells, cards)


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
    from bot.evaluation import running  # only whoever measures waits for these
    from scripts import evaluation

    places = sets or []
    with plainly() as settings:
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
    from bot.evaluation import comparing
    from bot.evaluation.scorecard import read_scorecards
    from scripts import evaluation

    if len(files) != 2:
        raise BadSet(f"--compare needs two files that evaluate --json wrote; {len(files)} given")
    for before, after in comparing.paired(*map(read_scorecards, files)):
        found = comparing.compare(before, after)
        if as_json:
            print(evaluation.differences_json(before.name, found))
        else:
            evaluation.show_differences(before.name, found)


def list_helplines() -> None:
    """List the helplines, and mark those hidden or checked more than a year ago."""
    today = date.today()
    with plainly():
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


def translations() -> None:
    """List what each language's catalogue lacks, and how much no native speaker reviewed."""
    with plainly():
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
