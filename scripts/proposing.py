"""Commands of the hub's desk: questions that people let staff see, for the golden set."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import typer

from bot.desk.proposals import BadProposal, Proposals
from bot.opening import open_part
from bot.settings import Settings
from bot.upkeep import holdings
from scripts.shell import plainly

Id = Annotated[int, typer.Argument(help="One of: exchange desk proposals.")]


@contextmanager
def _opened() -> Iterator[tuple[Settings, Proposals]]:
    with plainly() as settings, closing(open_part(Proposals, settings)) as held:
        yield settings, held


def proposals() -> None:
    """List questions whose people let staff see them, and what was wrong with the answer."""
    with _opened() as (_, held):
        waiting = held.listed()
    for one in waiting:
        print(f"{one.id}  {one.question} ({one.language})")
        print(f"    {one.reason}; shown: {', '.join(one.sources)}")
    print(f"{len(waiting)} proposals")


def accept(
    id: Id,
    source: Annotated[
        list[str] | None, typer.Option(help="A source that answers it; may stand several times.")
    ] = None,
    not_held: Annotated[
        bool, typer.Option("--not-held", help="Nothing held answers it: it must be declined.")
    ] = False,
) -> None:
    """Make a proposal a golden question, in the file that GOLDEN names."""
    with _opened() as (settings, held):
        if bool(source) == not_held:
            raise BadProposal("name what answers it with --source S, or say --not-held")
        known = {holding.source for holding in holdings(settings)}
        held.accept(id, source or [], settings.golden, known)
        print(f"accepted: {id}, into {settings.golden}")


def dismiss(id: Id) -> None:
    """Erase a proposal."""
    with _opened() as (_, held):
        held.dismiss(id)
        print(f"dismissed and erased: {id}")


COMMANDS: dict[str, Callable[..., None]] = {
    "proposals": proposals,
    "accept": accept,
    "dismiss": dismiss,
}
