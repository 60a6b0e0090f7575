"""The command that moves a hub between files and PostgreSQL."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.settings import BadSetting
from bot.tables import TablesFailed
from index.postgres import library
from scripts.output import progress_bars
from scripts.shell import notes, plainly

if TYPE_CHECKING:
    from bot.moving.moving import Moved


def migrate(
    to: Annotated[
        str, typer.Option(metavar="DSN", help="The database; without: what DATABASE_URL names.")
    ] = "",
    back: Annotated[
        bool, typer.Option("--back", help="From the database into the data folder instead.")
    ] = False,
    engine: Annotated[
        str, typer.Option(help="postgres: search in the database; local: on each machine.")
    ] = "postgres",
) -> None:
    """Move a hub from its files to PostgreSQL, or back, and prove that all is there.

    Nobody may be served meanwhile. A run that was cut goes on where it stopped. What was in files
    is set aside in the folder `moved` and erased a week later.
    """
    with plainly() as settings:
        dsn = to or settings.dsn
        if not dsn:
            raise BadSetting("--to: name the database (postgresql://user@host/name)")
        with library(TablesFailed):
            from bot.moving import moving
        with progress_bars(notes) as progress:
            if back:
                moved = moving.to_files(settings, dsn, notes.print, progress)
                notes.print("the database holds it as well, and nobody sweeps it: drop it")
            else:
                moved = moving.to_database(settings, dsn, engine, notes.print, progress)
        _tell(moved)
        if moved.other:
            raise typer.Exit(1)


def _tell(moved: "Moved") -> None:
    table = Table("table", "rows here", "rows there", "checksums")
    for one in moved.proved:
        table.add_row(one.label, f"{one.rows:,}", f"{one.there:,}", "same" if one.same else "OTHER")
    Console().print(table)
    same = moved.questions - len(moved.other)
    print(f"{same} of {moved.questions} questions are answered with the same quotes")
    for question in moved.other:
        print(f"  other: {question}")
