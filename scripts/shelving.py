"""Commands for what the library holds: refresh and its undoing, links, add, remove, library."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import app, upkeep
from corpus.adding import Details
from corpus.report import TROUBLE, Fate, Row, changes
from index.snapshots import listed
from scripts import report
from scripts.output import library_table, progress_bars
from scripts.shell import notes, plainly


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
    workers: Annotated[
        int, typer.Option(min=1, help="Processes that embed, where much is new.")
    ] = 1,
    ray: Annotated[str, typer.Option(help="Address of a Ray cluster that has the workers.")] = "",
) -> None:
    """Bring the library in line with its catalogues: look, ask, publish."""

    def agree(rows: list[Row]) -> bool:
        report.show(rows)
        print(report.summary(rows), flush=True)
        if dry_run or not changes(rows):
            return not dry_run
        return yes or not sys.stdin.isatty() or typer.confirm("Publish this?", default=True)

    _need_places({"--json": json_file, "--html": html_file})
    with plainly() as settings:
        app.keep_models(settings)
        with progress_bars(notes) as progress:
            done = upkeep.refresh(
                settings, progress, agree=agree, force=force, workers=workers, ray=ray
            )
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


def snapshots() -> None:
    """List the published libraries that can be rolled back to."""
    with plainly() as settings:
        for kept in listed(settings.exchange_data):
            mark = "current" if kept.current else ""
            print(f"{kept.name}  {kept.bytes / 1e6:6.1f} MB  {mark}".rstrip())


def rollback(
    name: Annotated[str, typer.Argument(help="One of: exchange snapshots.")] = "",
) -> None:
    """Go back to the library before this one, or to the one named."""
    with plainly() as settings:
        print(f"{upkeep.rollback(settings, name)} answers now")


def links() -> None:
    """Check every link that people are shown, and list those that do not work."""
    with plainly() as settings:
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


def add(
    targets: Annotated[list[str], typer.Argument(help="Files or http(s) addresses.")],
    source: Annotated[str, typer.Option(help="The source that this is the full text of.")] = "",
    title: Annotated[str, typer.Option(help="Its title, where the document gives none.")] = "",
    publisher: Annotated[str, typer.Option(help="Who published it.")] = "",
    year: Annotated[str, typer.Option(help="The year of publication.")] = "",
    language: Annotated[str, typer.Option(help="Its language, two letters.")] = "",
    url: Annotated[str, typer.Option(help="Where people can open it, for a file.")] = "",
    licence: Annotated[str, typer.Option(help="Its licence, such as: CC BY 4.0")] = "",
) -> None:
    """Add real documents with their pages. What cannot be read is named; the rest goes on."""
    details = Details(
        source=source, title=title, publisher=publisher, year=year, language=language, url=url,
        licence=licence,
    )  # fmt: skip
    if refused := _refused(targets, details):
        notes.print(f"exchange: {refused}", markup=False)
        raise typer.Exit(2)
    with plainly() as settings, progress_bars(notes) as progress:
        rows, verdict = upkeep.add_documents(settings, targets, details, progress, _tell)
    for line in report.warnings(verdict):
        notes.print(line, markup=False)
    if any(row.fate in TROUBLE for row in rows):
        raise typer.Exit(1)


def _refused(targets: list[str], details: Details) -> str:
    """Why these options do not go together, in one line; empty where they do."""
    one_only = [name for name in ("source", "title", "url") if getattr(details, name)]
    if one_only and len(targets) > 1:
        return f"--{one_only[0]} is for one document; {len(targets)} were given"
    described = ("title", "publisher", "year", "url", "licence")
    own = [name for name in described if getattr(details, name)]
    if details.source and own:
        told = f"the catalogue describes {details.source}"
        return f"--{own[0]} says nothing beside --source: {told}"
    language = details.language
    if language and not (len(language) == 2 and language.isascii() and language.islower()):
        return f"--language {language!r} is no language's two letters, such as: sw"
    return ""


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


def remove(source: Annotated[str, typer.Argument(help="The id of a source.")]) -> None:
    """Take a source with all its documents out of the library."""
    with plainly() as settings, progress_bars(notes) as progress:
        try:
            upkeep.remove_source(settings, source, progress)
        except KeyError:
            notes.print(f"exchange: the library has no source {source!r}; see: exchange library")
            raise typer.Exit(1) from None
    print(f"removed: {source}")


def library(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a document.")] = False,
) -> None:
    """List what the library holds."""
    with plainly() as settings:
        library_table(upkeep.holdings(settings), as_json)
