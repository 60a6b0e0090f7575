"""The command `exchange`: its parts, in the order in which the help lists them."""

from collections.abc import Callable

import typer

from scripts import (
    accounts,
    asking,
    contributions,
    desk,
    handouts,
    learning,
    moving,
    proposing,
    serving,
    shelving,
    tending,
    watching,
    workshops,
)

COMMANDS: dict[str, Callable[..., None]] = {
    "chat": asking.chat,
    "ask": asking.ask,
    "refresh": shelving.refresh,
    "snapshots": shelving.snapshots,
    "rollback": shelving.rollback,
    "links": shelving.links,
    "add": shelving.add,
    "remove": shelving.remove,
    "library": shelving.library,
    "doctor": watching.doctor,
    "queue": watching.queue,
    "retention": tending.retention,
    "counts": tending.counts,
    "migrate": moving.migrate,
    "about": asking.about,
    "evaluate": tending.evaluate,
    "helplines": tending.list_helplines,
    "translations": tending.translations,
}
NETWORKS: dict[str, Callable[..., None]] = {
    "telegram": serving.serve_telegram,
    "whatsapp": serving.serve_whatsapp,
    "web": serving.serve_web,
    "console": serving.serve_console,
}

cli = typer.Typer(
    help="Ask the library of the Community Child Protection Exchange.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
serve = typer.Typer(callback=serving.serve, invoke_without_command=True, rich_markup_mode=None)
cli.add_typer(serve, name="serve")
console = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The staff's console.")
console.add_typer(accounts.cli, name="account")
cli.add_typer(console, name="console")
cli.add_typer(desk.cli, name="desk")
cli.add_typer(workshops.cli, name="workshop")
cli.add_typer(learning.cli, name="path")
for name, command in COMMANDS.items():
    cli.command(name)(command)
for name, command in contributions.COMMANDS.items():
    desk.cli.command(name)(command)
for name, command in proposing.COMMANDS.items():
    desk.cli.command(name)(command)
for name, command in handouts.COMMANDS.items():
    workshops.cli.command(name)(command)
for name, command in NETWORKS.items():
    serve.command(name)(command)


def main() -> None:
    """Run the command line."""
    cli()


if __name__ == "__main__":
    main()
