"""Commands for a workshop's papers: the handout, the cards, the pack for places without signal."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot import app
from bot.workshops import papers
from bot.workshops.papers import Paper
from bot.workshops.printing import pdf
from bot.workshops.workshop import Workshop
from scripts.workshops import Code, found, kept_here

To = Annotated[Path, typer.Option(help="The folder for the files.")]
HERE = Path()


def handout(
    code: Code,
    card: Annotated[bool, typer.Option("--card", help="Four cards on a page instead.")] = False,
    to: To = HERE,
) -> None:
    """Write a page to print that brings people into a workshop, as HTML and PDF."""
    _write(Paper.CARD if card else Paper.HANDOUT, code, to)


def pack(code: Code, to: To = HERE) -> None:
    """Write what the library answers to a workshop, for phones without signal, as HTML and PDF."""
    _write(Paper.PACK, code, to)


COMMANDS: dict[str, Callable[..., None]] = {"handout": handout, "pack": pack}


def _write(paper: Paper, code: str, to: Path) -> None:
    """The HTML first: it stands also where no PDF can be made."""
    with kept_here() as (settings, kept):
        workshop = found(kept, code)
        html = papers.page(paper, workshop, settings, app.open_current(settings))
        to.mkdir(parents=True, exist_ok=True)
        _put(to, paper, workshop, "html", html.encode())
        _put(to, paper, workshop, "pdf", pdf(html))


def _put(to: Path, paper: Paper, workshop: Workshop, ending: str, data: bytes) -> None:
    path = to / papers.name(paper, workshop, ending)
    path.write_bytes(data)
    print(f"written: {path} ({len(data) / 1000:,.0f} kB)")
