"""Joining a workshop in the chat: by its link, by what is typed from paper, by a button.

What a workshop sets are preferences, set once, when somebody joins: whatever they choose later
stays, also where they open the link again. A code that does not open anything is said to, and who
sent it is greeted as everybody is.
"""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from babel import Locale

from bot.asking import DEPTH
from bot.cards import LONGEST, length
from bot.counts import Outcome
from bot.messages import Button, Kind, Line, Question, Reply, Style
from bot.people import People
from bot.phrases import Say, speak
from bot.replies import BLANK, not_kept, plain, welcome
from bot.tally import Tally
from bot.wishes import Wish
from bot.workshops.kept import Workshops
from bot.workshops.workshop import Workshop, is_code, read_code
from index.opened import Opened

MARK = "ws"  # the buttons' name: "ws:kq7mz3xp:2", the second question of that workshop
# In the midst of a message, too: people write "Hello" before what WhatsApp put there for them.
_TYPED = re.compile(r"(?:^|\s)/start\s+([A-Za-z0-9-]{4,64})\s*$")


class Joining:
    """Lets people into workshops, and remembers for them what those set. Any thread may call."""

    def __init__(
        self,
        workshops: Workshops,
        people: People,
        opened: Callable[[], Opened],
        *,
        rewriting: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`opened` gives the library that answers now; `rewriting`: as in `welcome`."""
        self._workshops, self._people, self._opened = workshops, people, opened
        self._rewriting, self._now = rewriting, now
        self._topics: dict[str, tuple[Path, frozenset[str]]] = {}

    def hear(self, question: Question, language: str, tally: Tally) -> Reply | None:
        """The reply to a code; None for all else. `language`: to speak in where nobody joins.

        What tells of harm never comes here: the help card was the reply to it.
        """
        code = self._code(question)
        if not code:
            return None
        workshop = self._workshops.find(code)
        if workshop is None or workshop.over(self._now()):
            tally.add(question, language, Outcome.COMMAND)
            return self._not_let_in(language, code, workshop)
        if self._join(question.person, workshop):
            language = workshop.language
            tally.joined(question.person, workshop.code)
        else:
            tally.add(question, language, Outcome.COMMAND)
        return greeting(workshop, language, rewriting=self._rewriting)

    def asked(self, question: Question) -> Question:
        """The question of a workshop whose button was pressed, as if it were written."""
        mark, _, rest = question.text.partition(":")
        if question.kind is not Kind.BUTTON or mark != MARK:
            return question
        code, _, number = rest.partition(":")
        workshop = self._workshops.find(code)
        if workshop is None or number not in map(str, range(1, len(workshop.questions) + 1)):
            return question
        text = workshop.questions[int(number) - 1]
        return replace(question, kind=Kind.TEXT, text=text)

    def topic(self, person: str) -> str:
        """The topic of the workshop that a person, or a room, is in; "" for none."""
        workshop = self._of(person)
        return workshop.topic if workshop else ""

    def leaning(self, person: str, wish: Wish) -> Wish:
        """The person's wish with the documents of their workshop, and those on its topic."""
        workshop = self._of(person)
        if workshop is None:
            return wish
        return replace(wish, documents=self._on_topic(workshop).union(workshop.documents))

    def _of(self, person: str) -> Workshop | None:
        """The workshop that a person is in, also one that is over."""
        code = self._people.workshop(person)
        return self._workshops.find(code) if code else None

    def _on_topic(self, workshop: Workshop) -> frozenset[str]:
        """The sources that a search for the topic finds; kept as long as the library is."""
        if not workshop.topic:
            return frozenset()
        opened = self._opened()
        folder, found = self._topics.get(workshop.code, (None, frozenset[str]()))
        if folder != opened.folder:
            hits = opened.index.search(workshop.topic, workshop.language, DEPTH)
            found = frozenset(hit.passage.source for hit in hits)
            self._topics[workshop.code] = (opened.folder, found)
        return found

    def _not_let_in(self, language: str, code: str, workshop: Workshop | None) -> Reply:
        """The usual greeting, after a word on why the code opened nothing."""
        begin = welcome(language, rewriting=self._rewriting)
        told = plain(_why_not(speak(language), code, workshop), Style.ITALIC)
        return replace(begin, lines=(told, BLANK, *begin.lines))

    def _code(self, question: Question) -> str:
        """The code that a message gives, however wrong; "" where it gives none."""
        name, _, rest = question.text.strip().partition(" ")
        if question.kind is Kind.COMMAND:
            return rest.strip() if name.lower() == "start" else ""
        if question.kind is not Kind.TEXT:
            return ""
        if typed := _TYPED.search(question.text):
            return typed[1]
        alone = read_code(question.text) if len(question.text) < 32 else ""
        return alone if is_code(alone) and self._workshops.find(alone) else ""

    def _join(self, person: str, workshop: Workshop) -> bool:
        """Whether they were not in it; only then its preferences are set."""
        if person and not self._people.join(person, workshop.code):
            return False
        self._people.choose(person, workshop.language)
        set_ = {"country": workshop.country, "setting": workshop.setting}
        if chosen := {name: value for name, value in set_.items() if value}:
            self._people.stand(person, **chosen)
        return True


def greeting(workshop: Workshop, language: str, *, rewriting: bool = False) -> Reply:
    """The welcome of a workshop, with its questions to begin with; `rewriting` as in `welcome`.

    Where that is long on a phone it goes without the line that /privacy says at length.
    """
    say, begin = speak(language), welcome(language, rewriting=rewriting)
    title = plain(say("Welcome to the workshop: {title}").format(title=workshop.title), Style.BOLD)
    notice = begin.lines[: begin.lines.index(BLANK)]
    before, after = (title, *_about(workshop, language)), (BLANK, *_offered(workshop, say))
    told = Reply(
        language=language,
        lines=(*before, *notice, *after),
        buttons=(*buttons(workshop, say), *begin.buttons),
    )
    short = (*before, *(line for line in notice if line != not_kept(say)), *after)
    return told if length(told) < LONGEST else replace(told, lines=short)


def buttons(workshop: Workshop, say: Say) -> tuple[Button, ...]:
    """One for each of its questions, which stand in the text by their numbers."""
    return tuple(
        Button(
            label=say("Question {number}").format(number=number),
            data=f"{MARK}:{workshop.code}:{number}",
        )
        for number in range(1, len(workshop.questions) + 1)
    )


def _about(workshop: Workshop, language: str) -> list[Line]:
    country = Locale(language).territories.get(workshop.country, "")
    told = " · ".join(filter(None, (workshop.topic, str(country))))
    return [plain(told)] if told else []


def _offered(workshop: Workshop, say: Say) -> list[Line]:
    questions = [plain(f"{n}. {one}") for n, one in enumerate(workshop.questions, start=1)]
    begin = say("To begin, choose a question, or write your own:")
    last = plain(
        say(
            "/language, /country and /setting change what the workshop set. Send HELP at any time"
            " for child helplines."
        )
    )
    return [*([plain(begin), *questions] if questions else []), last]


def _why_not(say: Say, code: str, workshop: Workshop | None) -> str:
    if workshop is not None:
        told = say("The workshop “{title}” is over. You can ask me all the same.")
        return told.format(title=workshop.title)
    if is_code(read_code(code)):
        return say("I do not know this workshop. You can ask me all the same.")
    return say(
        "This is no code of a workshop: perhaps a letter is wrong or missing. Scan the code or type"
        " it again. You can ask me all the same."
    )
