"""The splitter: what passages may be, and that no word is lost, doubled or invented."""

import re
import time
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.document import Block, Document, Page, Passage
from corpus.passages import split
from corpus.sentences import sentences

WORDS = ["children", "elders", "village", "meeting", "listen", "agree", "report", "water"]


def document(*pages: list[Block]) -> Document:
    made = tuple(Page(number=at, blocks=tuple(page)) for at, page in enumerate(pages, start=1))
    return Document(media_type="text/plain", pages=made)


def prose(count: int, start: str = "Word") -> Block:
    words = [f"{start}{at}." if at % 10 == 9 else f"{start}{at}" for at in range(count)]
    return Block(text=" ".join(words))


def heading(text: str, level: int = 1) -> Block:
    return Block(text=text, level=level)


def length(passage: Passage) -> int:
    return len(passage.text.split())


def test_paragraphs_gather_to_a_passage() -> None:
    found = split(
        document([prose(30, "A"), prose(30, "B"), prose(30, "C"), prose(90, "D")]), "s", "en"
    )
    assert [length(passage) for passage in found] == [90, 90]


def test_a_passage_keeps_to_its_page() -> None:
    found = split(document([prose(20, "A")], [prose(20, "B")]), "s", "en")
    assert [(passage.page, length(passage)) for passage in found] == [(1, 20), (2, 20)]


def test_the_heading_path_goes_on_over_pages() -> None:
    first = [heading("Guide"), heading("Part one", 2), prose(50, "A")]
    second = [prose(50, "B"), heading("Part two", 2), prose(50, "C")]
    found = split(document(first, second), "s", "en")
    assert [passage.headings for passage in found] == [
        ("Guide", "Part one"),
        ("Guide", "Part one"),
        ("Guide", "Part two"),
    ]


def test_a_heading_at_the_foot_of_a_page_belongs_to_the_next() -> None:
    found = split(document([prose(50, "A"), heading("Next")], [prose(50, "B")]), "s", "en")
    assert [passage.headings for passage in found] == [(), ("Next",)]
    assert "Next" not in found[0].text


@pytest.mark.parametrize(("one", "two"), [(40, 10), (10, 40), (39, 90)])
def test_a_section_of_forty_words_stands_alone(one: int, two: int) -> None:
    page = [heading("One"), prose(one, "A"), heading("Two"), prose(two, "B")]
    found = split(document(page), "s", "en")
    assert [passage.headings for passage in found] == [("One",), ("Two",)]


def test_tiny_sections_go_together_and_show_their_headings() -> None:
    page = [heading("Law"), heading("Article 1", 2), prose(20, "A"), heading("Article 2", 2)]
    (found,) = split(document([*page, prose(20, "B")]), "s", "en")
    assert found.headings == ("Law",)
    assert [line.split()[0] for line in found.text.splitlines()] == [
        "Article",
        "A0",
        "Article",
        "B0",
    ]


def test_a_section_of_another_parent_is_not_put_to_a_tiny_one() -> None:
    page = [heading("One"), heading("Sub", 2), prose(10, "A"), heading("Two"), prose(10, "B")]
    assert len(split(document(page), "s", "en")) == 2


def test_a_list_keeps_its_lead_in() -> None:
    items = [Block(text=prose(30, f"I{at}x").text, item=True) for at in range(8)]
    page = [prose(150, "A"), Block(text="Good meetings include:"), *items]
    found = split(document(page), "s", "en")
    assert found[0].text.splitlines()[-1].startswith("A0")
    assert found[1].text.startswith("Good meetings include:\nI0x0")
    assert [length(passage) for passage in found] == [150, 153, 90]


def test_a_long_paragraph_is_split_at_sentence_ends() -> None:
    found = split(document([prose(400)]), "s", "en")
    assert [length(passage) for passage in found] == [140, 140, 120]
    assert all(passage.text.endswith(".") for passage in found)


def test_a_short_page_is_a_passage_and_a_stray_label_is_none() -> None:
    found = split(document([prose(6)], [Block(text="Page left blank")]), "s", "en")
    assert [passage.page for passage in found] == [1]


def test_ids_are_stable_and_tell_repeats_apart() -> None:
    pages = [[prose(90, "A"), prose(90, "A")], [prose(90, "A")]]
    ids = [passage.id for passage in split(document(*pages), "s", "en")]
    assert len(set(ids)) == 3
    assert {len(id) for id in ids} == {11}
    assert ids == [passage.id for passage in split(document(*pages), "s", "en")]
    assert not set(ids) & {passage.id for passage in split(document(*pages), "other", "en")}
    # Another text elsewhere on the page changes no id but its own.
    more = split(document([*pages[0], heading("New"), prose(90, "B")], pages[1]), "s", "en")
    assert set(ids) < {passage.id for passage in more}


def words(least: int, most: int) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(WORDS), min_size=least, max_size=most).map(" ".join)


