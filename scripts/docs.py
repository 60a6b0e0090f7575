"""Writes the generated parts of the README: what it is, settings, command help, picture.

python -m scripts.docs            rewrite them; the picture is taken of the library here
python -m scripts.docs --check    exit 1 and name what is stale
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from pydantic import SecretStr
from rich.console import Console

from bot import app, privacy
from bot.channels import terminal
from bot.messages import Line, Question, Style
from bot.people import KEY_DAYS
from bot.settings import CHECKOUT, Settings, read
from scripts.benching import budgets, bulk, growing, runs
from scripts.benching.peers import measure as peers
from scripts.cli import cli

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PICTURE = ROOT / "bot" / "conversation.svg"
ASKED = "Je, ulinzi wa mtoto unaoongozwa na jamii ni nini?"
_FONTS = re.compile(r"@font-face\s*{[^}]*}\s*")  # they would be fetched from another site


def described() -> list[tuple[str, str, str]]:
    """(variable, default, what it is) for each setting, for the README."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = ""
        if isinstance(default, Path):
            shown = default.relative_to(CHECKOUT).as_posix()
        elif default is not None and field.default_factory is None:
            shown = default.get_secret_value() if isinstance(default, SecretStr) else str(default)
        rows.append((name.upper(), shown, field.description or ""))
    return rows


def settings_table() -> str:
    """The settings as a Markdown table."""
    rows = [
        f"| `{name}` | {f'`{default}`' if default else ''} | {what} |"
        for name, default, what in described()
    ]
    return "\n".join(["| setting | default | what it is |", "|---|---|---|", *rows])


def command_help() -> str:
    """The help of the command and of each of its parts, as it is printed."""
    pages = (page for _, page in _help(typer.main.get_command(cli), "exchange"))
    return "```text\n" + "\n\n".join(pages) + "\n```"


def about_page() -> str:
    """The transparency card and what is kept, as the chat shows them."""
    cards = (
        privacy.about("en", Settings.model_fields["contact"].default),
        privacy.privacy_card("en", KEY_DAYS),
    )
    lines = (line for card in cards for line in card.lines)
    return "\n>\n".join(f"> {_marked(line)}" for line in lines)


def measured() -> str:
    """The tables of the last runs of scripts.bench, those that there were."""
    tables = (
        ("budgets", budgets.table), ("peers", peers.table), ("growth", growing.table),
        ("bulk", bulk.table),
    )  # fmt: skip
    kept = [(name, table) for name, table in tables if runs.there(name)]
    return "\n\n".join(table(runs.last(name)) for name, table in kept)


def _marked(line: Line) -> str:
    bold = any(span.style is Style.BOLD for span in line.spans)
    return f"**{line.text}**" if bold else line.text


def _help(command: Any, name: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - not exported
    context = command.make_context(name, ["--help"], resilient_parsing=True)
    context.info_name, context.max_content_width, context.terminal_width = name, 80, 80
    text = command.get_help(context)
    yield name, "\n".join(line.rstrip() for line in text.strip().splitlines())
    for part, below in getattr(command, "commands", {}).items():
        yield from _help(below, f"{name} {part}")


def filled(text: str) -> str:
    """The README with its generated parts as they should be."""
    parts = (
        ("about", about_page()), ("settings", settings_table()), ("help", command_help()),
        ("measured", measured()),
    )  # fmt: skip
    for name, part in parts:
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, found, rest = text.partition(start)
        _, closed, after = rest.partition(end)
        text = f"{before}{start}{part}\n{end}{after}"
        if not (found and closed):
            raise SystemExit(f"README.md: needs one pair of marks <!-- {name} --> <!-- /{name} -->")
    return text


def picture() -> str:
    """A real question and its real answer, as the terminal shows them, for a narrow screen."""
    reply = app.open_assistant(read()).reply(Question(text=ASKED))
    console = Console(record=True, width=64, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(f"[bold]> {ASKED}[/bold]", highlight=False)
    console.print(terminal.render(reply, 62), highlight=False)
    return _FONTS.sub("", console.export_svg(title="Ask the Exchange"))


def main() -> None:
    """Write, or check."""
    text = README.read_text(encoding="utf-8")
    wanted = filled(text)
    if "--check" in sys.argv[1:]:
        if text != wanted:
            raise SystemExit("README.md is stale; run: python -m scripts.docs")
        return
    README.write_text(wanted, encoding="utf-8")
    PICTURE.write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    main()
