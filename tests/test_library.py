import threading
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.document import Block, Document, Page
from corpus.library import Library
from corpus.passages import split
from corpus.source import Source

SOURCE = Source(id="S1", title="A guide", url="https://example.org/a", key_points=("One", "Two"))
TEXT = Document(
    media_type="application/pdf",
    pages=(
        Page(
            number=1, label="i", blocks=(Block(text="Safe places for children are listed here."),)
        ),
        Page(
            number=2, label="1", blocks=(Block(text="Neighbours meet under the tree every week."),)
        ),
    ),
)


def put(library: Library, document: Document = TEXT, id: str = "S1/text") -> None:
    library.put_source(SOURCE, "catalogue")
    passages = split(document, "S1", "en")
    library.put_document(document, passages, id=id, source="S1", language="en", sha256="x")


@pytest.fixture
def library() -> Library:
    return Library(":memory:")


def test_a_source_comes_back_as_it_was(library: Library) -> None:
    library.put_source(SOURCE, "catalogue")
    assert library.source("S1") == SOURCE
    assert library.origins() == {"S1": "catalogue"}


def test_passages_come_back_as_they_were_split(library: Library) -> None:
    put(library)
    assert list(library.passages()) == split(TEXT, "S1", "en")


def test_passages_of_one_source_are_told_apart(library: Library) -> None:
    put(library)
    second = replace(SOURCE, id="S2", key_points=("Neighbours keep a list of safe houses",))
    other = split(second.card(), "S2", "en")
    assert other
    library.put_source(second, "catalogue")
    library.put_document(second.card(), other, id="S2", source="S2", language="en", sha256="y")
    assert list(library.passages("S1")) == split(TEXT, "S1", "en")
    assert list(library.passages("S2")) == other
    assert list(library.passages("S3")) == []


def test_quotes_are_checked_against_the_passages_own_page(library: Library) -> None:
    put(library)
    first, second = library.passages()
    assert library.page_text(first.id) == TEXT.pages[0].text
    assert library.page_text(second.id) == TEXT.pages[1].text


def test_putting_a_document_again_replaces_it(library: Library) -> None:
    put(library)
    put(library, Document(media_type="text/plain", pages=TEXT.pages[:1]))
    assert [p.page for p in library.passages()] == [1]


def test_a_document_that_fails_half_way_leaves_the_old_one(library: Library) -> None:
    put(library)
    before = list(library.passages())
    twice = [before[0], before[0]]
    with pytest.raises(Exception, match="UNIQUE"):
        library.put_document(TEXT, twice, id="S1/text", source="S1", language="en", sha256="y")
    assert list(library.passages()) == before
    assert library.holdings()[0].sha256 == "x"


def test_changes_are_all_or_nothing(library: Library) -> None:
    def fail() -> None:
        with library.changing():
            put(library)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not library.sources()
    assert not list(library.passages())


def test_a_removed_source_leaves_nothing_behind(library: Library) -> None:
    put(library)
    id = next(library.passages()).id
    library.remove_source("S1")
    assert not library.holdings()
    for look_up in (library.passage, library.page_text):
        with pytest.raises(KeyError):
            look_up(id)
    with pytest.raises(KeyError):
        library.source("S1")


def test_a_copy_shares_nothing(library: Library, tmp_path: Path) -> None:
    put(library)
    library.copy_to(tmp_path / "copy.db")
    library.remove_source("S1")
    copy = Library(tmp_path / "copy.db")
    assert len(list(copy.passages())) == 2
    copy.close()


def test_any_thread_may_read(tmp_path: Path) -> None:
    library = Library(tmp_path / "library.db")
    put(library)
    seen: list[int] = []

    def read() -> None:
        for _ in range(50):
            seen.append(len([library.passage(p.id) for p in library.passages()]))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [2] * 200
    library.close()
