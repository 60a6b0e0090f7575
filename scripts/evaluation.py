"""Scores shown: as tables on the terminal, as JSON, as a page with plots."""

import json

from rich.console import Console
from rich.table import Table

from bot.evaluation.intervals import Figure
from bot.evaluation.scorecard import ALL, ANSWERS, Scorecard


def title(card: Scorecard) -> str:
    """The set in one line."""
    part = "all questions" if card.half == "all" else f"the {card.half} half"
    return (
        f"{card.name}: {card.questions} questions ({part}), {card.documents} documents,"
        f" {card.passages} passages; {card.embedder}"
    )


def show(card: Scorecard) -> None:
    """The scorecard as a table: a row a metric, a column a language."""
    console = Console(highlight=False)
    console.print(f"\n{title(card)}", markup=False)
    for remark in card.remarks:
        console.print(f"note: {remark}", markup=False)
    languages = columns(card)
    table = Table(box=None, pad_edge=False)
    table.add_column("metric", no_wrap=True)
    for language in languages:
        table.add_column(language, justify="right")
    for section, metrics in card.figures.items():
        table.add_section()
        for metric, by in metrics.items():
            name = metric if section == ANSWERS else f"{metric}, {section}"
            table.add_row(name, *(cell(by.get(language)) for language in languages))
    console.print(table)


def columns(card: Scorecard) -> list[str]:
    """All languages together, then each; where there is one only, all is that one."""
    found = sorted(
        {name for metrics in card.figures.values() for by in metrics.values() for name in by}
    )
    found.remove(ALL)
    return [ALL, *(found if len(found) > 1 else [])]


def cell(figure: Figure | None) -> str:
    """A figure with its interval and the number of questions."""
    if figure is None:
        return ""
    return f"{number(figure.value)} [{number(figure.low)}–{number(figure.high)}] n={figure.n}"


def number(value: float) -> str:
    """As it is read in this field: .967."""
    text = f"{value:.3f}"
    return text.removeprefix("0") if value < 1 else text


def as_json(card: Scorecard) -> str:
    """One object on one line."""
    return json.dumps(card.as_json(), ensure_ascii=False)
