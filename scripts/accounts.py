"""Commands for the accounts of the console's visitors."""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated

import typer

from bot.console.accounts import Accounts, Role
from bot.console.audit import Audit
from bot.console.lockout import Lockout
from bot.console.sessions import Sessions
from bot.opening import open_part
from scripts.shell import notes, plainly

cli = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Who may sign in to the console."
)
LINE = "at the command line"  # who did it, in the log


class Named(StrEnum):
    """A role as it is typed."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"

    @property
    def role(self) -> Role:
        """The role itself."""
        return Role[self.name]


Name = Annotated[str, typer.Argument(help="Small letters, digits, dots and hyphens.")]
Generate = Annotated[
    bool, typer.Option("--generate", help="Make a password and print it, this once.")
]


@cli.command()
def add(
    name: Name,
    role: Annotated[Named, typer.Option(help="What they may do.")] = Named.EDITOR,
    generate: Generate = False,
) -> None:
    """Make an account; its password is asked for twice."""
    with _desk(name, f"account made, {role}") as accounts:
        password = _password(generate)
        accounts.add(name, role.role, password)
    print(f"{name}: {role}" + (f", password: {password}" if generate else ""))


@cli.command("list")
def list_accounts() -> None:
    """List the accounts with their roles."""
    with plainly() as settings:
        for one in open_part(Accounts, settings).listed():
            print(f"{one.name}  {one.role.name.lower()}")


@cli.command()
def role(name: Name, role: Annotated[Named, typer.Argument(help="The new role.")]) -> None:
    """Give an account another role, from its next page on."""
    with _desk(name, f"role: {role}") as accounts:
        accounts.change(name, role=int(role.role))
    print(f"{name}: {role}")


@cli.command()
def password(name: Name, generate: Generate = False) -> None:
    """Set another password, sign the account out everywhere, and end its lock-out."""
    with _desk(name, "password set", sign_out=True) as accounts:
        new = _password(generate)
        accounts.renew(name, new)
    print(f"{name}: password set" + (f": {new}" if generate else ""))


@cli.command()
def remove(name: Name) -> None:
    """Take an account away; it is signed out at once."""
    with _desk(name, "account removed", sign_out=True) as accounts:
        accounts.remove(name)
    print(f"removed: {name}")


@contextmanager
def _desk(name: str, what: str, *, sign_out: bool = False) -> Iterator[Accounts]:
    """The accounts; what was done to `name` is written to the log once it is done."""
    with plainly() as settings:
        yield open_part(Accounts, settings)
        if sign_out:
            open_part(Sessions, settings).end_all(name)
            open_part(Lockout, settings).clear(name)
        open_part(Audit, settings).note(LINE, what, name)


def _password(generate: bool) -> str:
    if generate:
        return secrets.token_urlsafe(15)
    if not sys.stdin.isatty():
        notes.print("exchange: a password is typed in a terminal; or use --generate")
        raise typer.Exit(2)
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked
