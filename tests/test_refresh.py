from dataclasses import replace

from corpus.library import Library
from corpus.refresh import refresh_cards
from corpus.source import Source

A = Source(id="A", title="Alpha", url="https://a.org", key_points=("Communities choose the harm",))
B = Source(id="B", title="Beta", url="https://b.org", key_points=("Elders listen to children",))


def test_cards_can_be_asked_about_and_are_marked_as_summaries() -> None:
    library = Library(":memory:")
    assert refresh_cards([A, B], library).added == ("A", "B")
    assert [(p.source, p.summary) for p in library.passages()] == [("A", True), ("B", True)]


def test_a_second_refresh_changes_nothing() -> None:
    library = Library(":memory:")
    refresh_cards([A, B], library)
    changes = refresh_cards([A, B], library)
    assert changes.unchanged == ("A", "B")
    assert not changes.any


def test_an_edited_row_replaces_its_card() -> None:
    library = Library(":memory:")
    refresh_cards([A], library)
    changes = refresh_cards([replace(A, key_points=("Something else entirely is said",))], library)
    assert changes.changed == ("A",)
    (passage,) = library.passages()
    assert "Something else" in passage.text


def test_a_row_that_is_gone_can_never_answer_again_but_added_documents_stay() -> None:
    library = Library(":memory:")
    refresh_cards([A, B], library)
    library.put_source(replace(A, id="D1"), "added")
    assert refresh_cards([B], library).removed == ("A",)
    assert list(library.sources()) == ["B", "D1"]
    assert [p.source for p in library.passages()] == ["B"]
