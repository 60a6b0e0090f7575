"""The console over real HTTP: who gets in, what each role may, what cannot be slipped in."""

import asyncio
import csv
import gzip
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import reports
from bot.console import catalogue
from bot.console.accounts import Accounts, BadAccount, Role
from bot.console.app import PER_MINUTE, STATIC
from bot.console.audit import Audit
from bot.console.jobs import Jobs, Running, What
from bot.console.lockout import LONGEST, PAUSE, TRIES, Lockout
from bot.console.sessions import IDLE, Sessions
from bot.console.sessions import LONGEST as LONGEST_SESSION
from bot.console.upload import FOLDER, safe_name
from bot.desk.database import FILE, opened
from bot.phrases import languages
from bot.settings import Settings
from corpus.errors import BadCatalogue
from corpus.source import CATALOGUE, read_catalogue
from tests.doubles import forked
from tests.doubles.desk import PASSWORD, STAFF, console_at, staffed, visiting

ROOT = Path(__file__).resolve().parents[1]
XSS = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
HEAD = "id,title,url,key_points,kept by the hub\n"
GOOD = HEAD + (
    "S1,Circles,https://a.org/1,Grandmothers teach girls to swim in the weekly circle,yes\n"
    'S2,"<script>alert(1)</script>""><img src=x onerror=alert(2)>",https://a.org/2,'
    "Radio shows reach fishermen over the telephone,\n"
)
PAGES = ("/", "/account", "/log", "/refresh", "/refresh/publish", "/sources", "/sources/edit",
         "/sources/edit?id=S1", "/upload")  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "catalogue.csv").write_text(GOOD, encoding="utf-8")
    staffed(tmp_path / "data")
    return Settings(exchange_data=tmp_path / "data", catalogue=tmp_path / "catalogue.csv")


@asynccontextmanager
async def visited(
    settings: Settings, name: str = "", **options: str
) -> AsyncIterator[httpx.AsyncClient]:
    async with console_at(settings) as url, visiting(url, name, **options) as client:
        yield client


def token_in(page: httpx.Response) -> str:
    found = re.search(r'name="token" value="([0-9a-f]{64})"', page.text)
    assert found, page.text
    return found[1]


async def posted(
    client: httpx.AsyncClient,
    path: str,
    form: dict[str, str] | None = None,
    **more: Any,  # noqa: ANN401
) -> httpx.Response:
    token = token_in(await client.get("/account"))
    return await client.post(path, data={"token": token, **(form or {})}, **more)


def log_of(settings: Settings) -> list[tuple[str, str, str]]:
    return [
        (e.name, e.what, e.detail) for _, e in Audit(settings.exchange_data).latest(100)
    ]  # newest first


async def test_without_an_account_nothing_is_shown(settings: Settings) -> None:
    async with visited(settings) as client:
        for path in (*PAGES, "/nothing", "/refresh/progress", "/refresh/back/x", "/static", "/x/y"):
            response = await client.get(path)
            assert response.status_code == 303, path
            assert response.headers["location"].startswith("/console/sign-in"), path
            assert response.text == ""
        for path in ("/refresh/look", "/refresh/publish", "/sources/edit", "/upload", "/sign-out"):
            response = await client.post(path, data={"token": "x"})
            assert (response.status_code, response.text) == (303, ""), path
        assert (await client.get("/sign-in")).status_code == 200
        assert (await client.get("/static/console.css")).status_code == 200
        for name in ("..%2fapp.py", "%2e%2e/app.py", "console.css%00", "nothing.css"):
            assert (await client.get(f"/static/{name}")).status_code in (303, 404), name
    assert log_of(settings) == []


