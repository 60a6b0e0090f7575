"""A voice note: what was heard is shown first, and answered only once its person says yes.

A button carries no text, and what people say is not written down: what was heard waits in this
process's memory, for ten minutes at most, and is gone with a restart.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from bot.hearing import Hear, Heard, HearingFailed
from bot.logs import fault, logger
from bot.messages import Button, Kind, Question, Reply
from bot.moments import Moments
from bot.phrases import speak
from bot.replies import notice, plain
from bot.safeguarding.cards import aside

MARK = "heard"  # the buttons' name: "heard:Xq3v9a2L:yes"

log = logger(__name__)


class Voice:
    """What was heard and is not confirmed yet. Any thread may call."""

    def __init__(
        self, hear: Hear | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`hear`: None where no model is set up; then nothing is listened to."""
        self._hear, self._moments = hear, Moments[str](clock)

    def listens(self, question: Question) -> bool:
        """Whether this is a recording that can be heard."""
        return self._hear is not None and question.kind is Kind.VOICE and bool(question.audio)

    def listen(self, question: Question, prior: str | None) -> Question | None:
        """What was said, as a question in text; None where nothing was understood.

        `prior`: the person's language, where it is known.
        """
        assert self._hear is not None
        try:
            heard = self._hear(question.audio, prior)
        except HearingFailed as error:
            log.warning("a recording was not understood", **fault(error))
            heard = Heard(text="", language="")
        if not heard.text:
            return None
        language = question.language or heard.language
        return replace(question, text=heard.text, kind=Kind.TEXT, audio=b"", language=language)

    def ask(self, said: Question, language: str) -> Reply:
        """Show what was heard and ask whether it is right. It waits for the answer.

        The line about HELP always goes with it: what tells of harm may have been misheard.
        """
        say, token = speak(language), self._moments.hold(said.person, said.text)
        asked = Reply(
            language=language,
            lines=(
                plain(say("I heard: “{heard}”").format(heard=said.text)),
                plain(say("Shall I answer this? I make mistakes when I listen.")),
            ),
            buttons=(
                Button(label=say("Yes, ask this"), data=f"{MARK}:{token}:yes"),
                Button(label=say("No"), data=f"{MARK}:{token}:no"),
            ),
        )
        return aside(asked)

    def pressed(self, question: Question, language: str) -> Question | Reply:
        """What a button under `ask` leads to: the question that was heard, else what is said."""
        _, _, data = question.text.partition(":")
        token, _, choice = data.partition(":")
        text = self._moments.take(question.person, token)
        if choice != "yes":
            return notice(language, "Then please say it again, or write it in a few words.")
        if text is None:
            return notice(
                language,
                "I no longer have what I heard: I keep it for a few minutes only. Please send it"
                " again.",
            )
        return replace(question, text=text, kind=Kind.TEXT)

    def forget(self, person: str) -> None:
        """Forget what was heard of somebody, now."""
        self._moments.forget(person)


def not_understood(language: str) -> Reply:
    """A kind word about a recording that gave no words."""
    return notice(
        language,
        "I could not understand this recording. Please write your question in a few words.",
    )
