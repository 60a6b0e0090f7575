"""Documents into the library: from files and from a real server, one by one."""

from pathlib import Path

import pytest

from corpus.adding import Details, add
from corpus.fetch import Fetcher, Manners
from corpus.library import Library
from corpus.report import TROUBLE, Fate, Row
from corpus.shelf import Shelf
from corpus.source import Source
from tests.doubles.web import Answer, serving

PAGE = b"""<!doctype html><html lang="en"><head><title>Village meetings</title></head><body>
<h1>Village meetings that listen</h1><p>Children speak first in every meeting, and their words are
written down before any adult answers. The elders then repeat what they heard.</p></body></html>"""
HTML = {"Content-Type": "text/html; charset=utf-8"}
NOTE = "# How the committee works\n\nThe committee meets each week, and children speak first.\n"


@pytest.fixture
def library() -> Library:
    return Library(":memory:")


def put(target: str, library: Library, private: bool = True, **details: str) -> Row:
    shelf = Shelf(":memory:")
    with Fetcher(private=private, manners=Manners(pause=0, attempts=2)) as fetcher:
        row = add(
            target, library, shelf, fetcher, lambda text, stated: stated or "en", Details(**details)
        )
    shelf.close()
    return row


def file(folder: Path, text: str = NOTE, name: str = "note.md") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def test_a_file_becomes_a_source_with_a_link(library: Library, tmp_path: Path) -> None:
    outcome = put(file(tmp_path), library)
    assert (outcome.fate, outcome.title) == (Fate.ADDED, "How the committee works")
    (source,) = library.sources().values()
    assert source.url == (tmp_path / "note.md").as_uri()
    (passage,) = library.passages()
    assert not passage.summary
    assert "children speak first" in passage.text


def test_the_same_file_again_changes_nothing(library: Library, tmp_path: Path) -> None:
    path = file(tmp_path)
    put(path, library)
    assert put(path, library).fate is Fate.UNCHANGED
    assert len(library.holdings()) == 1


def test_an_edited_file_replaces_what_was_held(library: Library, tmp_path: Path) -> None:
    put(file(tmp_path), library)
    assert put(file(tmp_path, NOTE.replace("week", "month")), library).fate is Fate.CHANGED
    (passage,) = library.passages()
    assert "each month" in passage.text


def test_the_same_bytes_under_another_name_are_told(library: Library, tmp_path: Path) -> None:
    put(file(tmp_path), library)
    outcome = put(file(tmp_path, name="copy.md"), library)
    assert outcome.fate is Fate.DUPLICATE
    assert "How the committee works" in outcome.why
    assert len(library.holdings()) == 1


def test_staff_know_better(library: Library, tmp_path: Path) -> None:
    put(file(tmp_path), library, title="A title", publisher="A hub", year="2019", language="fr",
        url="https://example.org/a")  # fmt: skip
    (source,) = library.sources().values()
    assert (source.title, source.publisher, source.year) == ("A title", "A hub", "2019")
    assert (source.url, source.link_language) == ("https://example.org/a", "fr")


def test_the_full_text_of_a_source_in_the_catalogue(library: Library, tmp_path: Path) -> None:
    known = Source(id="S1", title="Known", year="2018", url="https://example.org/s1")
    library.put_source(known, "catalogue")
    put(file(tmp_path), library, source="S1")
    assert library.sources() == {"S1": known}
    assert [passage.source for passage in library.passages()] == ["S1"]


def test_a_web_page_is_added_with_its_address(library: Library) -> None:
    with serving({"/guide": (200, HTML, PAGE)}) as site:
        outcome = put(f"{site}/guide", library)
    assert outcome.fate is Fate.ADDED
    (source,) = library.sources().values()
    assert source.url == f"{site}/guide"
    assert source.link_kind == "page"


