"""What a channel says when it cannot go on, and what it says to a person when an answer fails."""

from collections.abc import Callable

from bot.messages import Line, Reply, Span

Apology = Callable[[str | None], str]
"""The person's language (ISO 639-1, or None: unknown) to one line of text."""


class ChannelFailed(Exception):
    """A network that cannot be served. The text says what is wrong and what to do; no secrets."""


class Later(Exception):
    """A call that the network does not take just now. The text says why, without any of the call's.

    `seconds`: how long it wants us to wait; None: it did not say. `keeps`: seconds that this call
    is worth trying; None: as long as any of the channel's.
    """

    def __init__(self, why: str, seconds: float | None = None, keeps: float | None = None) -> None:
        super().__init__(why)
        self.seconds, self.keeps = seconds, keeps


class Gone(Exception):
    """A person who can be reached no more: they blocked us, or their account has ended."""


class Refused(Exception):
    """A call that the network will never take. The text says why, without any of the call's."""


def plain_apology(language: str | None) -> str:
    """Say it in English, for wiring that brings no catalogue of phrases."""
    return "Sorry, something went wrong here. Please send that again."


def sorry(apology: Apology, language: str | None) -> Reply:
    """Make the apology a Reply, in the person's language."""
    return Reply(language=language or "en", lines=(Line((Span(apology(language)),)),))
