"""Staff make, show and end workshops, name trainers and read counts: by command, and in pages."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from bot import app
from bot.console.audit import Audit
from bot.counts import Counts, today
from bot.people import People
from bot.settings import Settings
from bot.workshops.kept import Workshops
from bot.workshops.workshop import new_code
from scripts.cli import cli
from tests.doubles.desk import signed_in, staffed, token
from tests.libraries import copy_library

TITLE = "Kampala <b>March</b> 2026"
QUESTIONS = "What is the price of petrol in Lagos?\r\nHow do we choose a good facilitator?"


@pytest.fixture
def held(starter: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with the library, named in the environment as at the command line."""
    data = copy_library(starter.exchange_data, tmp_path / "data")
    monkeypatch.setenv("EXCHANGE_DATA", str(data))
    monkeypatch.setenv("TELEGRAM_NAME", "exchange_bot")
    monkeypatch.setenv("WHATSAPP_NUMBER", "+256 700 000000")
    return data


@pytest.fixture
def client(held: Path) -> Iterator[TestClient]:
    staffed(held)
    settings = Settings(exchange_data=held, console=True, telegram_name="exchange_bot")
    routes = app.open_console(settings)
    with TestClient(Starlette(routes=routes), base_url="https://testserver") as opened:
        yield opened


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["workshop", *words])


def joined(data: Path, code: str, people: int) -> None:
    """People who joined in a week that is over."""
    counts = Counts(data)
    for person in range(people):
        names = (lambda at: lambda name: [f"{name} {at}"])(person)
        counts.add(today() - timedelta(days=7), names, joined=code)
        counts.add(today() - timedelta(days=7), names, all="all")
    counts.close()


def test_a_workshop_from_the_first_command_to_the_last(held: Path, tmp_path: Path) -> None:
    made = run("new", "Kampala, March 2026", "--language", "sw", "--topic", "uwezeshaji",
               "--country", "Uganda", "--setting", "urban", "--documents", "S001",
               "--expires", "2099-03-31")  # fmt: skip
    assert made.exit_code == 0, made.output
    (workshop,) = Workshops(held).listed()
    assert (workshop.country, workshop.setting, workshop.documents) == ("UG", "urban", ("S001",))
    assert f"https://t.me/exchange_bot?start={workshop.code}" in made.output
    assert "until 2099-03-31" in made.output
    assert "NOT ANSWERED" not in made.output
    assert len(workshop.questions) == 5
    assert workshop.code in run("list").output
    shown = run("show", workshop.code.upper(), "--into", str(tmp_path / "codes"))
    assert shown.exit_code == 0, shown.output
    assert sorted(path.name for path in (tmp_path / "codes").iterdir()) == [
        f"workshop-{workshop.code}-{name}" for name in
        ("telegram.png", "telegram.svg", "whatsapp.png", "whatsapp.svg")
    ]  # fmt: skip
    joined(held, workshop.code, 6)
    assert "joined 6, asked 0" in run("counts", workshop.code).output
    table = run("counts", workshop.code, "--csv").output
    assert re.search(r"\d{4}-W\d\d,joined,joined,6,6", table)
    assert run("end", workshop.code).exit_code == 0
    assert "over" in run("list").output


def test_a_question_that_is_not_answered_is_told(held: Path) -> None:
    words = [word for one in QUESTIONS.splitlines() for word in ("--questions", one)]
    made = run("new", "Lagos", "--language", "en", *words)
    assert "NOT ANSWERED by the library: What is the price of petrol" in made.output
    assert made.output.count("NOT ANSWERED") == 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--language", "xx"], "language 'xx'"),
        (["--language", "en", "--country", "Nowhere"], "country 'Nowhere'"),
        (["--language", "en", "--setting", "the moon"], "setting 'the moon'"),
        (["--language", "en", "--documents", "S999"], "document 'S999'"),
        (["--language", "en", "--expires", "tomorrow"], "last day 'tomorrow'"),
        (["--language", "en", "--expires", "2020-02-30"], "last day '2020-02-30'"),
        (["--language", "en", "--expires", "2020-02-01"], "past"),
        (["--language", "en", "--questions", "q" * 151], "150 characters"),
    ],
)
def test_what_cannot_be_made_is_one_line(held: Path, words: list[str], why: str) -> None:
    done = run("new", "A workshop", *words)
    assert done.exit_code == 1
    assert why in done.output
    assert len(done.output.strip().splitlines()) == 1
    assert Workshops(held).listed() == []


