"""Scores shown: as tables on the terminal, as JSON, as a page with plots."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from bot.evaluation.comparing import TEST, Difference
from bot.evaluation.intervals import Figure
from bot.evaluation.scorecard import ALL, ANSWERS, METRICS, Scorecard
from scripts.pages import page

SURE = 0.05  # a difference with a smaller chance is set off


def title(card: Scorecard) -> str:
    """The set in one line."""
    part = "all of them" if card.half == "all" else f"the {card.half} half"
    return (
        f"{card.name}: {card.questions} questions ({part}), {card.documents} documents,"
        f" {card.passages} passages; {card.embedder}"
    )


def show(card: Scorecard) -> None:
    """The scorecard as a table: a row a metric, a column a language.

    Where a terminal is too narrow for it, the languages' intervals are left out, and it says so.
    """
    notes = [f"note: {remark}" for remark in card.remarks]
    table = _scores(card, cell)
    if not _fits(table):
        notes.append("note: intervals by language need a wider window, --html or --json")
        table = _scores(card, lambda figure: number(figure.value) if figure else "")
    _print(table, [title(card), *notes])


def _scores(card: Scorecard, brief: Callable[[Figure | None], str]) -> Table:
    all_, *languages = columns(card)
    table = _table("metric", all_, *languages)
    for section, metrics in card.figures.items():
        for metric, by in metrics.items():
            cells = (brief(by.get(language)) for language in languages)
            table.add_row(_named(section, metric), cell(by[all_]), *cells)
    return table


def _fits(table: Table) -> bool:
    console = Console()
    return not console.is_terminal or _width(table) <= console.width


def _width(table: Table) -> int:
    """Columns of a terminal that it takes to show all on one line a row."""
    return Measurement.get(Console(width=10_000), Console(width=10_000).options, table).maximum


def columns(card: Scorecard) -> list[str]:
    """All languages together, then each; where there is one only, all is that one."""
    metrics = [by for metrics in card.figures.values() for by in metrics.values()]
    found = sorted({language for by in metrics for language in by} - {ALL})
    return [ALL, *(found if len(found) > 1 else [])]


def cell(figure: Figure | None) -> str:
    """A figure with its interval and how many it is of."""
    if figure is None:
        return ""
    return f"{number(figure.value)} [{number(figure.low)}–{number(figure.high)}] {figure.n}"


def number(value: float) -> str:
    """As it is read in this field: .967."""
    return f"{value:.3f}".replace("0.", ".", 1)


def show_differences(name: str, differences: Sequence[Difference]) -> None:
    """Two runs of a set, a row a metric and language."""
    table = _table("metric", "language", "before", "after", "change", "p", "n")
    for one in differences:
        table.add_row(
            _named(one.section, one.metric),
            one.language,
            number(one.before),
            number(one.after),
            f"{one.change:+.3f}",
            f"{one.chance:.4f}",
            str(one.n),
            style="bold" if one.chance < SURE else "",
        )
    _print(table, [f"{name}: {TEST}"])


def _table(first: str, *rest: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for name in rest:
        table.add_column(name, justify="right", overflow="fold")
    return table


def _named(section: str, metric: str) -> str:
    return metric if section == ANSWERS else f"{metric}, {section}"


def _print(table: Table, lines: Sequence[str]) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:  # a file is as wide as it needs to be
        console.width = max(_width(table), console.width)
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)
    console.print(table)
    console.print()


def as_json(card: Scorecard) -> str:
    """One object on one line."""
    return json.dumps(card.as_json(), ensure_ascii=False)


def differences_json(name: str, differences: Sequence[Difference]) -> str:
    """One object on one line."""
    rows = [asdict(one) | {"change": one.change} for one in differences]
    return json.dumps({"name": name, "test": TEST, "differences": rows}, ensure_ascii=False)


def write_html(cards: Sequence[Scorecard], path: Path) -> None:
    """The scorecards as one page that needs nothing else."""
    text = page(
        "evaluation.html",
        cards=cards, plots=[_plots(card) for card in cards], columns=columns, title=title,
        cell=cell, number=number, metrics=METRICS, named=_named,
    )  # fmt: skip
    path.write_text(text, encoding="utf-8")


Plot = list[tuple[str, list[tuple[str, Figure]]]]  # a language, and its figures by section


def _plots(card: Scorecard) -> dict[str, Plot]:
    """What is drawn of a metric: languages from top to bottom, the sections beside each other."""
    drawn: dict[str, Plot] = {}
    for metric in METRICS:
        by = {
            section: metrics[metric]
            for section, metrics in card.figures.items()
            if metric in metrics
        }
        rows = [
            (language, [(section, own[language]) for section, own in by.items() if language in own])
            for language in columns(card)
        ]
        if by:
            drawn[metric] = [row for row in rows if row[1]]
    return drawn
