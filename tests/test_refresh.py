"""A refresh over a real site: first, again, one page edited, one document removed, faults."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.catalogues import read_sources
from corpus.fetch import Fetcher, Manners
from corpus.library import ADDED, Library
from corpus.originals import Originals
from corpus.passages import split
from corpus.refresh import refresh
from corpus.report import TROUBLE, Fate, Row
from corpus.shelf import Shelf
from corpus.source import Source
from tests import fixtures
from tests.doubles.site import Site

A = Source(id="A", title="Alpha", url="https://a.org", key_points=("Communities choose the harm",))
B = Source(id="B", title="Beta", url="https://b.org", key_points=("Elders listen to children",))


def page(*paragraphs: str) -> bytes:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<!doctype html><html lang='en'><body><h1>A guide</h1>{text}</body></html>".encode()


ONE = page("Children speak first in every meeting, and their words are written down at once.")
TWO = page("The committee keeps a list of safe houses, and visits each of them every month.")


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as made:
        made.put("/one", ONE)
        made.put("/two", TWO)
        yield made


class Desk:
    """A library, a shelf, and how they are refreshed."""

    def __init__(self) -> None:
        self.library, self.shelf = Library(":memory:"), Shelf(":memory:")

    def refresh(self, *sources: Source) -> list[Row]:
        with Fetcher(private=True, manners=Manners(pause=0, attempts=2, seconds=5)) as fetcher:
            return refresh(
                sources, self.library, self.shelf, fetcher, lambda text, stated: "en",
                lambda *_: None,
            )  # fmt: skip

    def text(self) -> str:
        return "\n".join(passage.text for passage in self.library.passages())


@pytest.fixture
def desk() -> Desk:
    return Desk()


def read(site: Site, path: str, id: str) -> Source:
    return Source(id=id, title=f"Guide {id}", url=site.url + path, read="yes")


def fates(rows: list[Row]) -> dict[str, Fate]:
    return {row.source + ("/card" if row.card else ""): row.fate for row in rows}


def test_cards_can_be_asked_about_and_are_marked_as_summaries(desk: Desk) -> None:
    assert fates(desk.refresh(A, B)) == {"A/card": Fate.ADDED, "B/card": Fate.ADDED}
    assert [(p.source, p.summary) for p in desk.library.passages()] == [("A", True), ("B", True)]


def test_a_second_refresh_changes_nothing(desk: Desk) -> None:
    desk.refresh(A, B)
    assert set(fates(desk.refresh(A, B)).values()) == {Fate.UNCHANGED}


def test_an_edited_row_replaces_its_card(desk: Desk) -> None:
    desk.refresh(A)
    edited = replace(A, key_points=("Something else entirely is said",))
    assert fates(desk.refresh(edited)) == {"A/card": Fate.CHANGED}
    assert "Something else" in desk.text()


def test_a_row_that_is_gone_can_never_answer_again_but_added_documents_stay(desk: Desk) -> None:
    desk.refresh(A, B)
    desk.library.put_source(replace(A, id="D1"), ADDED)
    assert fates(desk.refresh(B))["A"] is Fate.REMOVED
    assert list(desk.library.sources()) == ["B", "D1"]
    assert [p.source for p in desk.library.passages()] == ["B"]


def test_documents_are_fetched_and_read(desk: Desk, site: Site) -> None:
    rows = desk.refresh(read(site, "/one", "S1"), read(site, "/two", "S2"))
    documents = {row.source: row for row in rows if not row.card}
    assert documents["S1"].fate is Fate.ADDED
    assert documents["S1"].language == "en"
    assert "Children speak first" in desk.text()
    assert "safe houses" in desk.text()


def test_what_the_server_calls_unchanged_is_not_sent_again(desk: Desk, site: Site) -> None:
    source = read(site, "/one", "S1")
    desk.refresh(source)
    rows = desk.refresh(source)
    assert {row.fate for row in rows} == {Fate.UNCHANGED}
    assert site.statuses("/one") == [200, 304]


def test_unchanged_bytes_without_validators_are_not_read_again(
    desk: Desk, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put("/plain", ONE, etag=False)
    source = read(site, "/plain", "S1")
    desk.refresh(source)
    monkeypatch.setattr("corpus.keeping.read_document", None)
    assert {row.fate for row in desk.refresh(source)} == {Fate.UNCHANGED}


def test_an_edited_document_says_which_pages_changed(desk: Desk, site: Site) -> None:
    source = read(site, "/one", "S1")
    desk.refresh(source)
    site.put("/one", page("Children speak last now, and nobody writes anything down any more."))
    (row,) = [row for row in desk.refresh(source) if not row.card]
    assert (row.fate, row.changed_pages) == (Fate.CHANGED, ("-",))
    assert "speak first" not in desk.text()


@pytest.mark.parametrize(
    ("status", "fate"), [(404, Fate.DEAD_LINK), (410, Fate.DEAD_LINK), (503, Fate.NOT_FETCHED)]
)
def test_a_document_that_cannot_be_had_now_stays_and_the_others_go_on(
    desk: Desk, site: Site, status: int, fate: Fate
) -> None:
    one, two = read(site, "/one", "S1"), read(site, "/two", "S2")
    desk.refresh(one)
    site.fail("/one", status, times=9)
    rows = desk.refresh(one, two)
    told = {row.source: row.fate for row in rows if not row.card}
    assert told == {"S1": fate, "S2": Fate.ADDED}
    assert "Children speak first" in desk.text()


def test_a_bad_document_never_stops_the_others(desk: Desk, site: Site) -> None:
    site.put("/bad.pdf", b"%PDF-1.7\nnot really", "application/pdf")
    rows = desk.refresh(read(site, "/bad.pdf", "S1"), read(site, "/two", "S2"))
    told = {row.source: row for row in rows if not row.card}
    assert told["S1"].fate is Fate.UNREADABLE
    assert "\n" not in told["S1"].why
    assert told["S2"].fate is Fate.ADDED


@pytest.mark.parametrize("url", ["http://[bad", "file://[bad/x.pdf", "http://", "http://x:99999/"])
def test_an_address_that_is_none_never_stops_the_others(desk: Desk, site: Site, url: str) -> None:
    bad = Source(id="S1", title="Bad", url=url, read="yes")
    told = {row.source: row for row in desk.refresh(bad, read(site, "/two", "S2")) if not row.card}
    assert told["S1"].fate in TROUBLE
    assert "\n" not in told["S1"].why
    assert told["S2"].fate is Fate.ADDED


def test_a_name_that_is_not_utf8_is_read_like_any_other(desk: Desk, tmp_path: Path) -> None:
    try:
        with open(os.fsencode(tmp_path) + b"/ni\xf1os.md", "wb") as file:
            file.write(b"# Rivers\n\nFishermen walk the girls home from the river each evening.\n")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    with Fetcher() as fetcher:
        rows = desk.refresh(*read_sources(str(tmp_path), fetcher))
    assert {(row.title, row.fate) for row in rows} == {("ni?os", Fate.ADDED)}
    assert "Fishermen" in desk.text()


def test_a_row_that_is_not_read_any_more_loses_its_document(desk: Desk, site: Site) -> None:
    source = replace(read(site, "/one", "S1"), key_points=("A point about meetings of children",))
    desk.refresh(source)
    assert Fate.REMOVED in [row.fate for row in desk.refresh(replace(source, read=""))]
    assert "speak first" not in desk.text()
    assert "A point" in desk.text()


def test_duplicates_are_told_and_kept_once(desk: Desk, site: Site) -> None:
    site.put("/copy", ONE)
    rows = desk.refresh(
        read(site, "/one", "S1"), read(site, "/copy", "S2"), read(site, "/one", "S3")
    )
    told = {row.source: row.fate for row in rows if not row.card}
    assert sorted(told.values()) == [Fate.ADDED, Fate.DUPLICATE, Fate.DUPLICATE]
    assert desk.text().count("Children speak first") == 1


def test_another_spelling_of_an_address_is_the_same_document(desk: Desk, site: Site) -> None:
    one = read(site, "/one", "S1")
    rows = desk.refresh(one, replace(one, id="S2", url=one.url + "/?utm_source=x"))
    told = {row.source: row.fate for row in rows if not row.card}
    assert told == {"S1": Fate.ADDED, "S2": Fate.DUPLICATE}


def test_a_document_that_became_another_ones_copy_does_not_answer_with_its_old_text(
    desk: Desk, site: Site
) -> None:
    sources = read(site, "/one", "S1"), read(site, "/two", "S2")
    desk.refresh(*sources)
    site.put("/one", TWO)
    (row,) = [row for row in desk.refresh(*sources) if row.fate is not Fate.UNCHANGED]
    assert (row.source, row.fate) == ("S1", Fate.REMOVED)
    assert "the same bytes as 'Guide S2'" in row.why
    assert "speak first" not in desk.text()
    assert fates(desk.refresh(*sources))["S1"] is Fate.DUPLICATE


def test_other_split_rules_split_everything_anew(
    desk: Desk, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = replace(read(site, "/one", "S1"), key_points=("A point about village meetings",))
    desk.refresh(source)
    desk.library.put_source(replace(A, id="D1"), ADDED)
    desk.library.put_document(
        A.card(), split(A.card(), "D1", "en"), id="D1/text", source="D1", language="en", sha256="x"
    )
    monkeypatch.setattr("corpus.passages.RULES", "words-1-2/9")
    told = {(row.source, row.card): row.fate for row in desk.refresh(source)}
    assert told["S1", True] is Fate.CHANGED
    assert told["S1", False] is Fate.UNCHANGED, "it says what it said"
    assert told["D1", False] is Fate.NOT_FETCHED, "no longer at hand; staff are told"
    assert list(desk.library.outdated()) == ["D1/text"]


def test_a_pdf_whose_file_is_missing_is_fetched_whole_again(site: Site, tmp_path: Path) -> None:
    """So that libraries from before files were kept get theirs with the next refresh."""
    site.put("/guide.pdf", fixtures.pdf(), "application/pdf")
    desk, source, originals = Desk(), read(site, "/guide.pdf", "S1"), Originals(tmp_path)
    desk.refresh(source)
    desk.shelf._originals = originals
    desk.refresh(source)
    assert {row.fate for row in desk.refresh(source)} == {Fate.UNCHANGED}
    assert site.statuses("/guide.pdf") == [200, 200, 304]
    assert (
        desk.library.files()
        == desk.library.files_of("S1")
        == {path.stem for path in tmp_path.iterdir()}
    )
    assert originals.bytes() > 0
    (tmp_path / ".new-left by a killed run").write_bytes(b"half")
    originals.sweep(desk.library.files())
    assert len(list(tmp_path.iterdir())) == 1
