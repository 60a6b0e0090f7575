"""How fast a person, and all people together, may write: token buckets, kept in the people's file.

A bucket holds as many tokens as messages are allowed in a minute, and fills up within that minute.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

FILLS = 60.0  # seconds from empty to full


class Pace(StrEnum):
    """What to do with a message."""

    GO = "go"
    TELL = "tell"  # too fast: say so once
    SILENT = "silent"  # too fast, and it was said


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What one may still send: `tokens` at the time `at`, in seconds since 1970."""

    tokens: float
    at: float
    told: bool  # that it is too fast; until a message is answered again


class Buckets(Protocol):
    """Where buckets are kept."""

    def draw(
        self, person: str, change: Callable[[Bucket, Bucket], tuple[Bucket, Bucket]]
    ) -> tuple[Bucket, Bucket]:
        """Change the person's bucket and everybody's in one step; return what `change` did."""


def refilled(bucket: Bucket, size: int, now: float) -> Bucket:
    """The bucket as it is `now`; a clock that was set back takes nothing away."""
    gained = max(now - bucket.at, 0) * size / FILLS
    return replace(bucket, tokens=min(bucket.tokens + gained, size), at=now)


class Limits:
    """Messages a minute: `person` of one, `everybody` of all together, `room` of one group."""

    def __init__(
        self,
        buckets: Buckets,
        person: int,
        everybody: int,
        now: Callable[[], float] = time.time,
        *,
        room: int = 60,
    ) -> None:
        self._buckets, self._now = buckets, now
        self._sizes, self._room = (person, everybody), room

    def pace(self, person: str) -> Pace:
        """Take one message's token from both buckets, where both hold one."""
        pace = Pace.GO

        def change(own: Bucket, all_: Bucket) -> tuple[Bucket, Bucket]:
            nonlocal pace
            now = self._now()
            own, all_ = refilled(own, self._sizes[0], now), refilled(all_, self._sizes[1], now)
            if min(own.tokens, all_.tokens) >= 1:
                less = replace(all_, tokens=all_.tokens - 1)
                return replace(own, tokens=own.tokens - 1, told=False), less
            pace = Pace.SILENT if own.told else Pace.TELL
            return replace(own, told=True), all_

        self._buckets.draw(person, change)
        return pace

    def room_pace(self, room: str) -> Pace:
        """Take one message's token from a group's bucket; of its people's, `pace` took them."""
        pace = Pace.GO

        def change(own: Bucket, all_: Bucket) -> tuple[Bucket, Bucket]:
            nonlocal pace
            own = refilled(own, self._room, self._now())
            if own.tokens >= 1:
                return replace(own, tokens=own.tokens - 1, told=False), all_
            pace = Pace.SILENT if own.told else Pace.TELL
            return replace(own, told=True), all_

        self._buckets.draw(room, change)
        return pace