def test_what_is_not_there_is_one_line(held: Path) -> None:
    code = new_code()
    for words in (("show", code), ("end", code), ("counts", code), ("trainer", code)):
        done = run(*words)
        assert done.exit_code == 1
        assert len(done.output.strip().splitlines()) == 1


def test_a_trainer_is_named_and_removed_by_command(held: Path) -> None:
    people = People(held)
    people.ask_trainer("telegram:1", code := new_code())
    assert "named a trainer" in run("trainer", code.upper()).output
    assert people.trainer("telegram:1") == (code, True)
    assert code in run("trainers").output
    assert run("trainer", code, "--remove").exit_code == 0
    assert people.trainer("telegram:1") == ("", False)


def test_pages_make_show_count_and_end_a_workshop(client: TestClient, held: Path) -> None:
    signed_in(client, "edith")
    page = client.get("/console/workshops").text
    form = {"token": token(page), "title": TITLE, "language": "en", "questions": QUESTIONS}
    made = client.post("/console/workshops", data=form)
    (workshop,) = Workshops(held).listed()
    assert workshop.by == "edith"
    assert made.url.path == f"/console/workshops/{workshop.code}"
    assert "Kampala &lt;b&gt;March" in made.text
    assert made.text.count("<svg") == 2, "a code for each network that is set up"
    assert f"https://t.me/exchange_bot?start={workshop.code}" in made.text
    assert made.text.count("The library does not answer it.") == 1
    joined(held, workshop.code, 6)
    assert ">6<" in client.get(f"/console/workshops/{workshop.code}").text
    table = client.get(f"/console/workshops/{workshop.code}.csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert ",joined,joined,6,6" in table.text
    ended = client.post(f"/console/workshops/{workshop.code}/end", data={"token": form["token"]})
    assert "nobody can join any more" in ended.text
    paper = client.get(f"/console/workshops/{workshop.code}/handout.html")
    assert (paper.status_code, "nobody could join" in paper.text) == (503, True)
    noted = [(e.name, e.what, e.detail) for _, e in Audit(held).latest(9) if "work" in e.what]
    assert noted == [
        ("edith", f"/workshops/{workshop.code}/end", workshop.code),
        ("edith", "/workshops", workshop.code),
    ]


def test_what_cannot_be_made_is_said_and_the_form_keeps_what_was_written(
    client: TestClient, held: Path
) -> None:
    signed_in(client, "edith")
    form = {"token": token(client.get("/console/workshops").text), "language": "sw"}
    done = client.post("/console/workshops", data={**form, "title": TITLE, "country": "Nowhere"})
    assert done.status_code == 422
    assert "country &#39;Nowhere&#39;" in done.text
    assert 'value="Kampala &lt;b&gt;March&lt;/b&gt; 2026"' in done.text
    assert Workshops(held).listed() == []
    assert client.get(f"/console/workshops/{new_code()}").status_code == 404
    assert client.get(f"/console/workshops/{new_code()}.csv").status_code == 404


def test_viewers_read_counts_and_change_nothing(client: TestClient, held: Path) -> None:
    workshop = Workshops(held).new(title="Kampala", language="sw")
    signed_in(client, "vera")
    page = client.get("/console/workshops").text
    assert "Kampala" in page
    assert "<form" not in page
    one = f"/console/workshops/{workshop.code}"
    assert client.get(one).status_code == 200
    assert client.get(f"{one}.csv").status_code == 200
    for path in ("/console/workshops", f"{one}/end", "/console/workshops/trainers"):
        assert client.post(path, data={"code": new_code()}).status_code == 403
    found = Workshops(held).find(workshop.code)
    assert found is not None
    assert found.expires is None


def test_a_trainer_is_named_and_removed_in_the_page(client: TestClient, held: Path) -> None:
    people = People(held)
    people.ask_trainer("telegram:1", code := new_code())
    signed_in(client, "edith")
    form = {"token": token(client.get("/console/workshops").text), "code": code}
    path = "/console/workshops/trainers"
    assert client.post(path, data={**form, "code": new_code()}).status_code == 422
    assert code in client.post(path, data=form).text
    assert people.trainer("telegram:1") == (code, True)
    client.post(path, data={**form, "do": "remove"})
    assert people.trainer("telegram:1") == ("", False)
