from dataclasses import replace

from bot import answering
from bot.links import citation, deep_link
from bot.messages import Answer
from corpus.document import Passage
from corpus.source import Source
from index.judge import Judge
from index.ports import Evidence, Hit, Sentence

JUDGE = Judge(
    weights=(8.0, *[0.0] * 9, -4.0), means=(0.0,) * 10, deviations=(1.0,) * 10, threshold=0.5,
    figures={},
)  # fmt: skip
PAGES: dict[str, str] = {}


def hit(
    source: str, sentences: list[tuple[str, float]], score: float = 0.9, page: int | None = 3
) -> Hit:
    """A hit whose passage's page says just its sentences."""
    text = " ".join(words for words, _ in sentences)
    passage = Passage(
        id=f"{source}-{page}",
        source=source,
        page=page,
        label=None,
        headings=(),
        language="en",
        text=text,
    )
    PAGES[passage.id] = text
    return Hit(
        passage=passage,
        score=score,
        evidence=Evidence(dense=score, words=0, domain=0),
        sentences=tuple(Sentence(text=words, score=score) for words, score in sentences),
    )


def source(id: str) -> Source:
    return Source(id=id, title=f"Title {id}", url=f"https://example.org/{id}.pdf", link_kind="PDF")


def compose(*hits: Hit, judge: Judge = JUDGE) -> Answer:
    return answering.compose(list(hits), "en", judge, PAGES.__getitem__, source)


ONE = "Children speak first in every meeting."
TWO = "Elders listen before they decide anything."
THREE = "The clinic opens on Monday at eight."


def test_the_sentences_for_the_question_are_quoted_in_reading_order() -> None:
    other = hit("B", [("Nothing of this kind is said here at all.", -9)], 0.89)
    answer = compose(hit("A", [(ONE, 0.8), (THREE, 0.1), (TWO, 0.9)]), other)
    assert [quote.text for quote in answer.quotes][:2] == [ONE, TWO]


def test_neighbouring_sentences_are_one_quote() -> None:
    answer = compose(
        hit("A", [(ONE, 0.9), (TWO, 0.8), (THREE, -9)]), hit("B", [(THREE, 0.1)], 0.89)
    )
    assert answer.quotes[0].text == f"{ONE} {TWO}"


def test_two_to_four_sentences() -> None:
    many = [(f"Sentence number {n} says something new.", 0.5) for n in range(12)]
    assert 2 <= sum(q.text.count("says") for q in compose(hit("A", many)).quotes) <= 4


def test_a_quote_that_is_not_on_the_page_is_not_sent() -> None:
    false = hit("A", [(ONE, 0.9), (TWO, 0.8)])
    PAGES[false.passage.id] = f"Something else. {TWO}"
    good = hit("B", [(THREE, 0.7), ("It closes at noon on each Friday.", 0.6)], 0.89)
    answer = compose(false, good)
    assert answer.answered
    assert ONE not in " ".join(quote.text for quote in answer.quotes)
    assert answer.quotes[0].text == TWO


def test_where_no_quote_stands_nothing_is_answered() -> None:
    false = hit("A", [(ONE, 0.9)])
    PAGES[false.passage.id] = "Something else."
    answer = compose(false)
    assert not answer.answered
    assert not answer.quotes
    assert [c.source for c in answer.nearest] == ["A"]


def test_below_the_threshold_the_nearest_titles_are_named_and_nothing_is_quoted() -> None:
    answer = compose(*(hit(id, [(ONE, 0.9)], 0.2) for id in "ABCD"))
    assert (answer.answered, answer.quotes, answer.sources) == (False, (), ())
    assert [c.source for c in answer.nearest] == ["A", "B", "C"]


def test_no_hits_no_answer() -> None:
    answer = compose()
    assert not answer.answered
    assert answer.nearest == ()


def test_two_sources_that_say_the_same_are_not_both_quoted() -> None:
    answer = compose(hit("A", [(ONE, 0.9)]), hit("B", [(ONE, 0.9), (TWO, 0.5)], 0.89))
    assert " ".join(quote.text for quote in answer.quotes).count(ONE) == 1


def test_up_to_three_sources_each_at_its_page() -> None:
    answer = compose(
        *(
            hit(id, [(f"{ONE} {id} {page}", 0.9)], 0.9, page)
            for id, page in (("A", 3), ("A", 9), ("B", 2), ("C", 1), ("D", 4))
        )
    )
    assert [(c.source, c.page) for c in answer.sources] == [("A", 3), ("A", 9), ("B", 2)]
    assert answer.sources[1].url == "https://example.org/A.pdf#page=9"


def test_headings_numbers_and_credits_are_not_quoted() -> None:
    answer = compose(
        hit(
            "A",
            [("Chapter 2", 2), ("12", 2), ("Photo: a child at a desk", 2), (ONE, 0.5), (TWO, 0.4)],
        )
    )
    assert [quote.text for quote in answer.quotes] == [f"{ONE} {TWO}"]


def test_links_open_the_place() -> None:
    url = "https://example.org/a"
    assert deep_link(url, "PDF", 12, "x") == f"{url}#page=12"
    assert deep_link(url + "#top", "PDF", 2, "") == f"{url}#page=2"
    assert (
        deep_link(url, "page", None, "one, two - three")
        == f"{url}#:~:text=one%2C%20two%20%2D%20three"
    )
    long = "a b c d e f g h i j k l m"
    assert deep_link(url, "page", None, long).endswith("text=a%20b%20c%20d%20e,i%20j%20k%20l%20m")
    assert deep_link(url, "page", None, "") == url
    assert deep_link(url, "document viewer", 3, "words") == url


def test_a_summary_is_never_pointed_at_in_the_page() -> None:
    summary = replace(hit("A", [(ONE, 0.9)]).passage, summary=True, page=None)
    assert citation(replace(source("A"), link_kind="page"), summary, "").url == source("A").url