async def test_a_page_gets_the_style_that_it_names_although_a_later_program_came(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    static = Path(shutil.copytree(STATIC, tmp_path / "static"))
    monkeypatch.setattr("bot.console.app.STATIC", static)
    async with visited(settings) as client:
        style = (static / "console.css").read_bytes()
        (static / "console.css").write_text("body { color: red }")
        assert (await client.get("/static/console.css")).content == style


async def test_signing_in_and_out(settings: Settings) -> None:
    async with visited(settings) as client:
        form = {"name": "Edith ", "password": PASSWORD, "next": "/sources"}
        response = await client.post("/sign-in", data=form)
        assert (response.status_code, response.headers["location"]) == (303, "/console/sources")
        cookie = response.headers["set-cookie"]
        assert {"HttpOnly", "Path=/console", "SameSite=strict"} <= set(cookie.split("; "))
        assert (await client.get("/sources")).status_code == 200
        stored = (settings.exchange_data / FILE).read_bytes()
        stored += (settings.exchange_data / f"{FILE}-wal").read_bytes()
        assert client.cookies["console"].encode() not in stored
        assert PASSWORD.encode() not in stored
        assert b"$argon2id$" in stored
        held = client.cookies["console"]
        await posted(client, "/sign-out")
        client.cookies.set("console", held, path="/console")
        assert (await client.get("/")).status_code == 303
    assert [what for _, what, _ in log_of(settings)] == ["/sign-out", "signed in"]


@pytest.mark.parametrize(
    ("host", "proto", "secure"),
    [
        ("127.0.0.1", "", False),
        ("localhost:8080", "", False),
        ("desk.example.org", "", True),
        ("127.0.0.1:8080", "https", True),
    ],
)
async def test_the_cookie_is_secure_but_on_this_machine(
    settings: Settings, host: str, proto: str, secure: bool
) -> None:
    async with visited(settings) as client:
        headers = {"host": host, "x-forwarded-proto": proto}
        form = {"name": "edith", "password": PASSWORD}
        response = await client.post("/sign-in", data=form, headers=headers)
        assert ("Secure" in response.headers["set-cookie"]) is secure


@pytest.mark.parametrize(
    "wanted", ["//evil.org", "https://evil.org", "/\\evil.org", "/a\r\nx: y", "javascript:x", ""]
)
async def test_signing_in_leads_to_no_other_site(settings: Settings, wanted: str) -> None:
    async with visited(settings) as client:
        form = {"name": "edith", "password": PASSWORD, "next": wanted}
        response = await client.post("/sign-in", data=form)
        assert response.headers["location"] == "/console/"


async def test_a_wrong_password_locks_out_and_says_the_same_of_unknown_names(
    settings: Settings,
) -> None:
    async with visited(settings) as client:
        told = []
        for name in ("edith", "nobody"):
            for _ in range(TRIES):
                response = await client.post("/sign-in", data={"name": name, "password": "guess"})
                assert response.status_code == 401
                assert "The name or the password is not right." in response.text
            response = await client.post("/sign-in", data={"name": name, "password": PASSWORD})
            assert "set-cookie" not in response.headers
            told.append(response.text.replace(f'value="{name}"', ""))
        assert told[0] == told[1]
        assert "Wait 1 min" in told[0]
    entries = log_of(settings)
    assert entries.count(("edith", "sign-in failed", "")) == TRIES
    assert entries.count(("", "sign-in failed", "unknown name")) == TRIES
    assert "guess" not in str(entries)
    assert "nobody" not in str(entries)


async def test_a_flood_from_one_address_does_not_keep_out_who_was_in_before(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a proxy that WEB_PROXY does not name, all have one address."""
    monkeypatch.setattr("bot.console.app.PER_MINUTE", 3)
    right = {"name": "edith", "password": PASSWORD}
    async with visited(settings) as owner:
        await owner.post("/sign-in", data=right)
        known = owner.cookies["console-known"]
        owner.cookies.clear()
        for at in range(5):
            flooded = await owner.post("/sign-in", data={"name": f"n{at}", "password": "guess"})
        assert flooded.status_code == 429
        assert (await owner.post("/sign-in", data=right)).status_code == 429
        owner.cookies.set("console-known", known)
        assert (await owner.post("/sign-in", data=right)).status_code == 303


async def test_who_knows_a_name_does_not_keep_its_owner_out(settings: Settings) -> None:
    async with visited(settings) as owner, visited(settings) as stranger:
        right = {"name": "edith", "password": PASSWORD}
        wrong = {"name": "edith", "password": "guess"}
        first = await owner.post("/sign-in", data=right)
        known = [c for c in first.headers.get_list("set-cookie") if c.startswith("console-known")]
        assert all(word in known[0] for word in ("HttpOnly", "SameSite=strict", "Path=/console"))
        owner.cookies.delete("console")
        for _ in range(TRIES):
            await stranger.post("/sign-in", data=wrong)
        assert (await stranger.post("/sign-in", data=right)).status_code == 401
        stranger.cookies.set("console-known", "made.up")
        assert (await stranger.post("/sign-in", data=right)).status_code == 401
        assert (await owner.post("/sign-in", data=right)).status_code == 303
        owner.cookies.delete("console")
        for _ in range(TRIES):
            await owner.post("/sign-in", data=wrong)
        assert (await owner.post("/sign-in", data=right)).status_code == 401, "its own tries count"
        other = {"name": "ada", "password": "guess"}
        for _ in range(TRIES):
            await owner.post("/sign-in", data=other)
        assert "Wait" in (await owner.post("/sign-in", data=other)).text, "known as edith's alone"


def test_the_pause_grows_and_ends(tmp_path: Path, state_dsn: str) -> None:
    now = 1_000_000.0
    lockout = Lockout(tmp_path, lambda: now, dsn=state_dsn)
    waits = []
    for _ in range(TRIES + 10):
        lockout.failed("edith")
        waits.append(lockout.wait("edith"))
    assert waits[: TRIES - 1] == [0.0] * (TRIES - 1)
    assert waits[TRIES - 1 : TRIES + 2] == [PAUSE, 2 * PAUSE, 4 * PAUSE]
    assert waits[-1] == LONGEST
    assert Lockout(tmp_path, lambda: now, dsn=state_dsn).wait("edith") == LONGEST, "over a restart"
    assert lockout.wait("ada") == 0
    now += LONGEST
    assert lockout.wait("edith") == 0
    lockout.failed("edith")
    lockout.clear("edith")
    assert lockout.wait("edith") == 0


async def test_one_address_cannot_try_many_names(settings: Settings) -> None:
    async with visited(settings) as client:
        statuses = []
        for number in range(PER_MINUTE + 2):
            form = {"name": f"name{number}", "password": "guess"}
            statuses.append((await client.post("/sign-in", data=form)).status_code)
        assert statuses[:PER_MINUTE] == [401] * PER_MINUTE
        assert 429 in statuses[PER_MINUTE:]


def test_an_unknown_name_takes_as_long(tmp_path: Path) -> None:
    staffed(tmp_path)
    accounts = Accounts(tmp_path)

    def took(name: str) -> float:
        start = time.perf_counter()
        assert accounts.right(name, "a guess that is wrong") is None
        return time.perf_counter() - start

    pairs = [(took("edith"), took("nobody")) for _ in range(15)]
    known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2
    assert known > 0.005, "a hash that is fast to try"


async def test_each_role_may_what_it_may(settings: Settings) -> None:
    refused = {
        "vera": {"/log", "/refresh/publish", "/sources/edit", "/upload"},
        "edith": {"/log"},
        "ada": set(),
    }
    async with console_at(settings) as url:
        for name in STAFF:
            async with visiting(url, name) as client:
                for path in PAGES:
                    status = (await client.get(path)).status_code
                    assert (status == 403) is (path.split("?")[0] in refused[name]), (name, path)
                    assert status in (200, 403)
        async with visiting(url, "vera") as client:
            for path in ("/refresh/look", "/refresh/publish", "/sources/edit", "/sources/remove",
                         "/sources/own", "/upload"):  # fmt: skip
                assert (await posted(client, path)).status_code == 403, path
            menu = (await client.get("/")).text
            assert "/console/upload" not in menu
            assert "/console/log" not in menu
    assert settings.catalogue.read_text() == GOOD
    assert reports.last(settings.exchange_data) is None


async def test_a_changed_role_and_a_removed_account_count_at_once(settings: Settings) -> None:
    accounts = Accounts(settings.exchange_data)
    async with visited(settings, "edith") as client:
        accounts.change("edith", role=int(Role.VIEWER))
        assert (await client.get("/upload")).status_code == 403
        accounts.remove("edith")
        assert (await client.get("/")).status_code == 303


async def test_a_form_without_its_token_does_nothing(settings: Settings) -> None:
    async with console_at(settings) as url, visiting(url, "ada") as client:
        async with visiting(url, "edith") as other:
            theirs = token_in(await other.get("/account"))
        for token in (None, "", "0" * 64, theirs, "é"):
            form = {} if token is None else {"token": token}
            for path in ("/sources/remove", "/refresh/look", "/sign-out", "/account/password"):
                assert (await client.post(path, data=form)).status_code == 403, (token, path)
        mine = {"token": token_in(await client.get("/account"))}
        from_elsewhere = {"sec-fetch-site": "cross-site"}
        response = await client.post("/sign-out", data=mine, headers=from_elsewhere)
        assert response.status_code == 403
        response = await client.get(f"/sign-out?token={mine['token']}")
        assert response.status_code == 405
        assert (await client.get("/")).status_code == 200
    assert {what for _, what, _ in log_of(settings)} == {"signed in"}


def test_sessions_run_out(tmp_path: Path, state_dsn: str) -> None:
    now = 1_000_000.0
    sessions = Sessions(tmp_path, lambda: now, dsn=state_dsn)
    idle, used = sessions.start("edith"), sessions.start("edith")
    assert len(set(sessions.start("ada") for _ in range(50))) == 50
    assert sessions.name("") is None
    assert sessions.name("x" * 43) is None
    while now < 1_000_000 + LONGEST_SESSION:
        assert sessions.name(used) == "edith"
        now += IDLE / 2
        if now > 1_000_000 + IDLE:
            assert sessions.name(idle) is None
    now += 1
    assert sessions.name(used) is None
    sessions.start("ada")
    rows = opened(tmp_path, state_dsn).execute("select * from sessions").rows
    assert len(rows) == 1, "what has run out is erased"


async def test_another_password_ends_all_other_sessions(settings: Settings) -> None:
    async with console_at(settings) as url, visiting(url, "edith") as client:
        async with visiting(url, "edith") as other:
            form = {"old": PASSWORD, "new": "another long one", "again": "another long one"}
            for wrong in (
                {"old": "guess"},
                {"again": "something else"},
                {"new": "short", "again": "short"},
            ):
                response = await posted(client, "/account/password", form | wrong)
                assert response.status_code == 400
                assert 'role="alert"' in response.text
            assert (await other.get("/")).status_code == 200
            response = await posted(client, "/account/password", form)
            assert response.headers["location"] == "/console/account?done=1"
            assert (await other.get("/")).status_code == 303
        assert (await client.get("/account?done=1")).status_code == 200
        async with visiting(url) as again:
            response = await again.post("/sign-in", data={"name": "edith", "password": PASSWORD})
            assert response.status_code == 401
    assert ("edith", "/account/password", "edith") in log_of(settings)
    assert ("edith", "/account/password", "400") in log_of(settings)


async def test_signing_out_everywhere(settings: Settings) -> None:
    async with (
        console_at(settings) as url,
        visiting(url, "edith") as client,
        visiting(url, "edith") as other,
    ):
        await posted(client, "/sign-out", {"everywhere": "1"})
        assert (await other.get("/")).status_code == 303


async def test_every_response_has_its_headers(settings: Settings) -> None:
    async with visited(settings, "ada") as client:
        for path in (*PAGES, "/sign-in", "/nothing", "/static/console.css", "/static/x"):
            headers = (await client.get(path)).headers
            policy = headers["content-security-policy"]
            assert policy.startswith("default-src 'none'"), path
            assert "unsafe" not in policy
            assert "*" not in policy
            assert "http" not in policy
            assert "frame-ancestors 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["referrer-policy"] == "no-referrer"
            assert path.startswith("/static/console") or headers["cache-control"] == "no-store"


async def test_titles_cannot_bring_in_scripts(settings: Settings) -> None:
    async with visited(settings, "edith") as client:
        for path in ("/sources", "/sources/edit?id=S2", f"/sources?find={XSS}"):
            text = (await client.get(path)).text
            assert "&lt;script&gt;" in text
            assert "<script>" not in text
            assert "<img" not in text
        response = await client.post("/sign-in", data={"name": XSS, "password": "x"})
        assert "<script>" not in response.text
        for path in PAGES:
            text = (await client.get(path)).text
            assert not re.search(r"<[^>]* (style|on\w+)=", text), path
            assert "<style" not in text
            assert set(re.findall(r"<script[^>]*>", text)) <= {'<script src="/console/static/'}


async def test_every_page_in_every_language_and_its_weight(settings: Settings) -> None:
    shared = sum(path.stat().st_size for path in STATIC.iterdir())
    for language in languages():
        async with visited(settings, "ada", **{"accept-language": language}) as client:
            weights = {}
            for path in PAGES:
                response = await client.get(path)
                assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in (
                    response.text
                )
                weights[path] = len(response.content) + shared
            print(language, weights, len(gzip.compress((STATIC / "console.css").read_bytes())))
            assert max(weights.values()) < 100_000


async def test_the_language_that_was_chosen_stays(settings: Settings) -> None:
    async with visited(settings, "edith") as client:
        await posted(client, "/account/language", {"language": "sw"})
        assert '<html lang="sw"' in (await client.get("/")).text
        await posted(client, "/account/language", {"language": "../xx"})
        assert '<html lang="sw"' in (await client.get("/")).text


def form_of(page: httpx.Response) -> dict[str, str]:
    """The fields of the page's first form, as a browser would post them."""
    text = page.text.partition("</form>")[0]
    found = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', text))
    found.pop("read", None)
    points = re.search(r"<textarea[^>]*>([^<]*)<", text)
    return found | {"key_points": points[1] if points else ""}


async def test_a_source_is_changed_added_and_taken_out(settings: Settings) -> None:
    async with visited(settings, "edith") as client:
        form = form_of(await client.get("/sources/edit?id=S1"))
        form |= {"title": 'Circles;\r\n of, "aunts" ', "year": "2020", "key_points": "One\r\nTwo"}
        response = await client.post("/sources/edit", data=form)
        assert response.headers["location"] == "/console/sources?saved=1"
        again = await client.post("/sources/edit", data=form)
        assert again.status_code == 409, "the row is not what the form was made of any more"
        new = form_of(await client.get("/sources/edit"))
        new |= {"id": "H1", "title": "حلقات", "url": "https://a.org/3", "read": "yes"}
        assert (await client.post("/sources/edit", data=new)).status_code == 303
        gone = form_of(await client.get("/sources/edit?id=S2"))
        assert (await client.post("/sources/remove", data=gone)).status_code == 303
    first, last = read_catalogue(settings.catalogue)
    assert (first.id, first.title, first.year) == ("S1", 'Circles; of, "aunts"', "2020")
    assert first.key_points == ("One", "Two")
    assert (last.id, last.title, last.read) == ("H1", "حلقات", "yes")
    with settings.catalogue.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["kept by the hub"] == "yes", "a column of theirs stays"
    assert "mirror" not in rows[0]
    kept = sorted((settings.exchange_data / "catalogues").iterdir())
    assert kept[0].read_text(encoding="utf-8") == GOOD
    assert len(kept) == 3
    assert ("edith", "/sources/edit", "H1") in log_of(settings)
    assert ("edith", "/sources/remove", "S2") in log_of(settings)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"id": ""}, "the field &#39;id&#39; is empty"),
        ({"title": " \u200b"}, "the field &#39;title&#39; is empty"),
        ({"url": "javascript:alert(1)"}, "does not begin with http://"),
        ({"url": "file:///etc/hosts", "read": "yes"}, "does not begin with http://"),
        ({"id": "S2"}, "id &#39;S2&#39; stands twice"),
    ],
)
async def test_a_bad_source_is_not_written(
    settings: Settings, wrong: dict[str, str], why: str
) -> None:
    async with visited(settings, "edith") as client:
        form = form_of(await client.get("/sources/edit?id=S1"))
        response = await client.post("/sources/edit", data={**form, "authors": "Aunts", **wrong})
        assert response.status_code == 400
        assert why in response.text
        assert "catalogue.csv, row" in response.text
        assert "/tmp" not in response.text
        assert 'value="Aunts"' in response.text, "what was typed is not lost"
    assert settings.catalogue.read_text() == GOOD
    assert not (settings.exchange_data / "catalogues").exists()


