"""What commands print."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from bot.assistant import Assistant
from bot.channels.terminal import as_text
from bot.counts import FEWEST, Cell
from bot.messages import Answer, Citation, Question, Quote
from bot.phrases import detect
from corpus.library import Holding
from index import publish

LABELS = {
    "fetching": "Fetching documents",
    "questions": "Reading sample questions",
    "languages": "Comparing languages",
    "passages": "Reading the library",
    "sentences": "Reading it sentence by sentence",
    "asking": "Asking",
    "links": "Trying links",
}


@contextmanager
def progress_bars(console: Console) -> Iterator[publish.Progress]:
    """A bar for each kind of work, on `console`; plain lines where it is no terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    # What a command prints goes where it was sent, and the bars are gone when it asks something.
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    ) as bars:
        tasks: dict[tuple[str, int], TaskID] = {}

        def advance(what: str, done: int, total: int) -> None:
            key = (what, total)
            if key not in tasks:
                kind, _, rest = what.partition(",")
                label = LABELS[kind] + (f" ({rest.strip()})" if rest else "")
                tasks[key] = bars.add_task(label, total=total)
                if not console.is_terminal:
                    console.print(f"{label}: {total}")
            bars.start()
            bars.update(tasks[key], completed=done)
            if bars.finished:
                bars.stop()

        yield advance


def counts_table(cells: Sequence[Cell], cards: Sequence[tuple[str, int | None]]) -> None:
    """The weeks that are over, a line a cell; then help cards by month."""
    table = Table(box=None, pad_edge=False)
    for column in ("week", "by", "", "messages", "people"):
        table.add_column(column, justify="right" if column in ("messages", "people") else "left")
    for cell in cells:
        table.add_row(cell.week, cell.by, cell.value, str(cell.messages), str(cell.people))
    if cells:
        Console(highlight=False).print(table)
    else:
        print(f"no week that is over had {FEWEST} people or more")
    print(f"Cells of fewer than {FEWEST} people are not shown, nor what would give them away.")
    for month, number in cards:
        print(f"help cards in {month}: {f'fewer than {FEWEST}' if number is None else number}")


NO_ANSWER = Answer(answered=False, language="en", quotes=(), sources=(), nearest=())


def answer_json(assistant: Assistant, question: str) -> dict[str, object]:
    """One question's answer as plain data; milliseconds are of the whole answer."""
    started = time.perf_counter()
    language = detect(question)
    said = assistant.notice(Question(text=question), language)
    answer = NO_ANSWER if said else assistant.answer(question, language)
    spent = (time.perf_counter() - started) * 1000
    return {
        "question": question,
        "notice": as_text(said) if said else None,
        "answered": answer.answered,
        "language": language,
        "rewritten": answer.rewritten,
        "quotes": [_quote(quote) for quote in answer.quotes],
        "sources": [_citation(citation) for citation in answer.sources],
        "nearest": [_citation(citation) for citation in answer.nearest],
        "milliseconds": round(spent, 1),
    }


def _quote(quote: Quote) -> dict[str, object]:
    return {
        "text": quote.text,
        "source_id": quote.source,
        "page": quote.page,
        "printed_label": quote.label,
        "language": quote.language,
        "summary": quote.summary,
    }


def _citation(citation: Citation) -> dict[str, object]:
    return {
        "id": citation.source,
        "title": citation.title,
        "url": citation.url,
        "page": citation.page,
        "printed_label": citation.label,
        "publisher": citation.publisher,
        "year": citation.year,
        "language": citation.language,
        "kind": citation.kind,
        "mirror": citation.mirror,
    }


def library_table(holdings: Sequence[Holding], as_json: bool) -> None:
    """The documents held, as a table or as one JSON object a line."""
    if as_json:
        for holding in holdings:
            print(json.dumps(asdict(holding), ensure_ascii=False))
        return
    table = Table(box=None, pad_edge=False)
    for column in ("source", "title", "language", "kind"):
        table.add_column(column, overflow="fold")
    for column in ("pages", "passages"):
        table.add_column(column, justify="right")
    for held in holdings:
        kind = "summary" if held.media_type == "text/x-card" else held.media_type
        table.add_row(
            held.source, held.title, held.language, kind, str(held.pages), str(held.passages)
        )
    Console(highlight=False).print(table)
    print(f"{len(holdings)} documents, {sum(h.passages for h in holdings)} passages")
