"""What keeps messages and replies, nothing more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.channels.port import Incoming


class StoreFailed(Exception):
    """A store that cannot be used, or not now. The text says which, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A message to be answered."""

    id: int
    channel: str
    conversation: str
    body: str
    first: bool  # it waits for nothing else of its conversation
    age: float  # seconds since it came
    starts: int  # how often answering began and did not end, this one with it: the process died
    faults: int  # how often it failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One call that sends a reply, or a part of one."""

    id: int
    channel: str
    conversation: str
    person: str  # to be forgotten, should they turn out to be gone
    call: str
    age: float  # seconds since it was made
    tries: int  # before this one


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where one more reply may go, days from now."""

    token: str  # whoever holds it can have that reply sent, nothing more
    to: str  # in the channel's own form


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A reply that was left for somebody, not packed for their channel yet."""

    id: int
    channel: str
    to: str
    reply: str  # see bot.delivery.late


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What could not be answered or sent, as staff may see it: nothing of anybody's text."""

    at: float  # seconds since 1970
    channel: str
    stage: str  # "answering" or "sending"
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How much waits."""

    messages: int
    oldest: float  # seconds that the oldest message has waited
    calls: int
    oldest_call: float
    failures: int  # not waiting any more: given up, and still listed


class Store(Protocol):
    """One inbox and one outbox. Times are in seconds. Any thread may call.

    What fails raises; nothing half done is left then, and the same may be tried again.
    """

    def put(self, channel: str, messages: Sequence[Incoming]) -> int:
        """Keep what is new, durably before it returns, and tell how many that were."""

    def take(self) -> Job | None:
        """The oldest message that is due; it is ours until it is answered, failed or released.

        None of a conversation while an earlier one of it waits or is being answered; one that is
        `first` goes before all others, and waits only for those of its conversation that are, too.
        One over which the process died is answered while no other is.
        """

    def answered(
        self,
        job: Job,
        person: str,
        calls: Sequence[str],
        *,
        reach: Reach | None = None,
        forgets: bool = False,
    ) -> None:
        """Erase the message's text and keep the calls that answer it, both or neither.

        With them `reach` is kept; with `forgets`, all that is kept of where this person can be
        reached is erased. Of a message that was forgotten meanwhile nothing is kept.
        """

    def failed(self, job: Job, pause: float) -> None:
        """Put the message back, for a new try in `pause` seconds."""

    def poisoned(self, job: Job, why: str, person: str, calls: Sequence[str]) -> None:
        """Give the message up: erase it, note why, and keep the calls that say so."""

    def release(self, job: Job, pause: float = 0.0) -> None:
        """Put the message back as if it had not been taken, for `pause` seconds at least."""

    def take_parcel(self) -> Parcel | None:
        """The oldest call that is due, in the order of its conversation; ours until it is done."""

    def sent(self, parcel: Parcel) -> None:
        """Erase a call that was made."""

    def defer(self, parcel: Parcel, pause: float) -> None:
        """Put a call back, for a new try in `pause` seconds."""

    def give_up(self, parcel: Parcel, why: str) -> None:
        """Erase a call that cannot be made, and note why."""

    def forget(self, channel: str, conversation: str) -> None:
        """Erase all that waits for somebody who is gone, and where they could be reached."""

    def leave(self, token: str, reply: str) -> bool:
        """Leave the one reply of a token; False where there is none, or it was left before.

        Any process may call it: the one that serves takes the reply from there.
        """

    def take_late(self) -> Late | None:
        """The oldest reply that was left; ours until it is delivered or postponed."""

    def deliver(self, late: Late, calls: Sequence[str]) -> None:
        """Keep the calls that say it, in place of it and of its token."""

    def postpone(self, late: Late, pause: float) -> None:
        """Put a reply that was left back, for a new try in `pause` seconds."""

    def discard(self, tokens: Sequence[str]) -> int:
        """Erase where these tokens lead, with what was left for them; how many there were."""

    def unused(self, seconds: float) -> list[str]:
        """The tokens, made so long ago or longer, that no reply was left for."""

    def let_go(self, taken: Job | Parcel | Late) -> None:
        """Let it be taken again, where nothing could be written about it."""

    def waiting(self) -> Waiting:
        """How much waits."""

    def failures(self) -> list[Failure]:
        """What was given up, the newest first."""

    def probe(self) -> None:
        """Write something, durably: raises what a message would meet."""

    def tidy(self) -> int:
        """Leave nothing of what was erased in any file; drop what is past its time, and count it.

        What could be neither answered nor sent for as long as messages are known is given up.
        """

    def close(self) -> None:
        """Let go of the store; what was taken will be taken again."""
