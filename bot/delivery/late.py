"""Replies that come days later: left as text by any process, packed by the one that serves.

A channel's calls can be made only where the channel is, so what is left is the channel-neutral
reply, without an attachment.
"""

import json
from dataclasses import asdict, replace

from bot.channels.port import Fleeting
from bot.delivery.port import Late
from bot.delivery.tasks import SLOWEST, Means
from bot.logs import fault, logger
from bot.messages import Button, Line, Reply, Span, Style

AWAY = 5.0  # seconds between two looks whether somebody has come back

log = logger(__name__)


def written(reply: Reply) -> str:
    """A reply as text."""
    held = asdict(replace(reply, attachment=None, offers=()))
    return json.dumps({name: held[name] for name in ("language", "lines", "buttons", "link")})


def read(text: str) -> Reply:
    """The reply that was written. Raises ValueError, KeyError, TypeError."""
    held = json.loads(text)
    lines = (
        Line(
            tuple(Span(s["text"], Style(s["style"]), s["url"]) for s in line["spans"]),
            quote=line["quote"],
        )
        for line in held["lines"]
    )
    return Reply(
        language=held["language"],
        lines=tuple(lines),
        buttons=tuple(Button(**button) for button in held["buttons"]),
        link=held["link"],
    )


class Delivering:
    """One reply that was left: packed, and kept with what goes out."""

    def __init__(self, means: Means) -> None:
        self._by = means

    async def __call__(self, late: Late) -> None:
        """Put it with the outgoing calls, or postpone it."""
        by = self._by
        channel = by.channels.get(late.channel)
        if channel is None:  # switched off: it waits
            await by.kept(by.store.postpone, late, SLOWEST)
            return
        if isinstance(channel, Fleeting) and not channel.here(late.to):
            await by.kept(by.store.postpone, late, AWAY)
            return
        try:
            calls = channel.pack(read(late.reply), late.to)
        except Exception as error:
            log.error("a late reply failed", channel=late.channel, **fault(error))
            await by.kept(by.store.postpone, late, SLOWEST)
            return
        await by.kept(by.store.deliver, late, calls)
        log.info("a late reply goes out", channel=late.channel)
