"""What waits in this process's memory for a person to press a button, and is never written down.

A button carries no text: it carries a token, and what it stands for is here, for ten minutes at
most. A restart loses it.
"""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

LAPSES = 600.0  # seconds
MOST = 1_000  # people who are waited for at a time; the oldest goes first


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    token: str
    text: str
    until: float


class Moments:
    """One text a person, the last one. Any thread may call."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._waiting: dict[str, _Waiting] = {}

    def hold(self, person: str, text: str) -> str:
        """Hold a text in place of the person's last one; the token that it is taken with."""
        token = secrets.token_urlsafe(6)
        with self._lock:
            self._sweep()
            self._waiting.pop(person, None)
            while len(self._waiting) >= MOST:
                self._waiting.pop(next(iter(self._waiting)))
            self._waiting[person] = _Waiting(token=token, text=text, until=self._clock() + LAPSES)
        return token

    def take(self, person: str, token: str) -> str | None:
        """The text of a token, which is forgotten with that; None where it waits no more."""
        with self._lock:
            self._sweep()
            waiting = self._waiting.get(person)
            if waiting is None or waiting.token != token:
                return None
            del self._waiting[person]
            return waiting.text

    def forget(self, person: str) -> None:
        """Forget what waits for somebody, now."""
        with self._lock:
            self._sweep()
            self._waiting.pop(person, None)

    def _sweep(self) -> None:
        now = self._clock()
        for person in [p for p, waiting in self._waiting.items() if waiting.until < now]:
            del self._waiting[person]
