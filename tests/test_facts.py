"""Questions for a figure, a law or a date of a country, and passages of another one."""

import pytest

from index.countries import named_in
from index.facts import elsewhere, wanted_of


@pytest.mark.parametrize(
    ("language", "question", "countries"),
    [
        ("en", "How many social workers are there in Paraguay?", {"PY"}),
        ("en", "what does the law of Zambia say about adoption", {"ZM"}),
        ("sw", "Kuna maafisa wangapi nchini Malawi?", {"MW"}),
        ("fr", "Quel pourcentage d’enfants en Côte d’Ivoire ?", {"CI"}),
        ("es", "¿Cuándo ratificó Honduras la convención?", {"HN"}),
        ("pt", "idade mínima para casar em Angola", {"AO"}),
        ("ar", "كم عدد الأخصائيين في العراق؟", {"IQ"}),
        ("ar", "ما نسبة الأطفال بلبنان", {"LB"}),
    ],
)
def test_a_fact_of_a_country_is_seen(language: str, question: str, countries: set[str]) -> None:
    assert wanted_of(question, language) == countries


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "We work in Zambia. How do we choose facilitators?"),
        ("en", "how many documents were reviewed"),
        ("sw", "Tuko Malawi. Tuanzeje?"),
        ("sw", "asilimia ngapi ya mali ya familia"),
        ("fr", "Nous sommes au Tchad : par où commencer ?"),
        ("ar", "نحن في اليمن، كيف نبدأ؟"),
        ("xx", "how many in Kenya"),
    ],
)
def test_who_only_names_a_country_or_a_figure_wants_no_such_fact(
    language: str, question: str
) -> None:
    assert wanted_of(question, language) == frozenset()


def test_a_passage_of_that_country_is_not_elsewhere_in_any_language() -> None:
    wanted = wanted_of("Combien d'enfants au Brésil ?", "fr")
    assert not elsewhere(wanted, "Estudo feito no Brasil", "pt")
    assert not elsewhere(wanted, "Latin America: Brazil, Peru", "en")
    assert elsewhere(wanted, "Latin America: Peru", "en")
    assert not elsewhere(frozenset(), "anything", "en")


def test_names_of_countries_are_whole_words() -> None:
    assert named_in("Nigeria and the Malian border", "en") == {"NG"}
    assert named_in("Somaliland", "en") == frozenset()
