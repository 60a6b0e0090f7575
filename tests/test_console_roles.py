"""Every page of the console, by everybody: nothing is shown or done that a role does not allow."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient

from bot import app
from bot.console.audit import Audit
from bot.settings import Settings
from tests.doubles.desk import PASSWORD, staffed

ANYBODY = {("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/static/{name}")}
VIEWERS = {
    ("GET", "/"), ("GET", "/account"), ("POST", "/account/language"), ("POST", "/account/password"),
    ("POST", "/sign-out"), ("GET", "/questions"), ("GET", "/needs"), ("GET", "/needs.csv"),
    ("GET", "/refresh"), ("GET", "/refresh/progress"), ("GET", "/sources"), ("GET", "/paths"),
    ("GET", "/workshops"), ("GET", "/workshops/{code:str}"), ("GET", "/workshops/{code:str}.csv"),
    ("GET", "/workshops/{code:str}/{paper:str}.{ending:str}"),
}  # fmt: skip
ADMINISTRATORS = {("GET", "/log")}


def filled(path: str) -> str:
    for place in ("{id:int}", "{name}", "{id}", "{code:str}", "{paper:str}", "{ending:str}"):
        path = path.replace(place, "1")
    return path


@pytest.fixture
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[BaseRoute]:
    data = tmp_path_factory.mktemp("data")
    staffed(data)
    return app.open_console(Settings(exchange_data=data, console=True))


def pages(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    (mount,) = [one for one in routes if isinstance(one, Mount)]
    for route in mount.routes:
        assert isinstance(route, Route)
        yield from ((method, route.path) for method in (route.methods or set()) - {"HEAD"})


@pytest.mark.parametrize("name", ["", "vera", "edith", "ada"])
def test_each_page_is_for_its_roles_alone(routes: list[BaseRoute], name: str) -> None:
    """A form without its token is refused to all: then the role does not matter."""
    every, seen = set(pages(routes)), 0
    assert every >= ANYBODY | VIEWERS | ADMINISTRATORS
    allowed = {"": set[tuple[str, str]](), "vera": VIEWERS, "edith": every - ADMINISTRATORS}
    with TestClient(Starlette(routes=routes), base_url="https://testserver") as client:
        if name:
            client.post("/console/sign-in", data={"name": name, "password": PASSWORD})
        for method, path in sorted(every - ANYBODY):
            sent = client.request(
                method, f"/console{filled(path)}", data={}, follow_redirects=False
            )
            seen += 1
            if not name:
                assert sent.status_code == 303, path
                assert "/sign-in" in sent.headers["location"]
            elif method == "POST":
                assert sent.status_code in (403, 413), path  # 413: no form at all
            else:
                if path == "/questions/kept" and name != "vera":
                    assert sent.status_code == 503, "there is no library yet: a page says so"
                refused = (method, path) not in allowed.get(name, every)
                assert (sent.status_code == 403) == refused, (name, path, sent.status_code)
            assert sent.headers["x-frame-options"] == "DENY"
            policy = sent.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
    assert seen > 25


def test_what_is_refused_is_not_in_the_log_as_done(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    data = tmp_path_factory.mktemp("data")
    staffed(data)
    routes = app.open_console(Settings(exchange_data=data, console=True))
    with TestClient(Starlette(routes=routes), base_url="https://testserver") as client:
        client.post("/console/sign-in", data={"name": "edith", "password": PASSWORD})
        for method, path in pages(routes):
            if method == "POST" and (method, path) not in ANYBODY:
                client.post(f"/console{filled(path)}", data={"token": "0" * 64})
    assert [entry.what for _, entry in Audit(data).latest(100)] == ["signed in"]
