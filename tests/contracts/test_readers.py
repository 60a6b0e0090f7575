"""What every reader owes: text in order, headings, true pages, and a clear word when it fails."""

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from corpus import media, sandbox
from corpus.document import Block, Document
from corpus.errors import UnreadableDocument
from tests import fixtures


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A reader, the guide in its format, and what that format can tell."""

    reader: str
    make: Callable[[], bytes]
    name: str
    pages: int | None = None  # how many, where the format has pages
    headings: bool = True
    title: bool = True
    table: str = " | "


CASES = (
    Case(reader="pdf", make=fixtures.pdf, name="a.pdf", pages=3, table=" - "),
    Case(reader="html", make=fixtures.html, name="a.html"),
    Case(reader="docx", make=fixtures.word, name="a.docx"),
    Case(reader="pptx", make=fixtures.slides, name="a.pptx", pages=3),
    Case(reader="epub", make=fixtures.epub, name="a.epub"),
    Case(reader="markdown", make=fixtures.markdown, name="a.md"),
    Case(reader="text", make=fixtures.text, name="a.txt", headings=False, title=False, table=" - "),
    Case(reader="udhr", make=fixtures.udhr, name="a.xml", table=" - "),
)


@pytest.fixture(params=CASES, ids=lambda case: case.reader)
def case(request: pytest.FixtureRequest) -> Case:
    given: Case = request.param
    return given


def read(case: Case, data: bytes) -> Document:
    document: Document = importlib.import_module(f"corpus.readers.{case.reader}").read(data)
    return document


def blocks(document: Document) -> list[Block]:
    return [block for page in document.pages for block in page.blocks]


def test_all_text_is_there_once_and_in_order(case: Case) -> None:
    texts = [re.sub(r"^[1-3]\. ", "", block.text) for block in blocks(read(case, case.make()))]
    wanted = [fixtures.TITLE, fixtures.OPENING, fixtures.SECTION, fixtures.LEAD_IN]
    wanted += [*fixtures.ITEMS, fixtures.CLOSING, case.table.join(fixtures.ROW)]
    found = [text for text in texts if text in wanted]
    assert found == wanted


def test_headings_are_kept_with_their_depth(case: Case) -> None:
    if not case.headings:
        pytest.skip("the format has no headings")
    levels = {block.text: block.level for block in blocks(read(case, case.make()))}
    assert levels[fixtures.TITLE] == 1
    assert levels[fixtures.SECTION] == (1 if case.reader == "pptx" else 2)
    assert levels[fixtures.OPENING] == levels[fixtures.CLOSING] == 0


def test_list_items_are_marked_and_their_bullets_gone(case: Case) -> None:
    items = [block.text.lstrip("123. ") for block in blocks(read(case, case.make())) if block.item]
    assert set(fixtures.ITEMS) <= set(items)
    if case.reader != "pptx":  # every line of a slide's body is a list item
        assert set(items) == set(fixtures.ITEMS)


def test_pages_are_the_true_ones(case: Case) -> None:
    document = read(case, case.make())
    if case.pages is None:
        assert {page.number for page in document.pages} == {None}
        return
    assert [page.number for page in document.pages] == list(range(1, case.pages + 1))
    where = {block.text: page.number for page in document.pages for block in page.blocks}
    assert [where[text] for text in (fixtures.OPENING, fixtures.LEAD_IN, fixtures.CLOSING)] == [
        1,
        2,
        3,
    ]


def test_no_furniture_is_left(case: Case) -> None:
    text = " ".join(block.text for block in blocks(read(case, case.make())))
    for furniture in ("Guide No. 4", "of 30", "Menu entry", "Downloaded"):
        assert furniture not in text


def test_title_and_media_type(case: Case) -> None:
    document = read(case, case.make())
    module = importlib.import_module(f"corpus.readers.{case.reader}")
    assert document.title == (fixtures.TITLE if case.title else None)
    assert document.media_type == module.MEDIA_TYPES[0]


def test_the_kind_is_told_from_the_bytes_whatever_the_name(case: Case) -> None:
    name = case.name if case.reader == "markdown" else "download"
    kind = media.media_type(case.make(), name, "application/octet-stream")
    assert media.READERS[kind] == case.reader


def test_each_kind_has_its_reader(case: Case) -> None:
    module = importlib.import_module(f"corpus.readers.{case.reader}")
    listed = {kind for kind, reader in media.READERS.items() if reader == case.reader}
    assert listed == set(module.MEDIA_TYPES)


@pytest.mark.parametrize("data", [b"", b" \n\r\n"], ids=["no bytes", "white space"])
def test_an_empty_file_is_named_as_such(case: Case, data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="empty"):
        media.media_type(data, case.name)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_cut_file_is_an_error_or_what_is_left_but_never_nothing(case: Case, share: float) -> None:
    data = case.make()
    given = outcome(data[: int(len(data) * share)], case.name)
    if isinstance(given, str):
        assert "\n" not in given
        assert ";" in given, "what is wrong; what to do"
    else:
        assert case.reader in {"html", "markdown", "text"}, "a container must notice"
        assert any(page.text for page in given.pages)


def outcome(data: bytes, name: str) -> Document | str:
    """Read as the library does: a document, or the line that is shown in its place."""
    try:
        return sandbox.read_document(data, name)
    except UnreadableDocument as error:
        return str(error)
