"""Acceptance: ask this, read that, over the starter library and the real model."""

import csv
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.channels.terminal import as_text
from bot.messages import Answer, Kind, Question, Quote, Reply
from bot.wording import leads_in, leans_back, same, says_something

GOLDEN = Path(__file__).parent / "golden" / "questions.csv"
FIRST = {
    "en": "What is the difference between community-based and community-led child protection?",
    "sw": "Kuna tofauti gani kati ya ulinzi wa mtoto unaofanyika katika jamii na ule unaoongozwa"
    " na jamii yenyewe?",
    "fr": "Quelle différence entre une approche à base communautaire et une approche dirigée par"
    " la communauté ?",
    "es": "¿En qué se diferencia un enfoque de base comunitaria de uno liderado por la comunidad?",
    "pt": "Qual é a diferença entre proteção de base comunitária e proteção liderada pela"
    " comunidade?",
    "ar": "ما الفرق بين حماية الطفل القائمة على المجتمع وحماية الطفل التي يقودها المجتمع؟",
}
LABEL = {
    "en": "summary by the Exchange", "sw": "muhtasari wa Exchange",
    "fr": "résumé fait par l'Exchange", "es": "resumen hecho por el Exchange",
    "pt": "resumo feito pelo Exchange", "ar": "ملخص أعدّه Exchange",
}  # fmt: skip


def golden(scope: str) -> list[dict[str, str]]:
    with GOLDEN.open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["scope"] == scope]


def say(
    assistant: Assistant, text: str, kind: Kind = Kind.TEXT, person: str = "", language: str = ""
) -> Reply:
    question = Question(text=text, kind=kind, person=person, language=language or None)
    return assistant.reply(question)


@pytest.mark.parametrize("language", FIRST)
def test_the_first_question_is_answered_in_its_language(
    assistant: Assistant, language: str
) -> None:
    answer = assistant.answer(FIRST[language])
    assert answer.language == language
    assert answer.answered
    assert {"S033", "S025", "S001", "S004"} & {citation.source for citation in answer.sources}
    text = as_text(say(assistant, FIRST[language]))
    assert LABEL[language] in text, "what the assistant says is in the person's language"
    assert all(citation.url in text for citation in answer.sources)
    assert len(re.sub(r"<http\S+>", "", text)) < 1000


@pytest.fixture(scope="module")
def answers(assistant: Assistant) -> dict[str, Answer]:
    rows = [*golden("answer"), *golden("abstain")]
    return {row["question"]: assistant.answer(row["question"]) for row in rows}


def test_every_quote_stands_in_the_library(
    assistant: Assistant, answers: dict[str, Answer]
) -> None:
    library = assistant._opened().library
    for answer in answers.values():
        for quote in answer.quotes:
            page = library.page_text(quote.passage)
            assert re.sub(r"\s+", "", quote.text) in re.sub(r"\s+", "", page)


def shares(answers: dict[str, Answer], right: Callable[[Answer, set[str]], bool]) -> list[float]:
    """The share of the answerable golden questions that `right` accepts, a language each."""
    found: dict[str, list[bool]] = defaultdict(list)
    for row in golden("answer"):
        hit = right(answers[row["question"]], set(row["expected"].split(";")))
        found[row["language"]].append(hit)
    return [sum(hits) / len(hits) for hits in found.values()]


def test_golden_questions_show_or_name_the_expected_source(answers: dict[str, Answer]) -> None:
    """A floor under what was measured, so that a fall is seen; the figures: index/README.md."""
    named = shares(answers, lambda a, ids: any(c.source in ids for c in a.sources or a.nearest))
    assert min(named) >= 0.4, named  # measured: .50, mean .80
    assert sum(named) / len(named) >= 0.75, named


def test_golden_questions_are_answered_with_the_expected_source(answers: dict[str, Answer]) -> None:
    """An abstention that names it among the nearest does not count here."""
    right = shares(answers, lambda a, ids: a.answered and any(c.source in ids for c in a.sources))
    assert min(right) >= 0.25, right  # measured: .29 (Swahili), mean .71
    assert sum(right) / len(right) >= 0.68, right


def test_golden_questions_that_nothing_answers_are_mostly_declined(
    answers: dict[str, Answer],
) -> None:
    asked = [row["question"] for row in golden("abstain")]
    wrong = [question for question in asked if answers[question].answered]
    assert len(wrong) / len(asked) <= 0.2, wrong


def test_where_nothing_is_found_it_says_so_in_the_persons_language(assistant: Assistant) -> None:
    text = as_text(say(assistant, "Nani atashinda ligi kuu mwaka huu?"))
    assert text.startswith("Sikupata jibu la swali hili")
    assert "“" not in text, "nothing is quoted"


def test_more_shows_other_passages_and_needs_no_memory(assistant: Assistant) -> None:
    reply = say(assistant, FIRST["en"])
    button, _ = reply.buttons
    assert len(button.data.encode()) <= 64
    more = say(assistant, button.data, Kind.BUTTON)
    shown = {line.text for line in reply.lines if line.quote}
    fresh = [line.text for line in more.lines if line.quote]
    assert fresh
    assert not shown & set(fresh)


