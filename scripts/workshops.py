"""Commands for workshops: making one, its links and QR codes, its counts, who is a trainer."""

import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot import app
from bot.counts import FEWEST, today
from bot.desk.needs import as_csv
from bot.opening import open_counts, open_part, open_people
from bot.people import People
from bot.settings import Settings
from bot.workshops import counting
from bot.workshops.kept import BadWorkshop, Workshops
from bot.workshops.links import Links, links, png, svg
from bot.workshops.making import Given, make
from bot.workshops.workshop import Workshop, is_code, read_code
from scripts.shell import plainly

cli = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Workshops that people join by a link or a QR code, and the trainers who make them.",
)

Code = Annotated[str, typer.Argument(help="The workshop's code: exchange workshop list.")]


@contextmanager
def kept_here() -> Iterator[tuple[Settings, Workshops]]:
    """The settings and the workshops, for as long as they are needed."""
    with plainly() as settings, closing(open_part(Workshops, settings)) as kept:
        yield settings, kept


@cli.command()
def new(
    title: Annotated[str, typer.Argument(help="As people read it: “Kampala, March 2026”.")],
    language: Annotated[str, typer.Option(help="en, sw, fr, es, pt or ar.")],
    topic: Annotated[str, typer.Option(help="What it is about, in your words.")] = "",
    country: Annotated[str, typer.Option(help="Its name: Uganda.")] = "",
    setting: Annotated[str, typer.Option(help="emergency, refugee, urban, development.")] = "",
    documents: Annotated[
        list[str] | None, typer.Option(help="A source's id; may stand several times.")
    ] = None,
    questions: Annotated[
        list[str] | None,
        typer.Option(help="A question to begin with, up to five; none: they are chosen."),
    ] = None,
    expires: Annotated[str, typer.Option(help="The last day, as 2026-04-30.")] = "",
) -> None:
    """Make a workshop, try its questions, and print its links."""
    with kept_here() as (settings, kept):
        opened = app.open_current(settings)()
        given = Given(
            title=title, language=language, topic=topic, country=country, setting=setting,
            documents=documents or (), questions=questions or (), expires=expires,
        )  # fmt: skip
        made = make(given, kept, opened)
        _print(made.workshop, links(made.workshop, settings))
        for question in made.unanswered:
            print(f"NOT ANSWERED by the library: {question}")


@cli.command("list")
def listed() -> None:
    """List the workshops, the newest first."""
    with kept_here() as (_, kept):
        for one in kept.listed():
            over = "  over" if one.over(time.time()) else ""
            print(f"{one.code}  {_day(one.created)}  {one.language}  {one.title}{over}")


@cli.command()
def show(
    code: Code,
    into: Annotated[
        Path | None, typer.Option(help="A folder for its QR codes, as SVG and PNG.")
    ] = None,
) -> None:
    """Show a workshop with its links; write their QR codes into a folder."""
    with kept_here() as (settings, kept):
        workshop = found(kept, code)
        urls = links(workshop, settings)
        _print(workshop, urls)
        if into is not None:
            into.mkdir(parents=True, exist_ok=True)
            for network, url in urls.by_network():
                path = into / f"workshop-{workshop.code}-{network.lower()}"
                path.with_suffix(".svg").write_text(svg(url), encoding="utf-8")
                path.with_suffix(".png").write_bytes(png(url))
                print(f"written: {path}.svg and .png")


@cli.command()
def end(code: Code) -> None:
    """Let nobody join a workshop any more; who is in it goes on."""
    with kept_here() as (_, kept):
        kept.end(code)
        print(f"ended: {read_code(code)}")


@cli.command()
def counts(
    code: Code,
    csv: Annotated[bool, typer.Option("--csv", help="Week by week, for a spreadsheet.")] = False,
) -> None:
    """Show how many joined, asked and were answered, and on what; five people or more."""
    with kept_here() as (settings, kept):
        workshop = found(kept, code)
        with closing(open_counts(settings)) as kept_counts:
            cells = counting.cells_of(kept_counts, today(), workshop.code)
        if csv:
            sys.stdout.buffer.write(as_csv(cells))
            return
        sums = counting.tallied(cells)
        print(f"joined {sums.joined}, asked {sums.asked}, answered {sums.answered}")
        for row in sums.topics:
            print(f"    {row.name}: {row.number}")
        print(
            f"Of weeks that are over, and only what {FEWEST} people or more did in one; nor what"
            " would give fewer away."
        )


@cli.command()
def trainer(
    code: Annotated[str, typer.Argument(help="What a person read to you: /trainer gave it.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take the right back.")] = False,
) -> None:
    """Let the person who has this code make workshops in the chat, or no more."""
    with kept_here() as (settings, _), _people(settings) as people:
        typed = read_code(code)
        done = people.unname_trainer(typed) if remove else people.name_trainer(typed)
        if not done:
            why = "nobody waits with it" if is_code(typed) else "it is mistyped"
            raise BadWorkshop(f"{code}: {why}; the person sends /trainer and reads the code anew")
        print(f"{'no trainer any more' if remove else 'named a trainer'}: {typed}")


@cli.command()
def trainers() -> None:
    """List the trainers by their codes; who they are is not known here."""
    with kept_here() as (settings, _), _people(settings) as people:
        for code, since in people.trainers():
            print(f"{code}  since {_day(since)}")


def _people(settings: Settings) -> closing[People]:
    return closing(open_people(settings))


def found(kept: Workshops, code: str) -> Workshop:
    """The workshop of a code. Raises BadWorkshop."""
    workshop = kept.find(code)
    if workshop is None:
        raise BadWorkshop(f"{code}: no workshop has this code; see exchange workshop list")
    return workshop


def _print(workshop: Workshop, urls: Links) -> None:
    over = f", until {_day(workshop.expires)}" if workshop.expires else ""
    print(f"{workshop.code}  {workshop.title} ({workshop.language}){over}")
    for name in ("topic", "country", "setting"):
        if value := getattr(workshop, name):
            print(f"    {name}: {value}")
    if workshop.documents:
        print(f"    documents: {', '.join(workshop.documents)}")
    for number, question in enumerate(workshop.questions, start=1):
        print(f"    {number}. {question}")
    for network, url in urls.by_network():
        print(f"{network.lower()}: {url}")
    if not urls.by_network():
        print("no link: set TELEGRAM_TOKEN or TELEGRAM_NAME, WHATSAPP_NUMBER or WEB_URL")


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))
