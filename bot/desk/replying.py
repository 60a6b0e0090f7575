"""The staff's side of a passed-on question: see it, answer it, or close it."""

import time
from collections.abc import Callable
from contextlib import closing

from bot import cards
from bot.delivery.late import written
from bot.desk.passed import Passed, PassedOn
from bot.desk.writing import Written, checked
from bot.messages import Reply
from bot.opening import open_store
from bot.replies import notice
from bot.settings import Settings
from corpus.library import Library
from index.opened import Opened
from index.ports import Hit

NEAREST = 8  # passages shown beside a question


def nearest(opened: Opened, question: PassedOn) -> list[Hit]:
    """The passages that the search finds for it, best first."""
    return opened.index.search(question.text, question.language, NEAREST)


class Desk:
    """Answers go from here to the process that serves, by the queue."""

    def __init__(
        self, settings: Settings, passed: Passed, now: Callable[[], float] = time.time
    ) -> None:
        self._settings, self._passed, self._now = settings, passed, now

    def answer(self, id: int, given: Written, library: Library) -> bool:
        """Leave the answer for its person and erase the question.

        False where nobody waits for it any more. Raises NoQuestion, BadAnswer, StoreFailed.
        """
        question = self._passed.get(id)
        made = checked(given, question.text, self._now(), question.language, library)
        return self._left(question, cards.answer_reply(made))

    def close(self, id: int, *, tell: bool) -> bool:
        """Erase the question without an answer; `tell`: its person reads a kind word.

        False where nobody waits for it any more. Raises NoQuestion, StoreFailed.
        """
        question = self._passed.get(id)
        if tell:
            return self._left(question, _closed(question.language))
        discard(self._settings, [question.token])
        self._passed.done(id)
        return True

    def _left(self, question: PassedOn, reply: Reply) -> bool:
        left = leave(self._settings, question.token, reply)
        self._passed.done(question.id)  # after it: a crash in between leaves it open, not lost
        return left


def _closed(language: str) -> Reply:
    return notice(
        language,
        "The hub's staff read the question that you let me pass on, and could not answer it. I am"
        " sorry. Perhaps other words find something; /about says whom to ask.",
    )


def leave(settings: Settings, token: str, reply: Reply) -> bool:
    """Leave the one reply of a token with the post, whichever process serves. Raises StoreFailed.

    False where it leads nowhere any more.
    """
    with closing(open_store(settings, serving=False)) as store:
        return store.leave(token, written(reply))


def discard(settings: Settings, tokens: list[str]) -> None:
    """Let these tokens lead nowhere any more. Raises StoreFailed."""
    with closing(open_store(settings, serving=False)) as store:
        store.discard(tokens)
