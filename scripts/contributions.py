"""Commands of the hub's desk: what staff do with what people shared, in a terminal."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.desk import approving
from bot.desk.contributions import Contribution, Contributions, State
from bot.desk.sharing_texts import titled
from bot.opening import open_part
from bot.settings import Settings
from scripts import report
from scripts.output import progress_bars
from scripts.shell import notes, plainly

Id = Annotated[str, typer.Argument(help="One of: exchange desk contributions.")]


@contextmanager
def _opened() -> Iterator[tuple[Settings, Contributions]]:
    with plainly() as settings, closing(open_part(Contributions, settings)) as held:
        yield settings, held


def listed() -> None:
    """List what people shared: what waits for an editor with its text, then what is published."""
    with _opened() as (_, held):
        for one in held.listed(State.WAITING):
            print(_line(one))
            print("".join(f"    {line}\n" for line in one.text.splitlines()))
        for one in held.listed(State.APPROVED):
            print(_line(one))


def _line(one: Contribution) -> str:
    who = f", by {one.name}" if one.name else ""
    return f"{one.id}  {one.state}  {titled(one)}{who} ({one.language})"


def approve(
    id: Id,
    text: Annotated[
        Path | None, typer.Option(help="A file with your wording of it, in place of theirs.")
    ] = None,
) -> None:
    """Publish a contribution in the library, and thank its giver."""
    with _opened() as (settings, held):
        if text is not None:
            held.reword(id, text.read_text(encoding="utf-8").strip())
        tell = approving.teller(settings)
        with progress_bars(notes) as progress:
            verdict = approving.approve(settings, held, id, tell, progress)
        for line in report.warnings(verdict):
            notes.print(line, markup=False)
        print(f"published: {_line(held.one(id))}")


def decline(id: Id) -> None:
    """Erase a contribution that is not published, with a kind word to its giver."""
    with _opened() as (settings, held):
        approving.decline(held, id, approving.teller(settings))
        print(f"declined and erased: {id}")


def withdraw(id: Id) -> None:
    """Take a contribution out of the library for good."""
    with _opened() as (settings, held), progress_bars(notes) as progress:
        approving.withdraw(settings, held, id, progress)
        print(f"withdrawn: {id}")


COMMANDS: dict[str, Callable[..., None]] = {
    "contributions": listed,
    "approve": approve,
    "decline": decline,
    "withdraw": withdraw,
}
