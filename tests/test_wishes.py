"""What a question wishes of its sources is understood, and moves the ranking without hiding."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.assistant import Assistant
from bot.channels.terminal import as_text
from bot.messages import Answer, Kind, Question, Reply
from bot.wishes import ASKED, NOTHING, STANDING, Wish, best, read_wish, shift
from corpus.document import Passage
from corpus.source import Source
from index.countries import country_named
from index.ports import Evidence, Hit

ROOT = Path(__file__).resolve().parents[1]
UNDERSTOOD = [
    ("en", "Guides on case management in French for Uganda after 2018",
     Wish(language="fr", country="UG", since=2019), "Guides on case management for Uganda"),
    ("sw", "Mwongozo wa ulinzi wa mtoto kwa Kifaransa nchini Kenya baada ya mwaka 2018",
     Wish(language="fr", country="KE", since=2019), "Mwongozo wa ulinzi wa mtoto nchini Kenya"),
    ("fr", "Comités de protection au Niger en français depuis 2015",
     Wish(language="fr", country="NE", since=2015), "Comités de protection au Niger"),
    ("es", "Protección comunitaria en Sierra Leona en frances antes de 2018",
     Wish(language="fr", country="SL", until=2017),
     "Protección comunitaria en Sierra Leona"),
    ("pt", "Proteção comunitária em Moçambique em francês até 2020",
     Wish(language="fr", country="MZ", until=2020), "Proteção comunitária em Moçambique"),
    ("ar", "لجان حماية الطفل في كينيا بالفرنسية بعد عام 2018",
     Wish(language="fr", country="KE", since=2019), "لجان حماية الطفل في كينيا"),
    ("ar", "لجان حماية الطفل باللغة الإنجليزية منذ ٢٠١٨", Wish(language="en", since=2018),
     "لجان حماية الطفل"),
    ("fr", "la médiation familiale en Côte d’Ivoire", Wish(country="CI"), None),
    ("en", "committees in Guinea", Wish(country="GN"), None),
    ("en", "committees in Equatorial Guinea", Wish(country="GQ"), None),
    ("en", "helping children in camps", Wish(setting="refugee"), None),
    ("sw", "ulinzi wa watoto mijini", Wish(setting="urban"), None),
    ("ar", "حماية الأطفال في المخيمات", Wish(setting="refugee"), None),
    ("es", "espacios seguros en emergencias", Wish(setting="emergency"), None),
    ("pt", "crianças em contextos de desenvolvimento", Wish(setting="development"), None),
]  # fmt: skip


@pytest.mark.parametrize(("language", "question", "wish", "rest"), UNDERSTOOD)
def test_a_wish_is_understood(language: str, question: str, wish: Wish, rest: str | None) -> None:
    assert read_wish(question, language) == (wish, rest or question)


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "training for French teachers"),
        ("en", "How are children in French schools protected?"),
        ("en", "children who are taught in French"),
        ("en", "early childhood development"),
        ("en", "children in conflict with the law"),
        ("en", "a campaign of 2018 against child marriage"),
        ("en", "What happened after 2018-19?"),
        ("en", "the Arabic word for a child"),
        ("en", "Kenyan committees"),
        ("en", "committees in Nigerien villages"),
        ("sw", "kwa mali ya familia"),
        ("sw", "walimu wa Kifaransa"),
        ("fr", "les professeurs de français"),
        ("fr", "une campagne au village"),
        ("es", "trabajo infantil en el campo"),
        ("es", "las clases de los niños en francés"),
        ("pt", "aulas em inglês"),
        ("ar", "معلمو اللغة الفرنسية"),
        ("xx", "guides in French"),
    ],
)
def test_what_only_looks_like_a_wish_is_none(language: str, question: str) -> None:
    assert read_wish(question, language) == (NOTHING, question)


def test_where_nothing_would_be_left_to_search_all_is() -> None:
    assert read_wish("in French?", "en") == (Wish(language="fr"), "in French?")


def test_of_golden_questions_only_four_lose_words() -> None:
    """These ask for a source in a language; others name languages and years, and lose nothing."""
    lost = []
    for path in ("tests/golden/questions.csv", "index/calibration.csv"):
        with (ROOT / path).open(encoding="utf-8") as file:
            rows = [(row["question"], row["language"]) for row in csv.DictReader(file)]
        lost += [q for q, language in rows if read_wish(q, language)[1] != q]
    wanted = ("en français", "بالعربية", "kwa kiswahili", "en español")
    assert len(lost) == len(wanted)
    assert all(words in question for words, question in zip(wanted, lost, strict=True))


@pytest.mark.parametrize(
    ("name", "code"),
    [("Ouganda", "UG"), ("uganda", "UG"), ("كينيا", "KE"), ("DRC", "CD"), ("Moçambique", "MZ"),
     ("Siera Leoni", "SL"), ("Atlantis", ""), ("", "")],
)  # fmt: skip
def test_a_country_is_known_by_its_names(name: str, code: str) -> None:
    assert country_named(name) == code


def hit(number: int, score: float) -> Hit:
    passage = Passage(
        id=f"p{number}", source=f"s{number}", text="x", language="en", page=None, label=None,
        headings=(),
    )  # fmt: skip
    return Hit(
        passage=passage, score=score, evidence=Evidence(dense=0, words=0, domain=0), sentences=()
    )


def source_of(id: str) -> Source:
    """Every third is in French, every fifth from Kenya, every seventh of 2020."""
    number = int(id[1:])
    return Source(
        id=id, title="Title", url="https://example.org/",
        languages="fr" if number % 3 == 0 else "en",
        region="Kenya (Kilifi)" if number % 5 == 0 else "Global",
        year="2019-2020" if number % 7 == 0 else "",
    )  # fmt: skip


WISHES = [
    NOTHING,
    Wish(language="fr"),
    Wish(country="KE"),
    Wish(since=2020, until=2020),
    Wish(language="fr", country="KE", since=2019),
    Wish(language="am", until=1990),
]


@given(st.lists(st.floats(0, 1), max_size=30), st.sampled_from(WISHES))
def test_a_shift_loses_nothing_and_moves_little(scores: list[float], wish: Wish) -> None:
    hits = [hit(at, score) for at, score in enumerate(sorted(scores, reverse=True))]
    moved = shift(hits, wish, source_of)
    before = {one.passage.id: one.score for one in hits}
    assert {one.passage.id for one in moved} == set(before)
    assert len(moved) == len(hits)
    assert all(-1e-9 < one.score - before[one.passage.id] < 4 * ASKED + 1e-9 for one in moved)
    assert [one.score for one in moved] == sorted((one.score for one in moved), reverse=True)
    for asked, standing in ((wish, NOTHING), (NOTHING, wish)):
        kept = {one.passage.id for one in best(hits, asked, source_of, 8, standing)}
        assert {one.passage.id for one in hits[:8]} <= kept, "what is shown without a wish stays"


def test_what_is_wished_comes_before_what_is_as_near() -> None:
    hits = [hit(1, 0.50), hit(3, 0.48), hit(6, 0.2)]
    moved = shift(hits, Wish(language="fr"), source_of)
    assert [one.passage.id for one in moved] == ["p3", "p1", "p6"]
    far = best([hit(at * 3 + 1, 0.5) for at in range(8)] + [hit(9, 0.48)], WISHES[1], source_of, 8)
    assert far[0].passage.id == "p9"


def say(assistant: Assistant, text: str, kind: Kind = Kind.TEXT, person: str = "") -> Reply:
    return assistant.reply(Question(text=text, kind=kind, person=person))


@pytest.mark.parametrize(
    ("language", "question", "line"),
    [
        ("en", "What do communities do to protect children? in Kinyarwanda after 2030",
         "None of these sources is in Kinyarwanda. None of these sources is known to be"),
        ("fr", "Comment les communautés protègent-elles les enfants, après 2030 ?",
         "Aucune de ces sources n'est connue"),
        ("es", "¿Cómo protegen las comunidades a los niños, después de 2030?",
         "De ninguna de estas fuentes consta"),
    ],
)  # fmt: skip
def test_a_wish_that_no_source_meets_is_told_and_hides_nothing(
    assistant: Assistant, language: str, question: str, line: str
) -> None:
    answer = assistant.answer(question)
    assert answer.answered
    assert answer.language == language
    assert answer.unmet.startswith(line)
    assert line in as_text(say(assistant, question))


def test_a_wish_that_is_met_is_not_spoken_of(assistant: Assistant) -> None:
    answer = assistant.answer("How do communities protect children? guides in English")
    assert answer.answered
    assert not answer.unmet


def test_a_country_that_was_chosen_lifts_its_sources(assistant: Assistant) -> None:
    asked = "Do people report abuse to the police?"
    plain = assistant.answer(asked, "en")
    wished = assistant.answer(asked, "en", Wish(country="UG"))

    def local(answer: Answer) -> int:
        library = assistant._opened().library
        return sum("Uganda" in library.source(one.source).region for one in answer.sources)

    assert local(wished) > local(plain)
    assert wished.sources[0] == plain.sources[0], "a choice once made costs no answer"
    said = say(assistant, "country Uganda", Kind.COMMAND, "test:wish")
    assert "Uganda" in as_text(said)
    assert as_text(say(assistant, asked, person="test:wish")) != as_text(say(assistant, asked))
    say(assistant, "country", Kind.COMMAND, "test:wish")
    assert as_text(say(assistant, asked, person="test:wish")) == as_text(say(assistant, asked))


def test_a_choice_is_confirmed_in_the_persons_language_and_forgotten(assistant: Assistant) -> None:
    person = "test:standing"
    say(assistant, "language sw", Kind.COMMAND, person)
    assert "nchi hii" in as_text(say(assistant, "country Atlantis", Kind.COMMAND, person))
    assert "Kenya" in as_text(say(assistant, "country Kenya", Kind.COMMAND, person))
    assert "dharura" in as_text(say(assistant, "setting moon", Kind.COMMAND, person))
    assert "wakimbizi" in as_text(say(assistant, "setting wakimbizi", Kind.COMMAND, person))
    assert assistant._people.standing(person) == ("KE", "refugee")
    say(assistant, "setting", Kind.COMMAND, person)
    assert assistant._people.standing(person) == ("KE", "")
    say(assistant, "forget", Kind.COMMAND, person)
    assert assistant._people.standing(person) == ("", "")


def test_what_was_chosen_moves_less_than_what_is_asked_and_never_against_it() -> None:
    near, local = hit(1, 0.50), hit(5, 0.50 - (ASKED + STANDING) / 2)
    kenya = Wish(country="KE")
    assert shift([near, local], NOTHING, source_of, kenya) == [
        near, replace(local, score=local.score + STANDING),
    ]  # fmt: skip
    assert shift([near, local], kenya, source_of)[0].passage.id == "p5"
    assert shift([near, local], Wish(country="UG"), source_of, kenya) == [near, local]
    chosen = Wish(country="KE", setting="urban")
    assert chosen.beside(Wish(country="UG")) == replace(chosen, country="")


def test_the_only_answer_is_never_hidden() -> None:
    only = [hit(1, 0.2)]
    for wish in WISHES:
        assert [one.passage.id for one in best(only, wish, source_of, 8, wish)] == ["p1"]