async def test_the_bundled_catalogue_is_copied_and_never_written(settings: Settings) -> None:
    settings = Settings(exchange_data=settings.exchange_data)
    before = CATALOGUE.read_bytes()
    with pytest.raises(BadCatalogue, match="never changed"):
        catalogue.put(
            settings, "", catalogue.mark(None), {"id": "H1", "title": "x", "url": "https://a.org"}
        )
    async with visited(settings, "edith") as client:
        assert "make the hub&#39;s own" in (await client.get("/sources")).text
        assert (await client.get("/sources/edit?id=S001")).status_code == 303
        await posted(client, "/sources/own")
        form = form_of(await client.get("/sources/edit?id=S001"))
        response = await client.post("/sources/edit", data={**form, "title": "Ours"})
        assert response.status_code == 303
        assert ">Ours</a>" in (await client.get("/sources")).text
        await posted(client, "/sources/own")
        assert ">Ours</a>" in (await client.get("/sources")).text, "a second press loses nothing"
    assert settings.own_catalogue() == settings.exchange_data / "catalogue.csv"
    assert CATALOGUE.read_bytes() == before
    changed, bundled = read_catalogue(settings.own_catalogue()), read_catalogue(CATALOGUE)
    assert [s.id for s in changed] == [s.id for s in bundled]
    assert changed[1:] == bundled[1:]