def test_more_links_each_page(assistant: Assistant) -> None:
    """Three pages of one document are three links; here the library's own ids stand in."""
    reply = say(assistant, say(assistant, FIRST["en"]).buttons[0].data, Kind.BUTTON)
    attributions = [line.text for line in reply.lines if line.text.startswith("— ")]
    assert attributions
    assert all(line.endswith("]") for line in attributions)


def test_sources_tell_who_wrote_them_and_whether_they_may_be_copied(assistant: Assistant) -> None:
    button = say(assistant, FIRST["pt"]).buttons[-1]
    assert button.label == "Fontes"
    assert len(button.data.encode()) <= 64
    text = as_text(say(assistant, button.data, Kind.BUTTON))
    assert "Community Child Protection Exchange" in text
    assert "licença não indicada" in text


@pytest.mark.parametrize(
    "data",
    ["sources:en:S999", "sources", "more:en:AAAAAAAAAAA", "more:xx:", "more", "more:en:'; drop--"],
)
def test_a_button_that_is_too_old_is_met_kindly(assistant: Assistant, data: str) -> None:
    assert "ask your question again" in as_text(say(assistant, data, Kind.BUTTON))


def test_a_chosen_language_is_remembered_and_a_clear_message_still_decides(
    assistant: Assistant,
) -> None:
    person = "test:1"
    say(assistant, "language sw", Kind.COMMAND, person=person)
    assert say(assistant, "help", Kind.COMMAND, person=person).language == "sw"
    assert say(assistant, FIRST["fr"], person=person).language == "fr"
    assert say(assistant, "help", Kind.COMMAND, person="test:2").language == "en"


def test_each_language_can_be_chosen_by_button(assistant: Assistant) -> None:
    reply = say(assistant, "language", Kind.COMMAND)
    assert [button.label for button in reply.buttons] == [
        "English", "Kiswahili", "Français", "Español", "Português", "العربية",
    ]  # fmt: skip
    for button in reply.buttons:
        chosen = say(assistant, button.data, Kind.BUTTON, person="test:3")
        assert button.data.endswith(chosen.language)


@pytest.mark.parametrize(
    "word", ["HELP", "sos", "Msaada!", "AIDE", "ayuda", "Ajuda.", "مساعدة", " help "]
)
def test_a_safe_word_shows_the_help_card_at_once(assistant: Assistant, word: str) -> None:
    assert "childhelplineinternational.org/helplines" in as_text(say(assistant, word))


@pytest.mark.parametrize("kind", [Kind.STICKER, Kind.VOICE, Kind.PHOTO, Kind.DOCUMENT, Kind.OTHER])
@pytest.mark.parametrize("language", FIRST)
def test_what_is_not_text_gets_a_kind_word(assistant: Assistant, kind: Kind, language: str) -> None:
    reply = say(assistant, "", kind, language=language)
    assert reply.language == language
    assert 10 < len(as_text(reply)) < 200


def test_an_edited_question_is_answered_anew(assistant: Assistant) -> None:
    assert say(assistant, FIRST["en"], Kind.EDITED) == say(assistant, FIRST["en"])


@pytest.mark.parametrize("text", ["", "   ", "\n", "1", "?!", "❤️", "😀" * 200])
def test_a_message_without_words_is_met_kindly(assistant: Assistant, text: str) -> None:
    assert "no words" in as_text(say(assistant, text))


@pytest.mark.parametrize("text", ["a" * 4000, "a AND (", "\u202eabc", "?" * 900])
def test_odd_messages_get_a_short_polite_reply(assistant: Assistant, text: str) -> None:
    assert len(re.sub(r"<http\S+>", "", as_text(say(assistant, text)))) < 1000


def test_start_gives_the_notice_first(assistant: Assistant) -> None:
    text = as_text(say(assistant, "start", Kind.COMMAND, language="pt"))
    assert text.startswith("Sou um assistente automático")
    assert "Não envie nomes" in text


def test_an_unknown_command_points_to_help(assistant: Assistant) -> None:
    assert "/help" in as_text(say(assistant, "frobnicate", Kind.COMMAND))


def test_no_golden_answer_quotes_a_sentence_without_what_it_needs(
    assistant: Assistant, answers: dict[str, Answer]
) -> None:
    library = assistant._opened().library
    for answer in answers.values():
        told: list[Quote] = []
        for quote in answer.quotes:
            text = library.passage(quote.passage).text
            assert not leads_in(quote.text), quote.text
            before = text[: max(text.find(quote.text), 0)].rstrip().rpartition("\n")[2]
            alone = not says_something(before)
            assert alone or not leans_back(quote.text, quote.language), quote.text
            languages = [(quote.language, other.language) for other in told]
            repeats = zip(told, languages, strict=True)
            assert not any(same(quote.text, one.text, pair) for one, pair in repeats)
            told.append(quote)


@pytest.mark.parametrize("language", ["en", "sw", "es", "pt", "ar"])
def test_the_first_question_is_answered_for_both_sides(assistant: Assistant, language: str) -> None:
    """In French the passage that is found first speaks of one side; see index/README.md."""
    words = " ".join(quote.text.lower() for quote in assistant.answer(FIRST[language]).quotes)
    assert "community-based" in words
    assert "community-led" in words
