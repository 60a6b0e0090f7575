"""What an editor does with a contribution: approve it, decline it, take it out again.

What is approved enters the library by the way of `exchange add`, marked as practice.
"""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bot import upkeep
from bot.desk import sharing_texts
from bot.desk.contributions import Contribution, Contributions, NoContribution, State
from bot.desk.replying import leave
from bot.desk.sharing_texts import PUBLISHER, titled
from bot.gate import Verdict
from bot.messages import Reply
from bot.settings import Settings
from corpus.adding import Details
from corpus.report import TROUBLE, Fate
from corpus.source import PRACTICE
from index.publish import Progress
from index.withdrawn import withdraw as listed_withdrawn

Tell = Callable[[str, Reply], object]
"""Says one reply to whoever a handle (Contribution.reach) leads to; it is used once."""


def teller(settings: Settings) -> Tell:
    """What leaves a word with the post, whichever process serves."""
    return partial(leave, settings)


class NotPublished(Exception):
    """A contribution that could not enter the library. Its text says why."""


def approve(
    settings: Settings, held: Contributions, id: str, tell: Tell, progress: Progress
) -> Verdict | None:
    """Publish a waiting contribution, and thank its giver with the link to it.

    Gives what the golden questions say of the new library. Raises NoContribution, NotPublished,
    Busy.
    """
    one = held.one(id, State.WAITING)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{one.id}.txt"
        path.write_text(one.text, encoding="utf-8")
        rows, verdict = upkeep.add_documents(
            settings, [str(path)], _details(one, settings.practice_url), progress, lambda row: None
        )
    (row,) = rows
    if row.fate in TROUBLE or row.fate in (Fate.DUPLICATE, Fate.REMOVED):
        raise NotPublished(f"contribution {id} was not published: {row.why}")
    if not held.approved(id, one.text):
        listed_withdrawn(settings.exchange_data, one.source)
        upkeep.take_out(settings, progress)
        raise NoContribution(
            f"contribution {id} was taken back or declined meanwhile; the library is without it"
        )
    url = _address(one, settings.practice_url)
    _tell(held, one, tell, sharing_texts.published(one.speaks, titled(one), url))
    return verdict


def decline(held: Contributions, id: str, tell: Tell) -> None:
    """Say so kindly, and erase it. Raises NoContribution."""
    one = held.one(id, State.WAITING)
    held.erase(id)
    if one.reach:
        tell(one.reach, sharing_texts.declined(one.speaks))


def withdraw(settings: Settings, held: Contributions, id: str, progress: Progress) -> None:
    """Let it never answer again, at once; then publish the library without it.

    Raises NoContribution, Busy: then it answers no more, but its text is in the library's file
    until something is published.
    """
    held.withdraw(id)
    upkeep.take_out(settings, progress)


def _details(one: Contribution, practice_url: str) -> Details:
    return Details(
        id=one.source,
        title=titled(one),
        publisher=PUBLISHER,
        authors=one.name,
        year=one.dated,
        language=one.language,
        kind=PRACTICE,
        url=_address(one, practice_url),
        link_kind="page",
    )


def _address(one: Contribution, practice_url: str) -> str:
    """Where it can be read; no web address where nobody shows it."""
    return f"{practice_url.rstrip('/')}/{one.id}" if practice_url else f"practice:{one.id}"


def _tell(held: Contributions, one: Contribution, tell: Tell, reply: Reply) -> None:
    if one.reach:
        tell(one.reach, reply)
        held.thanked(one.id)
