"""A refresh shown: as lines and a table on the terminal, as JSON, as a page to send."""

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.gate import Verdict
from bot.reports import Refreshed, cells
from corpus.report import TROUBLE, Fate, Row, counts
from scripts.pages import page

LOST = (
    "NOT COMPARED: what the last library answered could not be read (golden.json is damaged);"
    " see for yourself whether this one does as well"
)


def news(rows: Sequence[Row]) -> list[Row]:
    """The rows worth reading: all but the unchanged."""
    return [row for row in rows if row.fate is not Fate.UNCHANGED]


def summary(rows: Sequence[Row]) -> str:
    """How many of each, in one line."""
    told = counts(list(rows))
    always = (Fate.ADDED, Fate.CHANGED, Fate.REMOVED, Fate.UNCHANGED)
    return ", ".join(f"{n} {fate}" for fate, n in told.items() if n or fate in always)


def outcome(done: Refreshed) -> list[str]:
    """What came of it, a line each."""
    lines = [f"{summary(done.rows)}; {done.seconds:.1f} s"]
    verdict, published = done.verdict, done.published
    if done.files:
        lines.append(f"PDF files kept, to show pages: {done.files / 1e6:,.1f} MB")
    if verdict:
        before = "" if verdict.before is None else f" ({verdict.before:.0%} before)"
        lines.append(
            f"golden questions: {verdict.after:.0%} of {verdict.questions} answered rightly{before}"
        )
    if verdict and verdict.lost:
        lines.append(LOST)
    if published is None:
        lines.append("nothing was published")
        return lines
    lines.append(f"{published.embedded} texts embedded")
    figures = published.judge.figures
    if figures:
        lines.append(
            f"of {figures['questions']:.0f} questions that did not set the threshold:"
            f" {figures['answered']:.0%} of the answerable answered,"
            f" {figures['answered wrongly']:.0%} of the unanswerable answered wrongly"
        )
    if done.forced:
        lines.append("PUBLISHED BY FORCE, although the golden questions fell")
    elif not published.switched:
        lines.append("NOT PUBLISHED: the golden questions fell; the old library answers on"
                     " (--force publishes all the same)")  # fmt: skip
    else:
        lines.append("published")
    return lines


def warnings(verdict: Verdict | None) -> list[str]:
    """What staff must hear of the golden questions after a change that was published anyhow."""
    if verdict is None:
        return []
    fell = [f"golden questions that fell with it: {'; '.join(verdict.fell)}"]
    return [LOST] * verdict.lost + fell * (not verdict.passed)


def table(rows: Sequence[Row]) -> Table:
    """The news as a table."""
    made = Table(box=None, pad_edge=False)
    for column in ("what", "source", "title", "pages", "language", "remarks"):
        made.add_column(column, overflow="fold")
    for row in news(rows):
        changed = f"changed: {', '.join(row.changed_pages)}" if row.changed_pages else ""
        pages = f"{row.pages or ''} {changed}".strip()
        style = "bold" if row.fate in TROUBLE else ""
        remarks = "\n".join(filter(None, [row.why, *(f"left out: {n}" for n in row.dropped)]))
        cells = (row.fate, row.source, row.title, pages, row.language, remarks)
        made.add_row(*(Text(str(cell), style=style) for cell in cells))
    return made


def show(rows: Sequence[Row]) -> None:
    """The table, where there is news."""
    if news(rows):
        Console(highlight=False).print(table(rows))


def write_json(done: Refreshed, path: Path) -> None:
    """The whole report as one JSON object."""
    text = json.dumps(cells(done), ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def write_html(done: Refreshed, path: Path) -> None:
    """The report as one page that needs nothing else."""
    listed = news(done.rows)
    text = page(
        "report.html",
        done=done, lines=outcome(done), rows=listed, trouble=TROUBLE,
        hidden=len(done.rows) - len(listed),
    )  # fmt: skip
    path.write_text(text, encoding="utf-8")
