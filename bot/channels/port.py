"""What a network must offer, nothing more.

A message is kept before the network is told that it came (`bot.delivery`), so a channel moves
texts that it can read again later: `body` is what came, as it came; `call` is what goes out, whole.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from starlette.routing import BaseRoute

from bot.messages import File, Question, Reply, Respond

MOST_FILE = 5_000_000  # bytes of a document that a person may send


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A message as it came, not read yet."""

    id: str  # the network's own, unique in its channel: what comes twice is answered once
    conversation: str  # messages of one conversation are answered in the order they came
    body: str  # what the network sent, as text
    first: bool = False  # it waits for nothing else; the post finds that out, not the channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A message once read."""

    question: Question
    to: str  # where the reply goes, in the channel's own form
    again: str = ""  # where one more reply goes, days later; "": to the same place


Receive = Callable[[Sequence[Incoming]], Awaitable[None]]
"""Keeps messages. Once it returns they survive a crash, and the network may be told so."""


class Channel(Protocol):
    """A network that carries questions in and replies out."""

    @property
    def name(self) -> str:
        """The channel in a person's handle and in counts: "telegram"."""

    @property
    def keeps(self) -> float:
        """Seconds that a reply is tried before it is given up."""

    @property
    def repeats(self) -> bool:
        """Whether people see a call twice that was made twice: then calls are made in turn.

        So a kill leaves one in doubt, not eight.
        """

    def routes(self, receive: Receive) -> Sequence[BaseRoute]:
        """What the network calls on our server; () where it calls nothing."""

    async def listen(self, receive: Receive) -> None:
        """Fetch messages until cancelled; where the network calls us, only announce ourselves.

        Raises ChannelFailed where the network cannot be served.
        """

    def read(self, body: str) -> Asked | None:
        """What a message asks; None where nobody waits for a reply. Pure."""

    def busy(self, body: str) -> AbstractAsyncContextManager[None]:
        """While an answer is made: "typing". Its faults cost nobody the answer."""

    def pack(self, reply: Reply, to: str) -> list[str]:
        """The calls that say a reply; none where it has nothing to show. Pure."""

    async def send(self, call: str) -> None:
        """Make one call. Raises Later, Gone or Refused; any other error is tried again, too."""


@runtime_checkable
class Voiced(Protocol):
    """What a Channel has besides, where it can fetch voice notes: asked if VOICE_MODEL is set."""

    async def audio(self, body: str) -> bytes:
        """The recording of a message of Kind.VOICE; b"" where it is gone or over MOST_AUDIO bytes.

        It is held in memory only. An error is tried again, as with answering.
        """


@runtime_checkable
class Filed(Protocol):
    """What a Channel has besides, where it can fetch documents: asked for those waited for."""

    async def document(self, body: str) -> File:
        """The file of a message of Kind.DOCUMENT; empty where it is gone or over MOST_FILE bytes.

        It is held in memory only. An error is tried again, as with answering.
        """


@runtime_checkable
class Fleeting(Protocol):
    """What a Channel has besides, where people are there only while a page of theirs is open."""

    def here(self, to: str) -> bool:
        """Whether somebody is there to read what goes to this place: till then it is left."""


@runtime_checkable
class Direct(Protocol):
    """Someone at this machine: nothing lies between, so that nothing need be kept."""

    async def serve(self, respond: Respond) -> None:
        """Answer until cancelled."""