async def ended(client: httpx.AsyncClient) -> str:
    """The page of the library once the job is done."""
    for _ in range(600):
        if (await client.get("/refresh/progress")).headers["x-running"] == "0":
            return (await client.get("/refresh")).text
        await asyncio.sleep(0.1)
    raise AssertionError("the job does not end")


async def test_a_dry_run_shows_what_would_change_and_changes_nothing(settings: Settings) -> None:
    async with visited(settings, "edith") as client:
        assert (await posted(client, "/refresh/look")).status_code == 303
        assert (await posted(client, "/refresh/look")).status_code == 409, "never two at once"
        assert "noscript" in (await client.get("/refresh")).text
        text = await ended(client)
        assert "2 new, 0 changed, 0 removed" in text
        assert "Nothing was to be published." in text
        assert "&lt;script&gt;" in text
        assert "<script" not in text
    assert not (settings.exchange_data / "current").exists()
    assert ("edith", "look ended", "") in log_of(settings)
    assert ("edith", "/refresh/look", "409") in log_of(settings)


async def test_what_fails_is_told_in_a_line(settings: Settings) -> None:
    settings.catalogue.write_text("id,title,url\nS1,,https://a.org\n")
    async with visited(settings, "edith") as client:
        assert "is empty or missing" in (await client.get("/sources")).text
        await posted(client, "/refresh/look")
        text = await ended(client)
        assert "It failed:" in text
        assert "row 2: the field &#39;title&#39; is empty or missing" in text