sentence = words(1, 40).map(lambda text: text.capitalize() + ".")
# All of at least four words, which is what makes a passage.
block = st.one_of(
    st.builds(
        Block,
        text=st.lists(sentence, min_size=4, max_size=12).map(" ".join),
        item=st.booleans(),
    ),
    st.builds(Block, text=words(4, 20).map(lambda text: text + ":")),
    st.builds(Block, text=words(4, 9), level=st.integers(1, 3)),
    st.builds(Block, text=st.integers(4, 500).map(lambda count: " ".join(["word"] * count))),
)
documents = st.lists(st.lists(block, max_size=10), min_size=1, max_size=4).map(
    lambda pages: document(*pages)
)


@given(documents)
def test_no_word_is_lost_doubled_or_invented(made: Document) -> None:
    found = split(made, "s", "en")
    for page in made.pages:
        lines = [line for p in found if p.page == page.number for line in p.text.splitlines()]
        flat = " ".join(page.text.split())
        assert all(line in flat for line in lines)
        body = Counter(" ".join(b.text for b in page.blocks if not b.level).split())
        heads = Counter(" ".join(b.text for b in page.blocks if b.level).split())
        shown = Counter(" ".join(lines).split())
        assert body <= shown <= body + heads


@given(documents)
def test_passages_have_their_size_and_an_id_of_their_own(made: Document) -> None:
    found = split(made, "s", "en")
    assert all(4 <= length(passage) <= 180 for passage in found)
    assert len({passage.id for passage in found}) == len(found)


def _heads(*levels: int) -> list[Block]:
    text = "children children children children"
    return [Block(text=f"{text}:", level=level, item=False) for level in levels]


@given(documents)
@example(document(_heads(1, 1, 0, 1, 0)))
@example(document(_heads(1, 1, 2, 0, 2, 0, 1, 0)))
@example(document(_heads(1, 2, 2, 0, 2, 0, 1, 0)))
def test_the_order_is_that_of_the_document(made: Document) -> None:
    pages = [
        [replace(b, text=f"{page.number}x{at} {b.text}") for at, b in enumerate(page.blocks)]
        for page in made.pages
    ]
    marks = [
        tuple(map(int, mark.split("x")))
        for passage in split(document(*pages), "s", "en")
        for mark in re.findall(r"\b\d+x\d+\b", passage.text)
    ]
    assert marks == sorted(set(marks))


@given(documents)
@example(document(_heads(1), _heads(2, 1)))
@example(document(_heads(0, 1), _heads(2, 1, 0)))
def test_every_heading_is_in_a_path_or_in_a_text(made: Document) -> None:
    found = split(made, "s", "en")
    seen = {text for p in found for text in (*p.headings, *p.text.splitlines())}
    assert {b.text for page in made.pages for b in page.blocks if b.level} <= seen


SENTENCES = {
    "en": [
        "See art. 12, p. 4 and No. 3, e.g. in the South.",
        "Dr. Smith of the U.N. came.",
        'She asked: "Why?"',
        "It was 2.5 km away.",
        "He left...",
        "The U.S. Government agreed at 5 p.m.",
        "The police followed.",
        "I said no.",
        "Then we left.",
        "Visit www.unocha.org.",
        "Is it true?",
        "Yes!",
    ],
    "fr": [
        "M. Dupont et Mme Diop (cf. p. 4) viennent.",
        "Voir l'art. 3, p. ex. ici.",
        "Est-ce vrai ?",
        "Oui.",
    ],
    "es": ["El Sr. Pérez vio el núm. 3.", "¿Es verdad?", "Sí.", "¡Ojo!", "Véase la pág. 4."],
    "pt": ["O Sr. Silva leu o art. 5.º da lei.", "Fim."],
    "sw": ["Bw. Juma alisema hivyo.", "Je, ni kweli?", "Ndiyo."],
    "ar": ["هل هذا صحيح؟", "نعم، لكل طفل حق؛ ولا يجوز إيذاؤه.", "قال د. أحمد ذلك.", "انتهى."],
}


@pytest.mark.parametrize("language", SENTENCES)
def test_sentences_end_where_readers_end_them(language: str) -> None:
    assert sentences(" ".join(SENTENCES[language]), language) == SENTENCES[language]


def test_lines_part_sentences_and_numbers_of_items_do_not() -> None:
    text = "1. First point\n(a) Second point. And more.\nA heading"
    assert sentences(text, "en") == [
        "1. First point",
        "(a) Second point.",
        "And more.",
        "A heading",
    ]


@given(st.text(alphabet="aB 1.?!؟\"')\n؛م", max_size=80))
def test_sentences_are_the_text_and_nothing_else(text: str) -> None:
    found = sentences(text, "en")
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(part in text and part == part.strip() and part for part in found)


def test_splitting_a_passage_into_sentences_takes_no_time_to_speak_of() -> None:
    text = " ".join(SENTENCES["en"] * 5)
    began = time.perf_counter()
    for _ in range(20):
        sentences(text, "en")
    assert (time.perf_counter() - began) / 20 < 0.005 * 10  # s: the aim, ten times over for CI
