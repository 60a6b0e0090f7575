"""Inline search: passages for what somebody types in any chat, and nothing said of a disclosure."""

import pytest

from bot import app
from bot.assistant import Assistant
from bot.messages import Kind, Question, Reply
from bot.phrases import speak
from bot.safeguarding.cards import PRIVATELY
from bot.settings import Settings
from tests.test_conversation import FIRST, LABEL


def typed(
    assistant: Assistant, text: str, person: str = "telegram:42", language: str | None = None
) -> Reply:
    return assistant.reply(Question(text=text, kind=Kind.INLINE, person=person, language=language))


@pytest.mark.parametrize("language", FIRST)
def test_a_question_is_offered_its_best_passages_each_with_its_link(
    assistant: Assistant, language: str
) -> None:
    reply = typed(assistant, FIRST[language])
    answer = assistant.answer(FIRST[language])
    assert reply.lines == ()
    assert 1 <= len(reply.offers) <= 3
    assert reply.offers[0].id == answer.quotes[0].passage
    assert len({offer.id for offer in reply.offers}) == len(reply.offers)
    for offer in reply.offers:
        words = [line.text for line in offer.reply.lines if line.quote]
        assert words
        assert all(word.strip("“”") in offer.description for word in words)
        (cited,) = [span for line in offer.reply.lines for span in line.spans if span.url]
        assert cited.text == offer.title
        assert offer.reply.buttons == (), "a button works in the bot's own chat alone"
        assert len("".join(line.text for line in offer.reply.lines)) < 1000
    assert LABEL[language] in "".join(line.text for line in reply.offers[0].reply.lines)


@pytest.mark.parametrize("text", ["", "child", "child protection", "a b c"])
def test_too_little_is_offered_nothing(assistant: Assistant, text: str) -> None:
    reply = typed(assistant, text)
    assert (reply.lines, reply.offers) == ((), ())


def test_of_what_is_not_held_they_are_told_and_led_to_the_bot(assistant: Assistant) -> None:
    reply = typed(assistant, "how do I mend a bicycle tyre")
    (offer,) = reply.offers
    assert offer.title == "I found nothing for that. Ask me in my chat"
    assert (offer.id, offer.reply.lines, reply.lines) == ("start", (), ())


def test_an_offered_card_opens_again_for_a_colleague(assistant: Assistant) -> None:
    for offer in typed(assistant, FIRST["en"]).offers:
        again = Question(text=offer.reply.link, kind=Kind.BUTTON, person="telegram:43")
        shown = assistant.reply(again)
        assert [line for line in shown.lines if line.quote] == [
            line for line in offer.reply.lines if line.quote
        ]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("my uncle beats me every night", "en"),
        ("HELP", "en"),
        ("quiero morir", "es"),
    ],
)
def test_a_disclosure_is_led_to_the_bot_without_a_search_or_a_word(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, text: str, language: str
) -> None:
    def search() -> None:
        raise AssertionError

    monkeypatch.setattr(assistant, "_opened", search)
    reply = typed(assistant, text, language=language)
    (offer,) = reply.offers
    assert offer.title == speak(language)(PRIVATELY)
    assert (reply.lines, offer.description, offer.reply.lines) == ((), "", ())


def test_typing_has_a_pace_of_its_own(starter: Settings) -> None:
    limited = app.open_assistant(starter.model_copy(update={"rate_person": 2}), limited=True)
    person = "telegram:typing-fast"
    assert [bool(typed(limited, FIRST["en"], person).offers) for _ in range(3)] == [
        *(True, True, False)
    ]
    asked = limited.reply(Question(text=FIRST["en"], person=person))
    assert asked.lines, "who types fast may still ask"
    limited.reply(Question(text="", kind=Kind.LEFT, person=person))
    assert not typed(limited, FIRST["en"], person).offers, "leaving and coming back fills nothing"


def test_a_button_of_another_time_is_answered_kindly(assistant: Assistant) -> None:
    for data in ("page:en:gone", "nonsense", "more:en:gone", "sources:xx:gone", "more:", ":"):
        reply = assistant.reply(Question(text=data, kind=Kind.BUTTON, person="telegram:button"))
        text = " ".join(line.text for line in reply.lines)
        assert "ask your question again" in text, data


def test_a_start_with_an_unknown_payload_says_so_and_greets(assistant: Assistant) -> None:
    plain = assistant.reply(Question(text="start", kind=Kind.COMMAND, person="telegram:42"))
    for payload in ("workshop-7", "x" * 64):
        question = Question(text=f"start {payload}", kind=Kind.COMMAND, person="telegram:42")
        said = assistant.reply(question)
        assert "This is no code of a workshop" in said.lines[0].text
        assert (said.lines[2:], said.buttons) == (plain.lines, plain.buttons)
