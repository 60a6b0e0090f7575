"""Commands for learning paths: what there is, and whether a file can be one."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.learning.parsing import LARGEST
from bot.learning.path import BadPath
from bot.learning.shelf import Shelf, checked
from bot.settings import Settings
from corpus.library import Library
from index import snapshots
from index.editing import LIBRARY
from scripts.shell import notes, plainly

cli = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Learning paths: files of the folder paths in the data folder, beside those built in.",
)


@contextmanager
def _library() -> Iterator[tuple[Settings, Library]]:
    """The settings, and the library that answers now."""
    with plainly() as settings:
        held = snapshots.current(settings.exchange_data) / LIBRARY
        with closing(Library(held, read_only=True)) as library:
            yield settings, library


@cli.command("list")
def list_paths() -> None:
    """List the paths, and of each that nobody is shown, why."""
    with _library() as (settings, library):
        for one in Shelf(settings.exchange_data).found(library):
            title, steps = (one.path.title, len(one.path.steps)) if one.path else ("?", 0)
            where = "own" if one.own else "built in"
            print(f"{one.name}  {where}  {steps} steps  {title}")
            for fault in one.faults:
                print(f"    {one.name}:{fault.line}: {fault.why}")


@cli.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Files like listening.md, listening.sw.md.")],
) -> None:
    """Check files as the assistant does: their form, and each quote in the library."""
    with _library() as (_, library):
        bad = 0
        for file in files:
            try:
                with file.open("rb") as opened:
                    path = checked(file.name, opened.read(LARGEST + 1), library)
                print(f"{file.name}: fit, {len(path.steps)} steps: {path.title}")
            except BadPath as error:
                notes.print(str(error), markup=False)
                bad += 1
        if bad:
            raise typer.Exit(1)
