"""A workshop: what its link sets for the people who open it, and the code that the link carries.

The code is short enough to be typed from paper: small letters and digits without those that look
alike. Its last sign is a check over the others (a weighted sum modulo 31, which is prime), so that
one wrong sign, or two neighbours swapped, are always told from a code that nobody gave out.
"""

import secrets
from dataclasses import dataclass

SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # 31 of them
LENGTH = 8  # of which the last is the check: 27 thousand million codes
QUESTIONS = 5  # at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """One workshop, as its trainer made it."""

    code: str
    title: str  # "Kampala, March 2026"
    language: str  # ISO 639-1, one of ours
    topic: str = ""  # in the trainer's words
    country: str = ""  # ISO 3166, two letters
    setting: str = ""  # one of bot.wishes.SETTINGS
    documents: tuple[str, ...] = ()  # ids of sources
    questions: tuple[str, ...] = ()  # up to QUESTIONS to begin with, in its language
    created: float  # seconds since 1970
    expires: float | None = None  # as above; None: it stays open
    by: str = ""  # an account of the console, "a trainer", or "" for the terminal

    def over(self, now: float) -> bool:
        """Whether nobody joins any more."""
        return self.expires is not None and self.expires <= now


def new_code() -> str:
    """A code that nobody can guess from another."""
    body = "".join(secrets.choice(SIGNS) for _ in range(LENGTH - 1))
    return body + _check(body)


def read_code(text: str) -> str:
    """The code as it was typed, in small letters and without the spaces of a printed one."""
    return "".join(text.lower().replace("-", " ").split())


def is_code(code: str) -> bool:
    """Whether its check holds; a code that was mistyped or edited fails."""
    fits = len(code) == LENGTH and set(code) <= set(SIGNS)
    return fits and _check(code[:-1]) == code[-1]


def _check(body: str) -> str:
    weighted = sum(place * SIGNS.index(sign) for place, sign in enumerate(body, start=2))
    return SIGNS[-weighted % len(SIGNS)]