def test_a_job_that_was_killed_leaves_the_way_free(settings: Settings) -> None:
    jobs = Jobs(settings)
    jobs.start(What.LOOK, "edith")
    child = jobs._child
    assert child
    assert jobs.running()
    with pytest.raises(Running):
        Jobs(settings).start(What.LOOK, "ada")
    child.kill()
    child.wait()
    assert not jobs.running()
    last = jobs.last()
    assert last
    assert not last.ended, "so the page says that it was broken off"


async def test_going_back_asks_and_takes_only_what_is_kept(settings: Settings) -> None:
    async with visited(settings, "edith") as client:
        for name in ("20200101T000000000000", "%2e%2e%2fdata", "x"):
            assert (await client.get(f"/refresh/back/{name}")).status_code == 404, name
            assert (await posted(client, f"/refresh/back/{name}")).status_code == 404, name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\x\\guide.PDF", "guide.pdf"),
        ("..pdf", "document.pdf"),
        ("a\0b<c>.md", "a_b_c_.md"),
        ("دليل 2020.docx", "دليل 2020.docx"),
        ("x" * 500 + ".pdf", "x" * 80 + ".pdf"),
    ],
)
def test_names_of_files_are_harmless(name: str, safe: str) -> None:
    assert safe_name(name) == safe


