import re
from pathlib import Path

import pytest

from corpus.errors import BadCatalogue
from corpus.source import COLUMNS, read_catalogue

HEAD = ",".join(COLUMNS)


def test_the_starter_library_has_its_134_sources() -> None:
    sources = read_catalogue()
    assert len(sources) == 134
    assert all(source.key_points for source in sources)
    assert all(source.link_kind and len(source.link_language) == 2 for source in sources)


def test_no_key_point_is_a_note_to_ourselves() -> None:
    ours = re.compile(r"to handle|pair with|also hosts|cross-lingual|to check|TODO", re.IGNORECASE)
    said = [point for source in read_catalogue() for point in source.key_points]
    assert [point for point in said if ours.search(point)] == []


def test_no_key_point_is_about_the_publication_instead_of_what_it_says() -> None:
    month = "January|February|March|April|May|June|July|August|September|October|November|December"
    about = re.compile(
        rf"\b\d+[- ]pages?\b|\bpages$|^dated\b|^(\d+ )?({month}) \d{{4}}(,|$)|^held \d|^author\b"
        r"|^(published|funded|supported) (on|by)\b",
        re.IGNORECASE,
    )
    said = [(source.id, point) for source in read_catalogue() for point in source.key_points]
    assert [pair for pair in said if about.search(pair[1])] == []


def test_a_link_to_a_list_is_not_called_the_guidance() -> None:
    """A category page opens; what it lists does not."""
    for source in read_catalogue():
        lists = "/category/" in source.url and "Category" not in source.title
        assert (source.link_kind == "list") == lists, source.id


def test_no_link_leads_through_a_strangers_proxy() -> None:
    for source in read_catalogue():
        assert source.url.count("http") == 1, source.id
        assert "%2Fhttp" not in source.url, source.id


def test_mirrors_are_named_by_their_host() -> None:
    mirrors = {source.id: source for source in read_catalogue() if source.mirror}
    assert "docplayer.net" in mirrors["S037"].url
    assert all(source.mirror in source.url for source in mirrors.values())


def test_a_card_is_one_page_of_key_points() -> None:
    source = next(source for source in read_catalogue() if source.id == "S001")
    (page,) = source.card().pages
    assert page.number is None
    assert len(page.blocks) == len(source.key_points)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no rows"),
        (f"{HEAD}\n", "holds no rows"),
        (f"{HEAD}\nS1,,,,,,,,https://a.org\n", "row 2: the field 'title'"),
        (f"{HEAD}\nS1,T,,,,,,,ftp://a.org\n", "row 2: url 'ftp://a.org'"),
        (
            f"{HEAD}\nS1,T,,,,,,,https://a.org\nS1,U,,,,,,,https://b.org\n",
            "row 3: id 'S1' stands twice",
        ),
        ("id;title;url\nS1;T;ftp://a.org\n", "row 2: url 'ftp://a.org'"),
        ("id\nS1\n", "row 2: the field 'title'"),
    ],
)
def test_a_bad_catalogue_says_where_and_what(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "c.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadCatalogue, match=r"c\.csv") as caught:
        read_catalogue(path)
    assert said in str(caught.value)


def test_a_missing_catalogue_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadCatalogue, match="cannot be read"):
        read_catalogue(tmp_path / "none.csv")


def test_a_catalogue_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEAD}\r\nS1,Title,,,,,,,https://a.org\r\n".encode())
    assert [source.id for source in read_catalogue(path)] == ["S1"]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_any_separator_of_a_spreadsheet_is_read(tmp_path: Path, mark: str, quote: str) -> None:
    """French, Spanish and Portuguese ones save with semicolons, since the comma is their point."""
    rows = ["id", "title", "url", "key_points"], ["S1", "Title", "https://a.org", "One | Two"]
    path = tmp_path / "c.csv"
    lines = (mark.join(f"{quote}{cell}{quote}" for cell in row) for row in rows)
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    (source,) = read_catalogue(path)
    assert (source.title, source.key_points) == ("Title", ("One", "Two"))
