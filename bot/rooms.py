"""In a group others read along: there only guidance is public, and nothing of a person is used.

What the library says is answered to all. What is a person's own — a help card, a choice, a draft —
is said to them alone. What they chose in private (a language, a country, a workshop) is not looked
at, so that no answer shows it. The room is as a person of its own: it can join a workshop, and its
last answer is remembered for it.
"""

from collections.abc import Callable
from dataclasses import replace

from bot.learning.stopping import is_stop
from bot.messages import Kind, Question, Reply
from bot.phrases import speak
from bot.replies import plain
from bot.safeguarding.first import First

COMMANDS = frozenset(("start", "about", "poll"))
BUTTONS = frozenset(("more", "card", "sources", "page", "pdf", "ws"))  # they carry ids alone
HELP, START = "help", "start"  # what the way to us opens


def respond(
    question: Question,
    first: First,
    in_private: Callable[[Question], Reply],
    in_public: Callable[[Question], Reply],
) -> Reply:
    """The reply to what is asked in a room; `first` is what safeguarding says of it.

    `in_private` answers what only its person may read, as a chat with them alone would, but that
    nothing is promised for later: it would come to the room;
    `in_public` answers what all may.
    """
    if first.card is not None:
        return alone(first.card, HELP)
    if not is_public(question):
        return alone(in_private(replace(question, room="", later=False)), START)
    said = first.added(in_public(question))
    return replace(said, buttons=tuple(b for b in said.buttons if _mark(b.data) in BUTTONS))


def of_room(question: Question) -> Question:
    """The same as the room asks it, where there is one: of its person nothing more is used."""
    return replace(question, person=question.room) if question.room else question


def is_public(question: Question) -> bool:
    """Whether all may read the reply."""
    match question.kind:
        case Kind.TEXT | Kind.EDITED:
            return not is_stop(question)
        case Kind.COMMAND:
            return question.text.strip().partition(" ")[0].lower() in COMMANDS
        case Kind.BUTTON:
            return _mark(question.text) in BUTTONS
    return False


def alone(reply: Reply, opens: str) -> Reply:
    """The same for who asked; `opens` is what they see who have no chat with us yet."""
    return replace(reply, private=opens)


def welcome(language: str) -> Reply:
    """What a room reads once the assistant is in it."""
    say = speak(language)
    return Reply(
        language=language,
        lines=(
            plain(say("I am an automated assistant of the Community Child Protection Exchange.")),
            plain(
                say(
                    "In this group I answer only what is written to me: mention me by name, or"
                    " reply to what I said. I read and keep nothing else that is written here."
                )
            ),
            plain(
                say(
                    "All here can read what you ask me. Please write nothing about a child or a"
                    " case; for that, and for helplines, open a chat with me alone."
                )
            ),
        ),
    )


def too_fast(language: str) -> Reply:
    """For a room that asks more than is its share."""
    text = speak(language)(
        "This group asks more than I can answer at once. Please wait a minute, or ask me in a chat"
        " with me alone."
    )
    return Reply(language=language, lines=(plain(text),))


def _mark(data: str) -> str:
    return data.partition(":")[0]
