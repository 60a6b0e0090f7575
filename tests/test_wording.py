import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wording import leans_back, lines_of, lists, printed, same, says_something, stands_in
from corpus.document import Passage
from corpus.sentences import sentences


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "They meet every week."),
        ("en", "(b) Such measures should include training."),
        ("en", "“This” is what elders call it."),
        ("sw", "Hizi ni hatua za kwanza."),
        ("sw", "Wao hukutana kila wiki."),
        ("fr", "Ils se réunissent chaque semaine."),
        ("fr", "C'est la famille qui décide."),
        ("es", "Estos comités se reúnen."),
        ("es", "Esta norma protege a la niñez."),
        ("pt", "Isso ajuda as famílias."),
        ("ar", "هذه اللجان تجتمع كل أسبوع."),
        ("ar", "وهم يقررون معا."),
        ("ar", "هؤلاء الأطفال في خطر."),
    ],
)
def test_a_sentence_that_points_back(language: str, sentence: str) -> None:
    assert leans_back(sentence, language)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Theyne is a village."),
        ("en", "Children meet, and they decide."),
        ("en", "It is important to listen to children."),
        ("fr", "Il faut écouter les enfants."),
        ("fr", "Il y a trois étapes."),
        ("es", "Está prohibido golpear a un niño."),
        ("ar", "وزارة التعليم مسؤولة."),
        ("en", ""),
        ("xx", "This is of no known language."),
    ],
)
def test_a_sentence_that_stands_alone(language: str, sentence: str) -> None:
    assert not leans_back(sentence, language)


@pytest.mark.parametrize(
    ("one", "other", "language", "alike"),
    [
        ("The agency gave cash to 772 households in Nippes.",
         "The agency – Haiti gave cash to 772 households in Nippes.", "en", True),
        ("2. Committees meet every week in a school.", "Committees meet each week in a school.",
         "en", True),
        ("Los comités protegen a la niñez.", "Los comites protegen a la ninez.", "es", True),
        ("تجتمع اللجان كل أسبوع.", "تجتمع اللّجان كلّ أسبوع.", "ar", True),
        ("The agency gave cash to 772 households.", "The agency gave cash to 550 households.",
         "en", False),
        ("Detain children when they are armed.", "Do not detain children when they are armed.",
         "en", False),
        ("Watoto wanaweza kupigwa shuleni.", "Watoto hawawezi kamwe kupigwa shuleni.", "sw", False),
        ("Children speak first.", "The clinic opens at eight.", "en", False),
        ("", "", "en", False),
    ],
)  # fmt: skip
def test_whether_two_sentences_say_the_same(
    one: str, other: str, language: str, alike: bool
) -> None:
    assert same(one, other, (language, language)) is alike
    assert same(other, one, (language, language)) is alike


@given(st.text(), st.text())
def test_saying_the_same_is_mutual_and_a_number_breaks_it(one: str, other: str) -> None:
    assert same(one, other, ("en", "en")) == same(other, one, ("en", "en"))
    assert not same(f"x {one} 7", f"x {one} 8", ("en", "en"))


def of(*lines: str) -> dict[str, list[str]]:
    """The items by their lead-in, of a passage of these lines."""
    passage = Passage(
        id="p", source="s", page=None, label=None, headings=(), language="en",
        text="\n".join(lines),
    )  # fmt: skip
    texts = sentences(passage.text, "en")
    found = lists(texts, lines_of(passage, texts))
    return {texts[lead]: [texts[n] for n in items] for lead, items in found.items()}


@pytest.mark.parametrize(
    ("items", "after"),
    [
        (["to listen;", "to write; and", "to agree."], ["Then all go home."]),
        (["Listening", "Writing", "Agreeing"], ["Then all go home."]),
        (["Listening", "Writing"], ["Others say:", "Speaking"]),
        (["They listen.", "They write. It helps."], []),
    ],
)
def test_a_list_goes_as_far_as_its_first_item_tells(items: list[str], after: list[str]) -> None:
    found = of("A meeting has parts:", *items, *after)
    assert " ".join(found["A meeting has parts:"]) == " ".join(items)


def test_a_list_in_a_list_has_its_own_lead_in() -> None:
    found = of("Partners gave kits:", "Two groups gave to:", "boys", "girls", "All were glad.")
    assert found == {
        "Partners gave kits:": ["Two groups gave to:", "boys", "girls"],
        "Two groups gave to:": ["boys", "girls"],
    }


def test_a_colon_within_a_line_leads_into_nothing() -> None:
    assert of("They said: we meet. Then they left.", "Next day they met.") == {}
    assert of("Nothing follows here:") == {}


def test_headings_numbers_and_credits_say_nothing() -> None:
    for text in ("Chapter 2", "12", "Photo: a child at a desk", "", "Fuente: © UNICEF y otros"):
        assert not says_something(text)
    assert says_something("Children speak first in meetings.")


def test_what_is_not_on_the_page_is_empty() -> None:
    assert printed(["Chil\u00addren speak.", "Elders lie."], "Children\nspeak.") == (
        "Chil\u00addren speak.",
        "",
    )


def test_white_space_and_hyphenation_aside_a_quote_must_be_exact() -> None:
    page = "Child pro-\ntection  com\u00admittees meet weekly."
    assert stands_in("Child protection committees meet weekly.", page)
    assert not stands_in("Child protection committees meet daily.", page)
    assert not stands_in("", page)


@given(st.text(), st.text(), st.text())
def test_whatever_stands_on_a_page_is_found_there(before: str, quote: str, after: str) -> None:
    if stands_in(quote, quote):
        assert stands_in(quote, before + quote + after)
