"""The sections of the desk, in the order of its menu."""

from collections.abc import Callable

from bot.console import needs, passed, refresh, shared, sources, upload, workshops
from bot.console.jobs import Jobs
from bot.console.web import Section
from bot.settings import Settings
from index.opened import Opened


def sections(settings: Settings, opened: Callable[[], Opened]) -> list[Section]:
    """All of them; `opened` gives the library that answers now."""
    jobs = Jobs(settings)
    return [
        passed.section(settings, opened),
        shared.section(settings, jobs),
        needs.section(settings),
        workshops.section(settings, opened),
        refresh.section(settings, jobs),
        sources.section(settings),
        upload.section(settings, jobs),
    ]
