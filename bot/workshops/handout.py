"""What a trainer prints: one page, or four cards to cut out, that bring a room of phones to us.

`sheet` gathers the words and the codes, `html` makes a page of them, which `printing.pdf` prints.
All must fit on one page whatever a trainer typed, so what is long is set smaller.
"""

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime

from markupsafe import Markup

from bot.channels.web_render import direction
from bot.phrases import Say, speak
from bot.privacy import NAME
from bot.safeguarding import cards
from bot.safeguarding.helplines import DIRECTORY, of_country
from bot.workshops.kept import BadWorkshop
from bot.workshops.links import Links, svg
from bot.workshops.markup import made
from bot.workshops.numbers import Number, long_day, numbers
from bot.workshops.workshop import QUESTIONS, Workshop

CARD = 360  # characters of questions on a card
LINES = 2  # helplines at most
SIZES = ((300, "roomy"), (600, "tight"))  # by characters of what differs between workshops


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One way in: a network, and its link as a QR code and as letters."""

    network: str
    url: str
    svg: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All that stands on a handout, in its language."""

    language: str
    direction: str  # HTML's `dir`
    title: str
    topic: str
    name: str  # of the assistant
    scan: str
    codes: tuple[Code, ...]
    how_title: str
    how: tuple[str, ...]
    questions_title: str
    questions: tuple[str, ...]
    not_title: str
    not_this: tuple[str, ...]
    report: str  # before a line to be written on
    help_title: str
    danger: str
    numbers: tuple[Number, ...]
    elsewhere: str  # before the address of the directory
    directory: str
    by_hand: str  # before a line to be written on, where no number is held; else ""
    kept_title: str
    kept: str
    join: str  # what is sent by who is in the chat already
    foot: str

    @property
    def few(self) -> tuple[str, ...]:
        """As many questions as a card has room for; one at least."""
        ends = itertools.accumulate(map(len, self.questions))
        fit = sum(end <= CARD for end in ends)
        return self.questions[: max(1, fit)]

    @property
    def size(self) -> str:
        """How large the letters may be, as a class of the style."""
        said = [self.title, self.topic, *self.questions, *(one.service for one in self.numbers)]
        length = sum(map(len, said))
        return next((name for most, name in SIZES if length <= most), "dense")


def sheet(workshop: Workshop, links: Links, today: date) -> Sheet:
    """The words of a workshop's handout. Raises BadWorkshop."""
    say = speak(workshop.language)
    held = numbers(of_country(workshop.country)[:LINES], workshop.language)
    return Sheet(
        language=workshop.language,
        direction=direction(workshop.language),
        title=workshop.title,
        topic=workshop.topic,
        name=NAME,
        scan=say("Point your phone's camera at a code, or type its address:"),
        codes=_codes(links, say),
        how_title=say("How to ask"),
        how=(
            say(
                "Ask in your own words, in English, Swahili, French, Spanish, Portuguese or Arabic."
            ),
            say("You get the sources' own words, with the page and the link."),
            say("/language changes the language. Send HELP at any time for child helplines."),
        ),
        questions_title=say("Questions to begin with"),
        questions=_questions(workshop, say),
        not_title=say("What it is not"),
        not_this=(
            say("It is a computer program: not a person, a counsellor or a reporting service."),
            say("Do not send names, phone numbers, photos or details of a child or a case."),
        ),
        report=say("To report a concern about a child, tell:"),
        help_title=say("In danger?"),
        danger=say(cards.DANGER),
        numbers=held,
        elsewhere=say(cards.BY_COUNTRY),
        directory=DIRECTORY,
        by_hand="" if held else say("The helpline here:"),
        kept_title=say("What is kept"),
        kept=_kept(say),
        join=say("If you already write with it, send: {text}").format(
            text=f"/start {workshop.code}"
        ),
        foot=_foot(workshop, today, say),
    )


def html(sheet: Sheet, *, card: bool = False) -> str:
    """The handout as a page that needs nothing else; `card`: four cards on it."""
    return made("card.html" if card else "handout.html", sheet=sheet)


def _codes(links: Links, say: Say) -> tuple[Code, ...]:
    ways = (
        ("Telegram", links.telegram),
        ("WhatsApp", links.whatsapp),
        (say("In the browser"), links.web),
    )
    codes = tuple(
        Code(network=network, url=url, svg=Markup(svg(url)))  # segno's own markup, no text in it
        for network, url in ways
        if url
    )
    if not codes:
        raise BadWorkshop(
            "people could not join: no network is set up; set TELEGRAM_TOKEN or"
            " TELEGRAM_NAME, WHATSAPP_NUMBER or"
            " WEB_URL (README says how)"
        )
    return codes


def _questions(workshop: Workshop, say: Say) -> tuple[str, ...]:
    example = "What is the difference between community-based and community-led child protection?"
    return workshop.questions[:QUESTIONS] or (say(example),)


def _kept(say: Say) -> str:
    return " ".join(
        (
            say(
                "I do not keep messages. /privacy says what I keep and for how long, /forget"
                " erases it."
            ),
            say("The network that you use has its own rules and can see who writes."),
        )
    )


def _foot(workshop: Workshop, today: date, say: Say) -> str:
    """Until when people can join, and when this was made."""
    language, told = workshop.language, []
    if workshop.expires is not None:
        end = datetime.fromtimestamp(workshop.expires, UTC).date()
        told.append(say("open until {date}").format(date=long_day(end, language)))
    told.append(say("made on {date}").format(date=long_day(today, language)))
    return " · ".join(told)