async def test_what_cannot_be_uploaded_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.console.upload.LARGEST", 1000)
    good = {"url": "https://a.org/g"}
    async with visited(settings, "edith") as client:
        for file, form, why in (
            (("g.exe", b"MZ"), good, "This kind of file cannot be read"),
            (("g.txt/..", b"x"), good, "This kind of file cannot be read"),
            (("g.txt", b"x" * 1_001), good, "The file is too large"),
            (("g.txt", b"x"), {"url": "javascript:x"}, "Say where people can open it"),
            (("g.txt", b"x"), good | {"language": "xx"}, "Choose one of the languages"),
        ):
            response = await posted(client, "/upload", form, files={"file": file})
            assert (response.status_code, why in response.text) == (400, True), why
        assert "Choose a file." in (await posted(client, "/upload", good)).text
    assert not (settings.exchange_data / FOLDER).exists()


async def test_a_body_that_is_too_large_is_not_read(settings: Settings) -> None:
    async with visited(settings, "edith") as client:
        token = token_in(await client.get("/account"))
        form = {"token": token, "title": "x" * 1_100_000}
        assert (await client.post("/sources/edit", data=form)).status_code == 413

        async def endless() -> AsyncIterator[bytes]:
            yield b"token="

        kind = {"content-type": "application/x-www-form-urlencoded"}
        response = await client.post("/sources/edit", content=endless(), headers=kind)
        assert response.status_code == 413, "its length is not told"


