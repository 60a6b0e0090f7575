"""/learn, its buttons and STOP: somebody takes a path, pauses, goes on, ends it.

Kept of that is one Place a person, beside what else they chose (bot.people): /forget erases it.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from bot.desk.replying import discard
from bot.learning import cards
from bot.learning.hours import next_day
from bot.learning.path import LearningPath, Place
from bot.learning.shelf import Shelf
from bot.learning.stopping import is_stop
from bot.messages import Kind, Question, Reply
from bot.people import People
from bot.phrases import languages, speak
from bot.replies import notice, plain
from bot.settings import Settings
from corpus.library import Library

Discard = Callable[[list[str]], object]
"""Lets these tokens lead nowhere any more."""
Leave = Callable[[str, Reply], bool]
"""Leaves the one reply of a token; False where it takes none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a button stands for."""

    path: LearningPath
    language: str  # that the person is spoken to in
    step: int  # one of the path's
    what: str


def open_learning(settings: Settings, people: People, library: Callable[[], Library]) -> "Learning":
    """Learning over the paths of the data folder, with the queue that the settings name."""
    return Learning(Shelf(settings.exchange_data), people, library, partial(discard, settings))


class Learning:
    """What people do with paths. Any thread may call."""

    def __init__(
        self,
        shelf: Shelf,
        people: People,
        library: Callable[[], Library],
        discard: Discard,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`discard`: of tokens of reminders that are not wanted any more (bot.delivery)."""
        self._shelf, self._people, self._library = shelf, people, library
        self._discard, self._now = discard, now

    def hear(self, question: Question, language: str) -> Reply | None:
        """The reply to what belongs to learning; None for all else. `language`: to speak in."""
        if is_stop(question):
            return self._stop(question.person, language)
        if question.kind is Kind.COMMAND:
            name, _, rest = question.text.strip().partition(" ")
            return self._told(question, rest.strip(), language) if name.lower() == "learn" else None
        mark, _, data = question.text.partition(":")
        if question.kind is not Kind.BUTTON or mark != cards.MARK:
            return None
        return self._pressed(question, data) if data else self._told(question, "", language)

    def offered(self, question: Question, reply: Reply) -> Reply:
        """The reply with a way on to the step that was wanted today, once, where none was sent."""
        place = self._people.place(question.person)
        if place is None or place.token or not 0 < place.due <= self._now():
            return reply
        self._move(question.person, replace(place, due=0.0))
        label = speak(reply.language)("Learning: go on")
        return replace(
            reply, buttons=(*reply.buttons, cards.button(label, place.path, place.step, "s"))
        )

    def remind(self, leave: Leave) -> int:
        """Leave each step that is due, once; how many there were.

        A reminder is forgotten after its step was left. Killed in between it comes again, and finds
        that its token takes no second reply; the same where its person is forgotten or gone.
        """
        left = 0
        for place in self._people.due():
            asked = self._asked(f"{place.path}:{place.step}:s")
            if asked is not None:
                made = cards.reminder(asked.path, asked.step, asked.language, self._library())
                left += leave(place.token, made)
            self._people.reminded(place.token)
        return left

    def _told(self, question: Question, id: str, language: str) -> Reply:
        """The list; with an `id`, such as "listening", the opening of that path."""
        path = self._shelf.find(id.lower(), language) if id else None
        if path is not None:
            return cards.opening(path, language)
        place = self._people.place(question.person)
        begun = self._asked(f"{place.path}:{place.step}:s") if place else None
        paths = self._shelf.listed(language, self._library())
        if begun is None:
            return cards.listed(language, paths, None, "")
        return cards.listed(language, paths, place, begun.path.title)

    def _asked(self, data: str) -> _Asked | None:
        """What "sw:listening:3:a1" stands for; None where there is no such step."""
        language, id, step, what = [*data.split(":"), "", "", ""][:4]
        path = self._shelf.find(id, language) if language in languages() else None
        number = int(step) if step.isascii() and step.isdigit() and len(step) < 4 else 0
        if path is None or not 0 < number <= len(path.steps):
            return None
        return _Asked(path=path, language=language, step=number, what=what)

    def _pressed(self, question: Question, data: str) -> Reply:
        asked = self._asked(data)
        person = question.person
        if asked is None:
            code = data.partition(":")[0]
            language = code if code in languages() else "en"
            return notice(language, "This step is no longer there. /learn shows what there is.")
        match asked.what[:1]:
            case "a":
                return self._answered(asked, person)
            case "i":
                return cards.opening(asked.path, asked.language)
            case "p":
                return self._paused(asked, person)
            case "t":
                return self._tomorrow(asked, question)
            case "x":
                return self._stop(person, asked.language)
        self._move(person, _place(asked))
        return cards.step(asked.path, asked.step, asked.language, self._library())

    def _answered(self, asked: _Asked, person: str) -> Reply:
        """Right or not, the step is done."""
        at, choices = asked.what[1:], asked.path.steps[asked.step - 1].choices
        choice = choices[int(at) if at.isascii() and at.isdigit() else 0 :][:1]
        if not choice:  # of the path as it was before staff changed it
            return cards.step(asked.path, asked.step, asked.language, self._library())
        done = asked.step == len(asked.path.steps)
        self._move(person, None if done else _place(asked, asked.step + 1))
        return cards.answered(asked.path, asked.step, choice[0], asked.language, self._library())

    def _paused(self, asked: _Asked, person: str) -> Reply:
        self._move(person, _place(asked))
        say = speak(asked.language)
        told = say("All right. I keep your place; /learn goes on from there whenever you like.")
        return Reply(
            language=asked.language,
            lines=(plain(told),),
            buttons=cards.on(_place(asked).path, asked.step, say),
        )

    def _tomorrow(self, asked: _Asked, question: Question) -> Reply:
        """The step comes by itself where it can, else it is offered when they write."""
        language, say = asked.language, speak(asked.language)
        country = self._people.standing(question.person)[0]
        token = secrets.token_urlsafe(9) if question.later and question.person else ""
        due = next_day(self._now(), country)
        self._move(question.person, replace(_place(asked), due=due, token=token))
        if not token:
            return notice(
                language,
                "I cannot write to you here by myself. When you write to me again tomorrow or"
                " later, I offer you the step; /learn shows it at any time.",
            )
        told = say(
            "I send you the next step tomorrow, once; until then I keep where to send it. The word"
            " STOP, or /stop, prevents it."
        )
        return Reply(language=language, lines=(plain(told),), reach=token)

    def _stop(self, person: str, language: str) -> Reply:
        self._move(person, None)
        return notice(
            language,
            "Stopped. I send you no more steps, and I no longer know which learning path you were"
            " on. You can ask me as before; /learn shows the paths.",
        )

    def _move(self, person: str, place: Place | None) -> None:
        """Keep a place instead of the one before, whose reminder is not wanted any more."""
        before = self._people.place(person)
        self._people.move(person, place)
        if before is not None and before.token:
            self._discard([before.token])


def _place(asked: _Asked, step: int = 0) -> Place:
    """Where somebody stands who is at this step, or at another one of the same path."""
    return Place(path=f"{asked.language}:{asked.path.id}", step=step or asked.step)
