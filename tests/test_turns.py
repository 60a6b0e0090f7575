"""Short questions lean on the answer before; of it only ids are kept, for a day."""

import csv
import zlib
from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.channels.terminal import as_text
from bot.counts import Counts
from bot.messages import Kind, Question, Reply
from bot.people import People
from bot.turns import LAPSES, FollowUp, Turn, follow_up, turn_of
from tests.doubles.clock import Clock
from tests.test_conversation import FIRST

ROOT = Path(__file__).resolve().parents[1]
ASKED = {
    FollowUp.MORE: "more|More, please!|zaidi|plus|más|mais|المزيد|encore",
    FollowUp.SOURCES: "the year?|Thanks! And the year?|who wrote it?|link?|mwaka?|na mwaka?"
    "|nani aliandika?|kiungo|l'année ?|et l'année ?|qui l'a écrit ?|le lien ?|¿el año?|¿y el año?"
    "|¿quién lo escribió?|o ano?|e o ano?|quem escreveu?|o link?|السنة؟|من كتبه؟|الرابط",
    FollowUp.CONNECTED: "and in camps?|And for girls?|what about camps?|na kambini je?"
    "|et en ville ?|¿y en campamentos?|e nos campos?|وفي المخيمات؟|ماذا عن الفتيات؟",
}


@pytest.mark.parametrize(
    ("text", "wanted"), [(text, kind) for kind, said in ASKED.items() for text in said.split("|")]
)
def test_a_follow_up_is_seen_in_six_languages(text: str, wanted: FollowUp) -> None:
    assert follow_up(text) is wanted


def test_no_full_question_is_taken_for_one() -> None:
    for path in ("tests/golden/questions.csv", "index/calibration.csv"):
        with (ROOT / path).open(encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if "follow-up" not in row.values()]
        taken = [row["question"] for row in rows if follow_up(row["question"])]
        assert len(rows) > 100
        assert not taken


@pytest.mark.parametrize(
    "text",
    ["And what is a committee?", "na kamati ni nini?", "et comment les choisir ?", "وظائف شاغرة",
     "¿y qué es un comité?", "e quem decide?", "more children are married young", "link workers",
     "the year of the child", "and", "", "plus de filles à l'école", "وما هي اللجنة؟"],
)  # fmt: skip
def test_what_stands_for_itself_is_none(text: str) -> None:
    assert follow_up(text) is None


@pytest.fixture
def own(assistant: Assistant, tmp_path: Path) -> tuple[Assistant, Clock]:
    """The library of all, the people of one."""
    clock = Clock(1_000_000_000.0)
    people = People(tmp_path, now=clock)
    return Assistant(assistant._opened, people, counts=Counts(tmp_path)), clock


def say(assistant: Assistant, text: str, kind: Kind = Kind.TEXT, person: str = "test:7") -> Reply:
    return assistant.reply(Question(text=text, kind=kind, person=person))


def quotes(reply: Reply) -> set[str]:
    return {line.text for line in reply.lines if line.quote}


# In French the first question finds no passage besides those it quotes.
LONG = {"fr": "Comment les communautés protègent-elles les enfants ?"}


@pytest.mark.parametrize(
    ("language", "more", "year", "whole"),
    [("en", "more", "the year?", "whole question"), ("sw", "zaidi", "mwaka?", "swali lako lote"),
     ("fr", "plus", "l'année ?", "en entier"), ("es", "más", "¿el año?", "pregunta completa"),
     ("pt", "mais", "o ano?", "pergunta completa"), ("ar", "المزيد", "السنة؟", "كاملاً")],
)  # fmt: skip
def test_more_and_the_year_come_from_the_last_answer(
    own: tuple[Assistant, Clock], language: str, more: str, year: str, whole: str
) -> None:
    assistant, _ = own
    phone = Question(text=more, person="test:7", language=language)
    assert whole in as_text(assistant.reply(phone)), "nothing was asked yet"
    first = say(assistant, LONG.get(language, FIRST[language]))
    sources = say(assistant, year)
    assert sources.language == language
    assert any("/" in (span.url or "") for line in sources.lines for span in line.spans)
    next_ = say(assistant, more)
    assert next_.language == language
    assert quotes(next_)
    assert not quotes(next_) & quotes(first)


