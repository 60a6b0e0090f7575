"""Documents that pages bring, in memory until the message that speaks of them is answered.

The message is kept on the disk, the file is not: a restart in between loses it, and its person is
told to send it again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

ROOM = 10_000_000  # bytes of all files at a time
LAPSES = 300.0  # seconds


@dataclass(frozen=True, slots=True)
class _Held:
    data: bytes
    until: float


class Files:
    """By session and by the id of the message. For one event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: dict[tuple[str, str], _Held] = {}

    def put(self, session: str, id: str, data: bytes) -> bool:
        """Hold a file, one a session; False where there is no room."""
        now = self._clock()
        self._held = {
            key: held for key, held in self._held.items() if held.until > now and key[0] != session
        }
        if sum(len(held.data) for held in self._held.values()) + len(data) > ROOM:
            return False
        self._held[session, id] = _Held(data, now + LAPSES)
        return True

    def take(self, session: str, id: str) -> bytes:
        """The file, which is let go of; b"" where it is not there."""
        held = self._held.pop((session, id), None)
        return held.data if held and held.until > self._clock() else b""
