"""Somebody who takes learning paths: the catalogue's cards as a library, no model, a clock to set.

As a program it is a post over the line protocol, so many seconds from now, for the kill test:

    python -m tests.doubles.paths DATA PORT SECONDS
"""

import asyncio
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bot.app import apologise
from bot.delivery.post import Post
from bot.delivery.sqlite import SqliteStore
from bot.keys import DAY
from bot.learning.guiding import Learning, open_learning
from bot.learning.reminding import remind
from bot.learning.shelf import Shelf
from bot.messages import Kind, Question, Reply
from bot.people import People
from bot.settings import Settings
from corpus.library import Library
from corpus.passages import split
from corpus.source import Source, read_catalogue
from tests.doubles.clock import Clock
from tests.doubles.lines import LineChannel

ADA = "lines:ada"
NOON = 1_800_000_000.0 - 1_800_000_000.0 % DAY + DAY / 2  # UTC


class Lasting(LineChannel):
    """A network that can be written to a day later."""

    keeps = DAY


def cards(sources: Sequence[Source] | None = None) -> Library:
    """A library of cards alone: of the catalogue's sources, or of these."""
    library = Library(":memory:")
    with library.changing():
        for source in read_catalogue() if sources is None else sources:
            passages = [replace(p, summary=True) for p in split(source.card(), source.id, "en")]
            library.put_source(source, "catalogue")
            library.put_document(
                source.card(), passages, id=source.id, source=source.id, language="en", sha256="x"
            )
    return library


class Learner:
    """One person before paths of a data folder."""

    def __init__(
        self,
        data: Path,
        *,
        library: Library | None = None,
        language: str = "en",
        later: bool = True,
    ) -> None:
        self.clock, self.data = Clock(NOON), data
        self.library = library or cards()
        self.people = People(data, now=self.clock)
        self.gone: list[str] = []  # tokens that lead nowhere any more
        self.sent: list[tuple[str, Reply]] = []  # reminders
        self.learning = Learning(
            Shelf(data), self.people, lambda: self.library, self.gone.extend, self.clock
        )
        self._language, self._later = language, later

    def does(self, text: str, kind: Kind = Kind.COMMAND) -> Reply:
        """What the reply is; it must be one of learning's."""
        asked = Question(text=text, kind=kind, person=ADA, later=self._later)
        reply = self.learning.hear(asked, self._language)
        assert reply is not None, text
        return reply

    def press(self, reply: Reply, label: str) -> Reply:
        """Press the button of this label."""
        (data,) = [button.data for button in reply.buttons if button.label == label]
        assert len(data.encode()) <= 64
        return self.does(data, Kind.BUTTON)

    def begin(self, id: str = "listening") -> Reply:
        """The first step of a path."""
        opening = self.does(f"learn {id}")
        return self.does(opening.buttons[0].data, Kind.BUTTON)

    def remind(self) -> int:
        """What the process that serves does every half minute."""

        def leave(token: str, reply: Reply) -> bool:
            self.sent.append((token, reply))
            return True

        return self.learning.remind(leave)


def said(reply: Reply) -> str:
    return "\n".join(line.text for line in reply.lines)


async def _main(data: Path, port: int, seconds: float) -> None:
    people, library = People(data, now=lambda: time.time() + seconds), cards()
    learning = open_learning(Settings(exchange_data=data), people, lambda: library)

    async def respond(question: Question) -> Reply:
        asked = replace(question, later=True)
        reply = await asyncio.to_thread(learning.hear, asked, "en")
        return reply or Reply(language="en", lines=())

    channel, store = Lasting(port), SqliteStore(data)
    post = asyncio.create_task(Post(store, [channel], respond, apologise).run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, post.cancel)
    await channel.ready.wait()
    reminding = asyncio.create_task(remind(learning, store, every=0.05))
    print(channel.port, flush=True)
    with suppress(asyncio.CancelledError):
        await post
    reminding.cancel()
    store.close()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