def test_accounts_are_checked_when_they_are_made(tmp_path: Path, state_dsn: str) -> None:
    accounts = Accounts(tmp_path, dsn=state_dsn)
    accounts.add("edith", Role.EDITOR, PASSWORD)
    for name, password, why in (
        ("edith", PASSWORD, "there is such an account"),
        ("E dith", PASSWORD, "small letters"),
        ("<b>", PASSWORD, "small letters"),
        ("ada", "short", "12 to 200 characters"),
        ("ada", "x" * 201, "12 to 200 characters"),
    ):
        with pytest.raises(BadAccount, match=why):
            accounts.add(name, Role.EDITOR, password)
    with pytest.raises(BadAccount, match="no such account"):
        accounts.remove("ada")
    assert [a.name for a in accounts.listed()] == ["edith"]
    assert accounts.right("edith\0", PASSWORD) is None, "another name"
    if not state_dsn:
        assert (tmp_path / FILE).stat().st_mode & 0o077 == 0, "nobody else reads the hashes"


def exchange(data: Path, *words: str) -> str:
    """What the command prints; it must end well."""
    done = forked.run("scripts.cli", words, {**os.environ, "EXCHANGE_DATA": str(data)})
    return done.stdout + done.stderr + ("" if done.returncode == 0 else f"{done.returncode}")


async def test_accounts_made_in_a_terminal_can_sign_in_until_they_are_removed(
    tmp_path: Path,
) -> None:
    made = exchange(
        tmp_path, "console", "account", "add", "grace", "--role", "viewer", "--generate"
    )
    name, password = made.strip().split(": viewer, password: ")
    settings = Settings(exchange_data=tmp_path)
    async with visited(settings) as client:
        form = {"name": name, "password": password}
        assert (await client.post("/sign-in", data=form)).status_code == 303
        exchange(tmp_path, "console", "account", "role", "grace", "editor")
        assert (await client.get("/upload")).status_code == 200
        assert exchange(tmp_path, "console", "account", "list") == "grace  editor\n"
        again = exchange(tmp_path, "console", "account", "password", "grace", "--generate")
        assert (await client.get("/")).status_code == 303, "signed out"
        form["password"] = again.strip().split(": ")[-1]
        assert (await client.post("/sign-in", data=form)).status_code == 303
        exchange(tmp_path, "console", "account", "remove", "grace")
        assert (await client.get("/")).status_code == 303
    assert "no such account" in exchange(tmp_path, "console", "account", "remove", "grace")
    assert "typed in a terminal" in exchange(tmp_path, "console", "account", "add", "joy")
    told = log_of(settings)
    assert ("at the command line", "account made, viewer", "grace") in told
    assert password not in str(told)


def test_the_console_alone_is_served_and_ends_when_it_is_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scripts.cli", "serve", "console"]
    environment = {**os.environ, "EXCHANGE_DATA": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, env=environment | {"PORT": "0"}, stderr=subprocess.PIPE, text=True
    ) as served:
        assert served.stderr
        lines = map(json.loads, served.stderr)
        port = next(line["port"] for line in lines if line["event"] == "open")
        url = f"http://127.0.0.1:{port}/console"
        for _ in range(100):
            try:
                response = httpx.get(url, follow_redirects=True)
                break
            except httpx.ConnectError:
                time.sleep(0.05)
        assert response.url.path == "/console/sign-in"
        assert "server" not in response.headers
        served.terminate()
        assert served.wait(10) == 0
