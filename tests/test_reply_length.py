"""A reply is for a phone: under 1,000 characters, whatever is asked."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from bot import cards
from bot.assistant import Assistant
from bot.messages import Answer, Citation, Question, Quote
from bot.quoting import LENGTH

GOLDEN = Path(__file__).parent / "golden" / "questions.csv"
CITATION = Citation(
    source="S1",
    title="An account of " + "very long titles " * 12,
    publisher="The publisher of " + "very long names " * 8,
    year="2020",
    page=3,
    label=None,
    language="en",
    kind="page",
    mirror="",
    url="https://example.org/",
)
QUOTE = Quote(
    text="Children speak. " * 40,
    passage="P1",
    source="S1",
    page=3,
    label=None,
    language="en",
    summary=False,
)
ANSWER = Answer(
    answered=True,
    language="en",
    quotes=(QUOTE,),
    sources=(CITATION, replace(CITATION, source="S2"), replace(CITATION, source="S3")),
    nearest=(),
)


def test_every_golden_question_is_answered_in_under_a_thousand_characters(
    assistant: Assistant,
) -> None:
    """But where one verified quote alone is longer than all quotes together should be."""
    with GOLDEN.open(encoding="utf-8") as file:
        questions = [row["question"] for row in csv.DictReader(file)]
    long = {}
    for question in questions:
        reply = assistant.reply(Question(text=question))
        quotes = [len(line.text) for line in reply.lines if line.quote]
        if cards.length(reply) >= 1_000 and max(quotes, default=0) <= LENGTH:
            long[question] = cards.length(reply)
    assert len(questions) > 100
    assert not long


def test_what_is_not_quoted_goes_first_and_a_quote_stays_whole() -> None:
    told = cards.answer_reply(ANSWER)
    text = "\n".join(line.text for line in told.lines)
    assert cards.length(told) < 1_000
    assert QUOTE.text.strip() in text
    assert "See also" not in text
    assert " …" in text, "and long titles lose their ends"


@pytest.mark.parametrize("times", [1, 20, 60])
def test_a_card_that_fits_or_never_can_loses_no_word_of_its_quotes(times: int) -> None:
    quoted = replace(QUOTE, text="Children speak. " * times)
    short = replace(CITATION, title="A title", publisher="A publisher")
    told = cards.answer_reply(replace(ANSWER, quotes=(quoted,), sources=(short,)))
    text = "\n".join(line.text for line in told.lines)
    assert quoted.text.strip() in text
    assert "A title" in text
