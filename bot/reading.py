"""What is no question: no words, a greeting, a whole document."""

import re

from bot import replies
from bot.greetings import is_greeting
from bot.messages import Kind, Question, Reply

LONGEST = 1_000  # characters of a question; more is no question but a document


def unread(question: Question, language: str) -> Reply | None:
    """What is said in place of an answer; None where there is a question."""
    if question.kind not in (Kind.TEXT, Kind.EDITED) or not _has_words(question.text):
        return replies.unread(question.kind, language)
    if is_greeting(question.text):
        return replies.greeting(language)
    if len(question.text) > LONGEST:
        return replies.notice(language, "That is very long. Please ask in one or two sentences.")
    return None


def _has_words(text: str) -> bool:
    """Two letters in a row at least: "1", "?" and a heart are no questions."""
    return bool(re.search(r"[^\W\d_]{2}", text))