@pytest.mark.parametrize(
    ("path", "answer", "said"),
    [
        ("/none", (404, {}, b""), "answered 404"),
        ("/broken", (500, {}, b""), "answered 500"),
        ("/loop", (302, {"Location": "/loop"}, b""), "more than 5 redirects"),
        ("/out", (302, {"Location": "ftp://a.org/x"}, b""), "only http:// and https://"),
        ("/empty", (200, HTML, b""), "empty"),
        (
            "/picture",
            (200, {"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n" + b"\0" * 64),
            "picture",
        ),
    ],
)
def test_a_bad_address_is_one_clear_line(
    library: Library, path: str, answer: Answer, said: str
) -> None:
    with serving({path: answer}) as site:
        outcome = put(site + path, library)
    assert outcome.fate in TROUBLE
    assert said in outcome.why
    assert "\n" not in outcome.why
    assert not library.sources()


def test_a_redirect_is_followed_to_the_document(library: Library) -> None:
    pages: dict[str, Answer] = {
        "/old": (301, {"Location": "/new"}, b""), "/new": (200, HTML, PAGE)
    }  # fmt: skip
    with serving(pages) as site:
        assert put(f"{site}/old", library).fate is Fate.ADDED


def test_private_addresses_need_a_setting(library: Library) -> None:
    with serving({"/guide": (200, HTML, PAGE)}) as site:
        outcome = put(f"{site}/guide", library, private=False)
    assert outcome.fate in TROUBLE
    assert "FETCH_PRIVATE=true" in outcome.why


def test_no_server_there_is_one_clear_line(library: Library) -> None:
    with serving({}) as site:
        gone = site
    outcome = put(f"{gone}/guide", library)
    assert outcome.fate in TROUBLE
    assert "no connection" in outcome.why


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("cut.pdf", b"%PDF-1.7\n1 0 obj\n<<", "cut.pdf"),
        ("nothing.md", b"", "empty"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "save it as"),
    ],
)
def test_a_bad_file_leaves_the_library_as_it_was(
    library: Library, tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    put(file(tmp_path), library)
    before = list(library.passages())
    (tmp_path / name).write_bytes(data)
    outcome = put(str(tmp_path / name), library)
    assert outcome.fate in TROUBLE
    assert said in outcome.why
    assert "\n" not in outcome.why
    assert list(library.passages()) == before


def test_a_missing_file_and_an_unknown_source_are_told(library: Library, tmp_path: Path) -> None:
    assert "cannot be opened" in put(str(tmp_path / "none.pdf"), library).why
    assert "no such source" in put(file(tmp_path), library, source="S999").why


@pytest.mark.parametrize(
    "target", ["//[x", "http://[bad", "file://[bad", "ftp://a.org/x", "", "\udcff"]
)
def test_a_target_that_is_nothing_is_one_clear_line(library: Library, target: str) -> None:
    row = put(target, library)
    assert row.fate in TROUBLE
    assert "\n" not in row.why
    assert (row.why + row.place).encode()


def test_a_file_that_fails_while_it_is_read_is_one_clear_line(library: Library) -> None:
    if not Path("/proc/self/mem").exists():
        pytest.skip("no file here opens and then fails")
    assert "cannot be read" in put("/proc/self/mem", library).why


def test_two_chapters_of_one_source_are_both_kept(library: Library, tmp_path: Path) -> None:
    library.put_source(Source(id="S1", title="Known", url="https://example.org/s1"), "catalogue")
    put(file(tmp_path, NOTE, "one.md"), library, source="S1")
    put(file(tmp_path, NOTE.replace("committee", "circle"), "two.md"), library, source="S1")
    assert {"committee" in p.text for p in library.passages()} == {True, False}
    assert put(file(tmp_path, NOTE, "one.md"), library, source="S1").fate is Fate.UNCHANGED


def test_a_file_that_became_a_copy_of_another_is_no_second_source(
    library: Library, tmp_path: Path
) -> None:
    one, two = file(tmp_path, NOTE, "one.md"), file(tmp_path, NOTE.replace("week", "day"), "two.md")
    put(one, library)
    put(two, library)
    row = put(file(tmp_path, NOTE, "two.md"), library)
    assert row.fate is Fate.REMOVED
    assert len(library.sources()) == len(library.holdings()) == 1
