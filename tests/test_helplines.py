"""Numbers come from the table alone, each with a source and a date."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from bot.safeguarding import helplines
from bot.safeguarding.cards import PAGE, card, pressed
from bot.safeguarding.findings import Finding
from bot.safeguarding.helplines import BadHelpline, countries, of_country

DOMAIN = Path(__file__).resolve().parents[2] / "shared" / "domain" / "helplines.csv"


def test_every_row_has_a_source_and_a_date() -> None:
    rows = helplines.helplines()
    assert len(rows) >= 35
    for row in rows:
        assert re.match(r"https?://", row.source), row.country
        assert date(2015, 1, 1) < row.checked, row.country


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("source", "", "line 2: no source"),
        ("checked", " ", "line 2: no checked"),
        ("checked", "last year", "'last year' is no date"),
        ("number", "", "line 2: no number"),
    ],
)
def test_a_row_without_what_it_needs_is_named(
    tmp_path: Path, column: str, value: str, said: str
) -> None:
    with helplines.FILE.open(encoding="utf-8") as file:
        row = next(csv.DictReader(file)) | {column: value}
    path = tmp_path / "helplines.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(row))
        writer.writeheader()
        writer.writerow(row)
    with pytest.raises(BadHelpline, match=said):
        helplines.helplines(path)


def test_numbers_are_those_of_the_researched_table() -> None:
    if not DOMAIN.exists():
        pytest.skip("the researched table is not beside the checkout")
    with DOMAIN.open(encoding="utf-8") as file:
        held = {(row["service"], row["number"], row["source_url"]) for row in csv.DictReader(file)}
    assert {(row.service, row.number, row.source) for row in helplines.helplines()} <= held


def test_rows_of_low_confidence_are_not_shown() -> None:
    assert not of_country("GH")
    assert not of_country("CD")
    assert not {"GH", "CD"} & {row.code for row in countries("en")}


@pytest.mark.parametrize(
    ("language", "code"),
    [("sw", "TZ"), ("fr", "SN"), ("es", "AR"), ("pt", "MZ"), ("ar", "EG"), ("en", "KE")],
)
def test_countries_of_the_language_come_first(language: str, code: str) -> None:
    assert code in [row.code for row in countries(language)][:6]


def test_every_country_is_reached_by_buttons_alone() -> None:
    """Each button carries all that it needs: nothing is remembered between them."""
    seen: list[str] = []
    reply = card(Finding.SAFE_WORD, "sw")
    for _ in range(1 + len(countries("sw")) // PAGE):
        seen += [b.data.split(":")[3] for b in reply.buttons if b.data.startswith("safe:in:")]
        (more,) = [b for b in reply.buttons if b.data.startswith("safe:list:")]
        reply = pressed(more.data)
    assert set(seen) == {row.code for row in countries("sw")}


def test_a_country_shows_number_hours_source_and_date() -> None:
    reply = pressed("safe:in:fr:SN")
    text = "\n".join(line.text for line in reply.lines)
    assert "116" in text
    assert "2022-05-12" in text
    assert any(span.url.startswith("https://child") for line in reply.lines for span in line.spans)


def test_hours_name_the_days_in_the_language() -> None:
    assert helplines.local_hours("Mon-Fri 08:00-17:00", "fr") == "lun.-ven. 08:00-17:00"


def test_stale_is_more_than_a_year() -> None:
    row = helplines.helplines()[0]
    assert not row.stale(row.checked)
    assert row.stale(row.checked.replace(year=row.checked.year + 2))
