"""The staff's commands as they are typed: refresh, look before, undo, check links."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import upkeep
from scripts.cli import cli
from tests.doubles.site import Site
from tests.test_cli import UNANSWERED, exchange

GUIDE = "<!doctype html><html lang='en'><body><h1>The river guide</h1><p>{}</p></body></html>"
SAID = "Fishermen walk the girls home from the river each evening before dark."


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as made:
        made.put("/guide", GUIDE.format(SAID).encode())
        made.put("/other", GUIDE.format("The market women keep a list of safe houses.").encode())
        yield made


def links(monkeypatch: pytest.MonkeyPatch, data: Path, settings: dict[str, str]) -> str:
    """What `exchange links` prints, in this process: the helplines' site is not asked by a test."""
    monkeypatch.setattr(upkeep, "OWN_LINKS", ())
    done = CliRunner().invoke(cli, ["links"], env=settings | {"EXCHANGE_DATA": str(data)})
    assert done.exit_code == 0, done.output
    return done.stdout


def test_refresh_look_publish_undo_and_links(
    tmp_path: Path, data: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "catalogue.csv").write_text(
        "id,title,url,key_points,read\n"
        f"S1,River,{site.url}/guide,,yes\nS2,Market,{site.url}/other,,yes\n"
        f"S3,Gone,{site.url}/gone,A point about nothing much here,yes\n"
    )
    (tmp_path / "trials.csv").write_text(UNANSWERED)
    settings = {
        "CATALOGUE": str(tmp_path / "catalogue.csv"), "CALIBRATION": str(tmp_path / "trials.csv"),
        "FETCH_PRIVATE": "true", "FETCH_PAUSE": "0", "GATE": "1",
    }  # fmt: skip
    page, report = tmp_path / "report.html", tmp_path / "report.json"
    question = "who walks the girls home?"

    done = exchange("refresh", "--dry-run", data=data, **settings)
    assert done.returncode == 0, done.stderr
    assert "5 added" in done.stdout
    assert "dead link" in done.stdout
    assert "Fetching documents: 3\n" in done.stderr
    assert "no index" in exchange("ask", question, data=data, **settings).stderr

    done = exchange("refresh", "--html", str(page), "--json", str(report), data=data, **settings)
    assert done.returncode == 0, done.stderr
    assert "published" in done.stdout
    assert "Reading the library: " in done.stderr
    assert "The river guide" not in done.stdout, "rows name the catalogue's title"
    assert "answered 404" in page.read_text(encoding="utf-8")
    assert json.loads(report.read_text())["counts"]["dead link"] == 1
    assert SAID in exchange("ask", question, data=data, **settings).stdout

    done = exchange("refresh", data=data, **settings)
    assert "0 added, 0 changed, 0 removed" in done.stdout
    assert "nothing was published" in done.stdout
    assert 304 in site.statuses("/guide")

    site.put("/guide", GUIDE.format("Nobody walks anybody home any more, the guide says.").encode())
    done = exchange("refresh", data=data, **settings)
    assert "1 changed" in done.stdout, done.stderr
    assert SAID not in exchange("ask", question, data=data, **settings).stdout
    names = exchange("snapshots", data=data).stdout.splitlines()
    assert len(names) == 2
    assert names[0].endswith("current")
    assert "answers now" in exchange("rollback", data=data, **settings).stdout
    assert SAID in exchange("ask", question, data=data, **settings).stdout
    done = exchange("rollback", "no-such", data=data, **settings)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)

    told = links(monkeypatch, data, settings)
    assert "dead: S3 Gone" in told
    assert "3 links, 2 work" in told
    site.fail("/guide", 404, times=9)
    told = links(monkeypatch, data, settings)
    assert "dead: S1 River" in told
    assert "last worked 20" in told
