"""Child helplines as they stand on paper: each with the day of its source, as numbers change."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from bot.phrases import speak
from bot.safeguarding import cards
from bot.safeguarding.helplines import Helpline, local_hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A helpline in the words of a language."""

    country: str
    number: str
    service: str
    about: str  # its hours, and when its source stated it


def numbers(held: Iterable[Helpline], language: str) -> tuple[Number, ...]:
    """These helplines in a language, in their order."""
    return tuple(
        Number(
            country=one.name(language), number=one.number, service=one.service,
            about=f"{_hours(one, language)}. {_checked(one, language)}",
        )
        for one in held
    )  # fmt: skip


def long_day(day: date, language: str) -> str:
    """A day as people of the language write it, the month in letters."""
    return str(format_date(day, "long", locale=language))


def _hours(one: Helpline, language: str) -> str:
    say, hours = speak(language), local_hours(one.hours, language)
    return say(cards.HOURS).format(hours=hours) if hours else say(cards.NO_HOURS)


def _checked(one: Helpline, language: str) -> str:
    return speak(language)(cards.CHECKED).format(date=long_day(one.checked, language))
