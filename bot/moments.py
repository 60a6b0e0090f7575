"""What waits in this process's memory for a person to press a button, and is never written down.

A button carries no text: it carries a token, and what it stands for is here, for ten minutes at
most. A restart loses it.
"""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

T = TypeVar("T")
LAPSES = 600.0  # seconds
MOST = 1_000  # people who are waited for at a time; the oldest goes first


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting(Generic[T]):
    token: str
    held: T
    until: float


class Moments(Generic[T]):
    """One thing a person, such as a text: the last one. Any thread may call."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._waiting: dict[str, _Waiting[T]] = {}

    def hold(self, person: str, held: T) -> str:
        """Hold it in place of the person's last one; the token that it is taken with."""
        token = secrets.token_urlsafe(6)
        with self._lock:
            self._sweep()
            self._waiting.pop(person, None)
            while len(self._waiting) >= MOST:
                self._waiting.pop(next(iter(self._waiting)))
            self._waiting[person] = _Waiting(token=token, held=held, until=self._clock() + LAPSES)
        return token

    def change(self, person: str, change: Callable[[T], T | None]) -> tuple[str, T] | None:
        """What waits for somebody, changed; with its token. None where `change` says so.

        Its time does not begin anew.
        """
        with self._lock:
            self._sweep()
            waiting = self._waiting.get(person)
            held = change(waiting.held) if waiting else None
            if waiting is None or held is None:
                return None
            self._waiting[person] = replace(waiting, held=held)
            return waiting.token, held

    def take(self, person: str, token: str) -> T | None:
        """What a token stands for, which is forgotten with that; None where it waits no more."""
        with self._lock:
            self._sweep()
            waiting = self._waiting.get(person)
            if waiting is None or waiting.token != token:
                return None
            del self._waiting[person]
            return waiting.held

    def forget(self, person: str) -> None:
        """Forget what waits for somebody, now."""
        with self._lock:
            self._sweep()
            self._waiting.pop(person, None)

    def _sweep(self) -> None:
        now = self._clock()
        for person in [p for p, waiting in self._waiting.items() if waiting.until < now]:
            del self._waiting[person]