def test_more_goes_on_to_its_end(own: tuple[Assistant, Clock]) -> None:
    assistant, _ = own
    say(assistant, FIRST["en"])
    seen = [quotes(say(assistant, "more")) for _ in range(5)]
    assert seen[-1] == set()
    shown = [quote for some in seen for quote in some]
    assert len(shown) == len(set(shown))
    assert "no more on that" in as_text(say(assistant, "more"))


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "and in camps?"), ("sw", "na kambini je?"), ("fr", "et en ville ?"),
     ("es", "¿y en campamentos?"), ("pt", "e nos campos?"), ("ar", "وفي المخيمات؟")],
)  # fmt: skip
def test_a_short_question_is_searched_with_the_passage_before(
    own: tuple[Assistant, Clock], language: str, text: str
) -> None:
    assistant, _ = own
    first = say(assistant, FIRST[language])
    reply = say(assistant, text)
    assert reply.language == language
    assert quotes(reply)
    assert not quotes(reply) & quotes(first), "what was read just now is not said again"
    alone = assistant.answer(text, language)
    assert quotes(reply) != {f"“{quote.text}”" for quote in alone.quotes}


def test_follow_ups_on_the_subject_are_answered_and_others_are_not(
    own: tuple[Assistant, Clock],
) -> None:
    """By halves, as all questions that are known: the threshold was chosen on the even ones."""
    assistant, _ = own
    with (ROOT / "tests/golden/follow_ups.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    outcomes: dict[str, list[bool]] = {"answer": [], "not held": []}
    for row in rows:
        if zlib.crc32((row["question"] + row["before"]).encode()) % 2 == 0:
            continue
        before = assistant.answer(row["before"], row["language"])
        found = assistant.answer(row["question"], row["language"], turn=turn_of(before))
        outcomes[row["scope"]].append(found.answered)
    assert len(outcomes["answer"]) + len(outcomes["not held"]) >= 20
    assert sum(outcomes["answer"]) >= 0.75 * len(outcomes["answer"])
    assert sum(outcomes["not held"]) <= 1


@pytest.mark.parametrize("language", ["en", "es", "pt", "ar"])
def test_and_in_refugee_camps_finds_the_study_of_camps(
    own: tuple[Assistant, Clock], language: str
) -> None:
    """Not in Swahili, nor in French, where it is named below the quotes at best."""
    said = {"en": "and in refugee camps?", "es": "¿y en campamentos de refugiados?",
            "pt": "e nos campos de refugiados?", "ar": "وفي مخيمات اللاجئين؟"}  # fmt: skip
    assistant, _ = own
    say(assistant, FIRST[language])
    assert "refugee camps" in as_text(say(assistant, said[language]))


def test_no_word_that_was_said_is_kept(own: tuple[Assistant, Clock], tmp_path: Path) -> None:
    assistant, _ = own
    say(assistant, FIRST["en"])
    say(assistant, "and in zqcamps?")
    assert assistant._people.turn("test:7") is not None
    for file in tmp_path.iterdir():
        held = file.read_bytes().lower()
        for word in (b"difference", b"zqcamps", b"community", b"test:7"):
            assert word not in held, file.name
    say(assistant, "forget", Kind.COMMAND)
    assert assistant._people.turn("test:7") is None


def test_commands_and_people_without_a_handle_keep_nothing(own: tuple[Assistant, Clock]) -> None:
    assistant, _ = own
    say(assistant, FIRST["en"], person="")
    say(assistant, "about", Kind.COMMAND)
    say(assistant, "Nani atashinda ligi kuu mwaka huu?")
    assert assistant._people._db.execute("select * from turns").rows == []


def test_a_turn_lapses_after_a_day_and_is_swept(tmp_path: Path) -> None:
    clock = Clock(1_000_000_000.0)
    people = People(tmp_path, now=clock)
    turn = Turn(language="sw", shown=("a", "b"), more=("c",))
    people.keep("test:7", turn)
    clock.now += LAPSES - 1
    assert people.turn("test:7") == turn
    assert people.sweep(refilled=0)["turns"] == 0
    clock.now += 1
    assert people.turn("test:7") is None
    assert people.sweep(refilled=0)["turns"] == 1
    people.close()


def test_a_disclosure_in_a_few_words_still_gets_the_card_first(
    own: tuple[Assistant, Clock],
) -> None:
    assistant, _ = own
    say(assistant, FIRST["en"])
    assert "childhelplineinternational" in as_text(say(assistant, "and my uncle beats me"))
