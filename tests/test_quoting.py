"""A sentence is quoted with what it needs, once, and both sides of a comparison are."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Quote
from bot.quoting import LENGTH, MOST, choose
from bot.wording import leads_in, stands_in
from corpus.document import Passage
from corpus.sentences import sentences
from index.ports import Evidence, Hit, Sentence

PAGES: dict[str, str] = {}
OPENING = "Communities cared for children before agencies came."
LEAD = "A good meeting has three parts:"
ITEMS = ["hearing the children who came;", "listening to the elders; and", "agreeing on one step."]


def hit(id: str, text: str, *liked: str, score: float = 0.9, language: str = "en") -> Hit:
    """A hit whose sentences are worth little, but for those that begin with one of `liked`.

    What stands first in `liked` is worth most.
    """
    passage = Passage(
        id=id, source=id, page=1, label=None, headings=(), language=language, text=text
    )
    PAGES[id] = text

    def worth(sentence: str) -> float:
        ranks = [rank for rank, words in enumerate(liked) if sentence.startswith(words)]
        return 0.8 - 0.01 * ranks[0] if ranks else 0.1

    return Hit(
        passage=passage,
        score=score,
        evidence=Evidence(dense=score, words=0, domain=0),
        sentences=tuple(Sentence(text=s, score=worth(s)) for s in sentences(text, language)),
    )


def quoted(*hits: Hit, sides: Sequence[Sequence[Hit]] = ()) -> list[str]:
    return [quote.text for quote in chosen(*hits, sides=sides)]


def chosen(*hits: Hit, sides: Sequence[Sequence[Hit]] = ()) -> list[Quote]:
    return choose(list(hits), PAGES.__getitem__, sides)


def test_an_item_brings_its_lead_in() -> None:
    text = "\n".join([OPENING, LEAD, *ITEMS])
    (first, *_) = quoted(hit("A", text, "listening"))
    assert first.splitlines()[0] == LEAD
    assert "listening to the elders; and" in quoted(hit("A", text, "listening"))[-1]


def test_a_lead_in_brings_its_items_each_on_its_own_line() -> None:
    text = "\n".join([OPENING, LEAD, *ITEMS, "Nobody decides alone in such a meeting."])
    assert quoted(hit("A", text, "A good meeting")) == ["\n".join([LEAD, *ITEMS])]


def test_a_lead_in_whose_list_is_elsewhere_is_not_quoted() -> None:
    text = f"{OPENING}\nElders listen before they decide.\n{LEAD}"
    assert quoted(hit("A", text, "A good meeting")) == [
        f"{OPENING} Elders listen before they decide."
    ]


def test_a_long_list_is_cut_between_items() -> None:
    items = [f"the {n} th part of a meeting {'of all ' * 12};" for n in range(8)]
    (text,) = quoted(hit("A", "\n".join([LEAD, *items, "the end of all."]), "A good meeting"))
    lines = text.splitlines()
    assert lines[:3] == [LEAD, *(item.strip() for item in items[:2])]
    assert len(text) <= MOST
    assert len(lines) < len(items)


def test_an_item_whose_lead_in_is_not_on_the_page_is_not_quoted() -> None:
    found = hit("A", "\n".join([OPENING, LEAD, *ITEMS]), "listening", "hearing")
    PAGES["A"] = PAGES["A"].replace(LEAD, "")
    assert quoted(found) == [OPENING]


def test_a_lead_in_that_points_back_brings_what_it_points_to() -> None:
    opening = "The meeting named priorities for the work to come."
    text = "\n".join([f"{opening} These include:", *ITEMS])
    assert quoted(hit("A", text, "listening"))[0] == f"{opening} These include:"


def test_they_brings_the_sentence_before_in_every_language() -> None:
    for language, before, back in (
        ("en", "Committees meet in every village.", "They decide together what to do first."),
        ("sw", "Kamati hukutana katika kila kijiji.", "Wao huamua pamoja la kufanya kwanza."),
        ("fr", "Les comités se réunissent au village.", "Ils décident ensemble de la suite."),
        ("es", "Los comités se reúnen en cada aldea.", "Estos deciden juntos qué hacer primero."),
        ("pt", "Os comités reúnem em cada aldeia.", "Eles decidem juntos o que fazer primeiro."),
        ("ar", "تجتمع اللجان في كل قرية مرتين.", "هذه اللجان تقرر معا ما يجب فعله."),
    ):
        found = hit("A", f"{before} {back}", back[:5], language=language)
        other = hit("B", "Elders listen to what children say.", "Elders", score=0.89)
        assert quoted(found, other)[0] == f"{before} {back}"


def test_a_heading_is_not_brought_along() -> None:
    found = hit("A", f"Meetings\nThey take place under a tree. {OPENING}", "They")
    assert quoted(found)[0].startswith("They take place")


def test_two_sources_that_say_the_same_are_not_both_quoted() -> None:
    one = hit("A", "The agency gave cash to 772 households in Nippes.", "The")
    same = hit("B", "The agency – Haiti gave cash to 772 households in Nippes.", "The", score=0.89)
    other = hit("C", "The agency gave cash to 550 households in Nippes.", "The", score=0.88)
    assert [quote.source for quote in chosen(one, same, other)] == ["A", "C"]


def test_both_sides_of_a_comparison_are_quoted() -> None:
    """The question alone finds two about the one; what the index finds for each side tells."""
    one = "Foster care places a child with a family. Foster families are paid each month."
    two = "Kinship care keeps a child with relatives. Relatives are seldom paid at all."
    question = (
        hit("A", one, "Foster care", "Foster families"),
        hit("B", two, "Kinship", score=0.7),
    )
    foster = [hit("A", one, "Foster care", "Foster families"), hit("B", two)]
    kinship = [hit("B", two, "Kinship"), hit("A", one)]
    assert not any("Kinship" in text for text in quoted(*question))
    texts = quoted(*question, sides=(foster, kinship))
    assert any(text.startswith("Foster care") for text in texts)
    assert any(text.startswith("Kinship care") for text in texts)


def test_one_sentence_about_both_sides_is_enough() -> None:
    both = "Unlike foster care, kinship care keeps a child with relatives."
    text = f"{both} Courts decide on the matter every time."
    question = hit("A", text, "Unlike")
    side = [hit("A", text, "Unlike")]
    assert quoted(question, sides=(side, side))[0].startswith(both)


words = st.sampled_from(
    "They These child elder meets decides 12 include: and; first. Then. to:".split()
)
lines = st.lists(st.lists(words, min_size=4, max_size=40).map(" ".join), min_size=1, max_size=9)


@given(st.lists(lines, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_quotes_stand_on_their_page_are_short_and_never_a_lead_in_alone(pages, random) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    hits = []
    for n, page in enumerate(pages):
        made = hit(str(n), "\n".join(page))
        scored = (Sentence(text=s.text, score=random.random()) for s in made.sentences)
        hits.append(
            Hit(
                passage=made.passage,
                score=0.9 - 0.02 * n,
                evidence=made.evidence,
                sentences=tuple(scored),
            )
        )
    found = chosen(*hits)
    assert all(stands_in(quote.text, PAGES[quote.passage]) for quote in found)
    assert len({quote.passage for quote in found}) <= 3
    longest = max(len(page) for page in map("\n".join, pages))
    assert sum(len(quote.text) for quote in found) <= max(MOST, longest) + LENGTH
    for quote in found:
        last = sentences(quote.text, "en")[-1]
        page = PAGES[quote.passage]  # which may say the same earlier, where items follow
        after = page.rstrip().endswith(quote.text) and page.count(quote.text) == 1
        assert not (leads_in(last) and after), "a lead-in at the end of its passage leads nowhere"
