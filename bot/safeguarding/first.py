"""What comes before everything else that is done with a message."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from bot.messages import Kind, Question, Reply
from bot.phrases import detect, languages
from bot.safeguarding import cards
from bot.safeguarding.check import check, tables
from bot.safeguarding.findings import Finding
from bot.safeguarding.helplines import helplines
from bot.safeguarding.safe_words import is_safe_word, safe_word_language

SHORT = 200  # characters; a call for help is no longer
Prior = Callable[[Question], str | None]
"""The language that the person chose or the phone prefers; asked here, as it may fail."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """A card that is the whole reply; or none, and perhaps a line to add to the answer."""

    card: Reply | None = None
    line: bool = False

    def added(self, reply: Reply) -> Reply:
        """The answer, with the discreet line where it is due."""
        return cards.aside(reply) if self.line else reply


def ready() -> None:
    """Read all that is needed, so that a fault shows at the start. Raises BadTable, BadHelpline."""
    tables()
    helplines()


def urgent(question: Question) -> bool:
    """Whether it is a call for help, which waits behind nothing that was sent before."""
    return question.kind is not Kind.BUTTON and is_safe_word(question.text[:SHORT])


def look(question: Question, prior: Prior, country: str | None = None) -> First:
    """Decide, by the text alone. Never raises: a fault in here shows the help card.

    `country` is the code of the person's own, where that is known.
    """
    try:
        return _look(question, prior, country)
    except Exception as error:  # whatever it is: someone may be at risk
        logger.error("safeguarding failed: %s", type(error).__name__)
        return First(card=_fallback(question))


def _look(question: Question, prior: Prior, country: str | None) -> First:
    if question.kind is Kind.BUTTON:
        own = question.text.partition(":")[0] == cards.MARK
        return First(card=cards.pressed(question.text)) if own else First()
    found = check(question.text)
    if found is Finding.NONE:
        return First(line=not _covered(detect(question.text, _prior(question, prior))))
    if found is Finding.AMBIGUOUS:
        return First(line=True)
    preferred = _prior(question, prior)
    language = safe_word_language(question.text) or detect(question.text, preferred)
    if found is Finding.SAFE_WORD and question.kind is Kind.COMMAND and preferred in languages():
        language = preferred
    return First(card=cards.card(found, language, country))


def _covered(language: str) -> bool:
    """Whether a table was written for the language; without one, every answer has the line."""
    return language in tables()


def _prior(question: Question, prior: Prior) -> str | None:
    """The person's language; a fault in looking it up does not keep the card back."""
    try:
        return prior(question)
    except Exception as error:
        logger.error("safeguarding: no language: %s", type(error).__name__)
        return question.language


def _fallback(question: Question) -> Reply:
    language = question.language if question.language in languages() else "en"
    try:
        return cards.card(Finding.SAFE_WORD, language)
    except Exception as error:
        logger.error("safeguarding: no card: %s", type(error).__name__)
        return cards.last_resort()
