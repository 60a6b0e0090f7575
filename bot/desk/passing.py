"""Passing a question on to the hub's staff: asked for under each "not found", done on a yes alone.

Until the yes the question is held in memory (bot.moments). What is kept then is its redacted text.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from bot.desk.passed import Passed
from bot.messages import Button, Kind, Question, Reply
from bot.moments import Moments
from bot.phrases import speak
from bot.redaction import redact
from bot.replies import BLANK, notice, plain, returning

MARK = "pass"  # the buttons' name: "pass:Xq3v9a2L:yes"
SHOWN = 300  # characters of a question that its person is shown again


class Passing:
    """What a person is asked, and what their yes does. Any thread may call."""

    def __init__(
        self, passed: Passed, days: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`days`: how long a question is kept at most."""
        self._passed, self.days = passed, days
        self._moments = Moments[str](clock)

    def offered(self, question: Question, reply: Reply) -> Reply:
        """The reply that nothing was found, with the offer under it, where it can be kept."""
        person = question.person
        if not (person and question.later and self._passed.room(person)):
            return reply
        say, token = speak(reply.language), self._moments.hold(person, redact(question.text))
        asked = say(
            "May I pass your question to the hub's staff? A person reads it, without names and"
            " numbers that I recognise, and answers here, perhaps after some days."
        )
        told = (returning(reply.language),) if question.returns else ()
        return replace(
            reply,
            lines=(*reply.lines, BLANK, plain(asked), *told),
            buttons=(
                *reply.buttons,
                Button(label=say("Yes, pass it on"), data=f"{MARK}:{token}:yes"),
                Button(label=say("No, thank you"), data=f"{MARK}:{token}:no"),
            ),
        )

    def pressed(
        self, question: Question, language: str, counted: Callable[[str], None]
    ) -> Reply | None:
        """What a button under the offer leads to; None where it is another button.

        `counted` is told whose question was passed on, once.
        """
        mark, token, choice = [*question.text.split(":"), "", ""][:3]
        if mark != MARK or question.kind is not Kind.BUTTON:
            return None
        text = self._moments.take(question.person, token)
        if choice != "yes":
            return notice(language, "All right. I keep nothing of your question.")
        if text is None and not self._passed.holds(token):
            return notice(
                language,
                "I no longer have your question: I keep it for a few minutes only. Please send it"
                " again.",
            )
        if text is not None:
            person = question.person
            self._passed.keep(token, text, language, person.partition(":")[0], person)
            counted(person)
        thanks = self._thanks(language, text or "")
        told = (returning(language),) if question.returns else ()
        return replace(thanks, lines=(*thanks.lines, *told), reach=token)

    def forget(self, person: str) -> None:
        """Erase what waits of somebody, now."""
        self._moments.forget(person)
        if person:
            self._passed.forget(person)

    def _thanks(self, language: str, text: str) -> Reply:
        """What was passed on, word for word; "" where it was shown before a restart."""
        say = speak(language)
        told = say(
            "Thank you, I passed it on. The answer comes here. Your question is erased with it, or"
            " after {days} days; /forget erases it now."
        ).format(days=self.days)
        lines = [plain(told)]
        if text:
            lines.append(plain(say("The staff read: “{question}”").format(question=_short(text))))
        return Reply(language=language, lines=tuple(lines))


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN].rsplit(' ', 1)[0]} …"
