"""A greeting is greeted back; a greeting before a question is a question."""

import pytest

from bot.assistant import Assistant
from bot.channels.terminal import as_text
from bot.greetings import GREETINGS, is_greeting
from bot.messages import Question
from bot.phrases import speak

GREETED = "I am glad that you wrote. You can ask me about keeping children safe in communities."


@pytest.mark.parametrize(
    "text",
    ["hello", "Habari!", "bonjour", "¡Hola!", "Olá", "مرحبا", "thanks 🙏", "Hello, good morning.",
     "مرحباً", "salut ça va ?", "bom dia", "Asante sana", "صباح الخير"],
)  # fmt: skip
def test_greetings_are_known(text: str) -> None:
    assert is_greeting(text)


def test_every_greeting_listed_is_known() -> None:
    assert all(is_greeting(said) for words in GREETINGS.values() for said in words.split("|"))


@pytest.mark.parametrize(
    "text",
    ["", "?", "hello, what is kinship care?", "habari za watoto", "help", "hi help", "Hillside",
     "thanks to whom do children speak", "bonjour comment signaler un abus"],
)  # fmt: skip
def test_questions_are_none(text: str) -> None:
    assert not is_greeting(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [("hello", "en"), ("Habari!", "sw"), ("bonjour", "fr"), ("¡Hola!", "es"), ("Olá", "pt"),
     ("مرحبا", "ar"), ("thanks", "en")],
)  # fmt: skip
def test_a_greeting_is_greeted_back_with_how_to_ask(
    assistant: Assistant, text: str, language: str
) -> None:
    reply = assistant.reply(Question(text=text))
    assert reply.language == language
    assert as_text(reply).startswith(speak(language)(GREETED))
    assert "/language" in as_text(reply)
