"""Commands for the hub's desk: questions that people passed on, and answers that are kept."""

import time
from contextlib import closing
from typing import Annotated

import typer

from bot import app
from bot.console.audit import Audit
from bot.desk.curated import Curated, CuratedAnswers
from bot.desk.passed import Passed
from bot.desk.replying import Desk, nearest
from bot.desk.writing import Written, checked, own_words, picked
from bot.keys import DAY
from bot.opening import open_part
from bot.phrases import detect
from bot.settings import Settings
from corpus.library import Library
from index import snapshots
from index.editing import LIBRARY
from index.withdrawn import Withdrawn
from scripts.shell import plainly

cli = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Questions that people passed on to the staff, and answers that are kept.",
)
LINE = "at the command line"  # who did it, in the log

Id = Annotated[int, typer.Argument(help="The number that the list shows.")]
Quotes = Annotated[
    list[str] | None,
    typer.Option("--quote", help="A passage's id, or ID=WORDS of it; may be given several times."),
]
Text = Annotated[str, typer.Option(help="The staff's own words, shown as theirs.")]


@cli.command()
def questions(
    near: Annotated[int, typer.Option(help="How many passages to show with each.")] = 3,
) -> None:
    """List the open questions, each with the nearest passages of the library."""
    with plainly() as settings:
        held = open_part(Passed, settings).open()
        print(f"{len(held)} open")
        if not held:
            return
        opened = app.open_current(settings)()
        for one in held:
            days = (time.time() - one.at) / DAY
            print(f"{one.id}  {one.language}  {one.channel}  {days:.1f} days  {one.text}")
            for hit in nearest(opened, one)[:near]:
                print(f"    {hit.passage.id}  {' '.join(hit.passage.text.split())[:150]}")


@cli.command()
def answer(
    id: Id,
    quote: Quotes = None,
    text: Text = "",
    keep: Annotated[
        str,
        typer.Option(help="Also keep it for all who ask this, the question in your own words."),
    ] = "",
) -> None:
    """Answer an open question; its person reads it in the chat, and the question is erased."""
    with plainly() as settings, _held(settings) as library:
        passed = open_part(Passed, settings)
        question, written = passed.get(id), _written(library, quote, text)
        asked = own_words(keep, question.text) if keep.strip() else None
        left = Desk(settings, passed).answer(id, written, library)
        _note(settings, "question answered", id)
        print("on its way" if left else "nobody waits for it any more; it is erased")
        if asked:
            made = open_part(CuratedAnswers, settings).keep([asked], written)
            _note(settings, "answer kept", made)
            print(f"kept as {made}")


@cli.command()
def close(
    id: Id,
    tell: Annotated[
        bool, typer.Option(help="Whether its person reads that it could not be answered.")
    ] = True,
) -> None:
    """Erase an open question without an answer."""
    with plainly() as settings:
        left = Desk(settings, open_part(Passed, settings)).close(id, tell=tell)
        _note(settings, "question closed", id)
        print("closed" if left else "nobody waits for it any more; it is erased")


@cli.command()
def kept() -> None:
    """List the kept answers; those retired at the end, with the reason."""
    with plainly() as settings:
        for one in open_part(CuratedAnswers, settings).all():
            _print(one)


@cli.command()
def keep(
    asked: Annotated[list[str], typer.Argument(help="The question, perhaps in several wordings.")],
    quote: Quotes = None,
    text: Text = "",
    change: Annotated[int, typer.Option(help="Instead of the kept answer of this number.")] = 0,
) -> None:
    """Keep an answer for a question: also to correct what the assistant answers wrongly."""
    with plainly() as settings, _held(settings) as library:
        written = _written(library, quote, text)
        checked(written, asked[0], time.time(), detect(asked[0]), library)
        wordings = [(one, detect(one)) for one in asked]
        made = open_part(CuratedAnswers, settings).keep(wordings, written, change)
        _note(settings, "answer kept", made)
        print(f"kept as {made}")


@cli.command()
def retire(
    id: Id,
    erase: Annotated[bool, typer.Option("--erase", help="Erase it for good.")] = False,
) -> None:
    """Let a kept answer answer no more."""
    with plainly() as settings:
        answers = open_part(CuratedAnswers, settings)
        if erase:
            answers.erase(id)
        else:
            answers.retire(id, "retired by the staff")
        _note(settings, "answer erased" if erase else "answer retired", id)
        print("erased" if erase else "retired")


def _written(library: Library, quotes: list[str] | None, text: str) -> Written:
    return Written(
        text=text.strip(),
        language=detect(text),
        quotes=tuple(picked(library, one) for one in quotes or ()),
    )


def _held(settings: Settings) -> closing[Library]:
    folder = snapshots.current(settings.exchange_data)
    gone = Withdrawn(settings.exchange_data)
    return closing(Library(folder / LIBRARY, read_only=True, gone=gone))


def _note(settings: Settings, what: str, id: int) -> None:
    with closing(open_part(Audit, settings)) as audit:
        audit.note(LINE, what, str(id))


def _print(one: Curated) -> None:
    day = time.strftime("%Y-%m-%d", time.gmtime(one.at))
    state = f"  RETIRED: {one.retired}" if one.retired else ""
    print(f"{one.id}  {day}{state}")
    for text, language in one.questions:
        print(f"    {language}  {text}")
    for quote in one.written.quotes:
        print(f"    {quote.passage} of {quote.source}: “{quote.words[:100]}”")
    if one.written.text:
        print(f"    {one.written.text[:200]}")
