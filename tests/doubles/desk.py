"""The console on loopback, with accounts, for tests."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from starlette.testclient import TestClient

from bot import app
from bot.console.accounts import Accounts, Role
from bot.settings import Settings
from tests.doubles.serving import bound, served

PASSWORD = "grandmothers teach girls"
STAFF = {"vera": Role.VIEWER, "edith": Role.EDITOR, "ada": Role.ADMINISTRATOR}


def staffed(data: Path, names: Sequence[str] = tuple(STAFF)) -> None:
    """Make the accounts in the data folder; all have the same password."""
    accounts = Accounts(data)
    for name in names:
        accounts.add(name, STAFF[name], PASSWORD)
    accounts.close()


@asynccontextmanager
async def console_at(settings: Settings) -> AsyncIterator[str]:
    """The console served as `exchange serve` does; gives its address."""
    socket = bound()
    routes = app.open_console(settings.model_copy(update={"console": True}))
    async with served(routes, socket):
        yield f"http://127.0.0.1:{socket.getsockname()[1]}/console"
    socket.close()


@asynccontextmanager
async def visiting(url: str, name: str = "", **options: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody's browser; signed in where a name is given."""
    async with httpx.AsyncClient(base_url=url, headers=options, timeout=30) as client:
        if name:
            response = await client.post("/sign-in", data={"name": name, "password": PASSWORD})
            assert response.status_code == 303, response.text
        yield client


def signed_in(client: TestClient, name: str) -> None:
    """Sign a test client in."""
    done = client.post("/console/sign-in", data={"name": name, "password": PASSWORD})
    assert done.status_code == 200, done.text


def token(page: str) -> str:
    """What the forms of a page carry."""
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found, page
    return found[1]
