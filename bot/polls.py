"""/poll: a trainer asks the room which of some harms or topics to take first.

The options are the trainer's own words, put to the room and kept nowhere; without any, they are
headings of the library. The network counts, and shows nobody who chose what: no choice reaches us.
"""

import re
from collections.abc import Callable

from bot.messages import Kind, Poll, Question, Reply
from bot.phrases import detect, speak
from bot.redaction import redact
from bot.replies import notice, plain
from index.opened import Opened

FEWEST, MOST = 2, 10  # options: core.telegram.org/bots/api#sendpoll, as all its versions take them
OPTION = 100  # characters of one
OFFERED = 3  # headings of the library
_DEPTH = 24  # passages whose headings are looked at
_PARTS = re.compile(r"[;؛\n]+")


class Polls:
    """What trainers do to ask a room. Any thread may call."""

    def __init__(
        self,
        opened: Callable[[], Opened],
        topic: Callable[[str], str],
        named: Callable[[str], bool],
    ) -> None:
        """`topic` is that of a room's workshop, or ""; `named`: whether a person is a trainer."""
        self._opened, self._topic, self._named = opened, topic, named

    def hear(self, question: Question, prior: str) -> Reply | None:
        """The reply to /poll with options, with a topic, or alone; None for all else.

        `prior`: the language to speak where the text does not tell. In a room the reply's lines
        are for whom neither the room nor the hub lets ask.
        """
        name, text = [*question.text.strip().split(None, 1), "", ""][:2]
        if question.kind is not Kind.COMMAND or name.lower() != "poll":
            return None
        language = detect(text, prior) if text else prior
        if not question.room:
            return notice(
                language,
                "A vote needs a room. Add me to your group in Telegram and write there: /poll first"
                " topic; second topic; third topic",
            )
        options = _options(text)
        if (fault := _fault(options, language)) is not None:
            return fault
        if len(options) < FEWEST:
            topic = " ".join(options) or self._topic(question.room)
            options = headings(topic, language, self._opened())
        if len(options) < FEWEST:
            return notice(
                language,
                "I found no topics for that. Write two to ten of your own: /poll first topic;"
                " second topic; third topic",
            )
        say = speak(language)
        only = say("Only an administrator of this group can ask it to vote.")
        ask = say("Which shall we take first?")
        poll = Poll(question=ask, options=tuple(options), named=self._named(question.person))
        return Reply(language=language, lines=(plain(only),), poll=poll)


def _options(text: str) -> list[str]:
    """The options in what was written, each once."""
    parts = (" ".join(part.split()) for part in _PARTS.split(text))
    return list(dict.fromkeys(part for part in parts if part))


def _fault(options: list[str], language: str) -> Reply | None:
    """What is said where these, which somebody wrote, cannot be put to a room."""
    if len(options) > MOST or max(map(len, options), default=0) > OPTION:
        return notice(language, "A vote has two to ten topics, each of 100 letters at most.")
    if any(redact(option) != option for option in options):
        return notice(language, "Please leave names, numbers and places of people out of a vote.")
    return None


def headings(topic: str, language: str, opened: Opened) -> list[str]:
    """Up to three headings of the library for a topic, those in the room's language first."""
    asked = topic or speak(language)("harm to children in the community")
    passages = [hit.passage for hit in opened.index.search(asked, language, _DEPTH)]
    passages.sort(key=lambda passage: passage.language != language)  # else as they were found
    found = (
        passage.headings[-1] if passage.headings else opened.library.source(passage.source).title
        for passage in passages
    )
    return [text for text in dict.fromkeys(found) if 0 < len(text) <= OPTION][:OFFERED]
