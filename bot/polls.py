"""/poll: a trainer asks the room which of some harms or topics to take first.

The options are the trainer's own words, put to the room and kept nowhere; without any, they are
headings of the library. The network counts, and shows nobody who chose what: no choice reaches us.
"""

import re

from bot.messages import Poll, Reply
from bot.phrases import detect, speak
from bot.redaction import redact
from bot.replies import notice, plain
from index.opened import Opened

FEWEST, MOST = 2, 10  # options: core.telegram.org/bots/api#sendpoll, as all its versions take them
OPTION = 100  # characters of one
OFFERED = 3  # headings of the library
_DEPTH = 24  # passages whose headings are looked at
_PARTS = re.compile(r"[;؛\n]+")


def reply(text: str, room: str, prior: str, opened: Opened) -> Reply:
    """What /poll leads to; `text` is what follows it: options, a topic, or nothing.

    `prior`: the language to speak where the text does not tell. In a room its lines are for whom
    the room has not made an administrator.
    """
    language = detect(text, prior) if text.strip() else prior
    if not room:
        return notice(
            language,
            "A vote needs a room. Add me to your group in Telegram and write there: /poll first"
            " topic; second topic; third topic",
        )
    given = list(dict.fromkeys(" ".join(part.split()) for part in _PARTS.split(text)))
    options = [option for option in given if option]
    if len(options) < FEWEST:
        options = headings(" ".join(options), language, opened)
    if (fault := _fault(options)) is not None:
        return notice(language, fault)
    say = speak(language)
    only = say("Only an administrator of this group can ask it to vote.")
    poll = Poll(question=say("Which shall we take first?"), options=tuple(options))
    return Reply(language=language, lines=(plain(only),), poll=poll)


def _fault(options: list[str]) -> str | None:
    """What is wrong with the options."""
    if len(options) < FEWEST:
        return (
            "I found no topics for that. Write two to ten of your own: /poll first topic; second"
            " topic; third topic"
        )
    if len(options) > MOST or max(map(len, options)) > OPTION:
        return "A vote has two to ten topics, each of 100 letters at most."
    if any(redact(option) != option for option in options):
        return "Please leave names, numbers and places of people out of a vote."
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
