"""A workshop's papers by their names, for the terminal and the console: each as a page of HTML."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum

from bot.desk.curated import CuratedAnswers
from bot.desk.matching import Matching
from bot.opening import open_part
from bot.settings import Settings
from bot.workshops import handout, pack
from bot.workshops.kept import BadWorkshop
from bot.workshops.links import links
from bot.workshops.workshop import Workshop
from index.opened import Opened


class Paper(StrEnum):
    """What a workshop can be given on paper, or as a file on a phone."""

    HANDOUT = "handout"  # one page
    CARD = "card"  # four on a page
    PACK = "pack"  # what the library answers, for places without signal


def page(paper: Paper, workshop: Workshop, settings: Settings, opened: Callable[[], Opened]) -> str:
    """The paper as a page that needs nothing else. `opened` gives the library that answers now.

    May ask Telegram for the bot's name. Raises BadWorkshop, StaleIndex.
    """
    now = datetime.now(UTC)
    today = now.date()
    if paper is Paper.PACK:
        kept = Matching(open_part(CuratedAnswers, settings))
        return pack.html(pack.gather(workshop, opened(), today, kept.first))
    if workshop.over(now.timestamp()):
        raise BadWorkshop(f"{workshop.code}: it is over, so nobody could join; make a new one")
    sheet = handout.sheet(workshop, links(workshop, settings), today)
    return handout.html(sheet, card=paper is Paper.CARD)


def name(paper: Paper, workshop: Workshop, ending: str) -> str:
    """What its file is called."""
    return f"{paper}-{workshop.code}.{ending}"
