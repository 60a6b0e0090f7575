"""What /start, /privacy and /about say of a language model is what the settings do."""

import pytest

from bot.assistant import Assistant
from bot.channels.terminal import as_text
from bot.messages import Answer, Kind, Question
from bot.people import People
from bot.phrases import languages, speak
from bot.privacy import privacy_card

PASSED = (
    "To put quotes together into a short answer, I pass your question, without phone numbers and"
    " e-mail addresses, to a language model of another service."
)
PASSED_SHORTLY = (
    "• Another service's language model gets your question, without phone numbers and e-mail"
    " addresses, to join quotes."
)
NONE_WRITES = "no language model writes my answers"


def _told(assistant: Assistant, name: str, language: str) -> str:
    asked = Question(text=name, kind=Kind.COMMAND, language=language)
    return as_text(assistant.reply(asked))


def _unchanged(_: str, answer: Answer) -> Answer:
    return answer


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", ["start", "privacy", "about"])
def test_each_card_tells_of_a_model_where_there_is_one(
    assistant: Assistant, people: People, name: str, language: str
) -> None:
    plain = Assistant(assistant._opened, people, counts=assistant._tally._counts)
    with_model = Assistant(
        assistant._opened, people, counts=assistant._tally._counts, rewrite=_unchanged
    )
    passed = speak(language)(PASSED)
    if name == "privacy":
        passed = speak(language)(PASSED_SHORTLY)
    assert passed not in _told(plain, name, language)
    told = _told(with_model, name, language)
    assert passed in told
    if language == "en":
        assert NONE_WRITES not in told
    if name == "about" and language == "en":
        assert NONE_WRITES in _told(plain, name, language)
    if language != "en":
        assert passed not in (PASSED, PASSED_SHORTLY)


@pytest.mark.parametrize("language", languages())
def test_the_card_fits_a_phone_also_with_all_that_can_be_told(language: str) -> None:
    told = privacy_card(language, 30, rewriting=True, pass_days=30)
    assert len(as_text(told)) < 1_000


@pytest.fixture
def people(assistant: Assistant) -> People:
    return assistant._people
