"""One message in, one reply out. `respond` is the only bridge between async and sync."""

import asyncio
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from bot import answering, buttons, cards, privacy, replies, standing, turns
from bot.comparing import WIDE, for_both, in_english, sides_of
from bot.counts import Counts, Outcome, today
from bot.greetings import is_greeting
from bot.keys import BadKey
from bot.limits import Limits, Pace
from bot.logs import fault, logger
from bot.messages import Answer, Kind, Question, Reply, Rewrite
from bot.people import KEY_DAYS, People
from bot.phrases import detect, languages
from bot.redaction import redact
from bot.safeguarding import first as safeguarding
from bot.spelling import spelled
from bot.turns import FollowUp, Turn, follow_up
from bot.wishes import DEEP, NOTHING, Wish, best, read_wish, unmet
from index.opened import Opened

LONGEST = 1_000  # characters of a question; more is no question but a document
DEPTH = 8  # passages asked of the index

log = logger(__name__)


class Assistant:
    """Answers questions from the index that is current when they come."""

    def __init__(
        self,
        opened: Callable[[], Opened],
        people: People,
        *,
        counts: Counts,
        limits: Limits | None = None,
        contact: str = "",
        key_days: int = KEY_DAYS,
        rewrite: Rewrite | None = None,
    ) -> None:
        """`limits`: how fast people may write; None: as they like. `contact`: for /about."""
        self._opened, self._people = opened, people
        self._counts, self._limits = counts, limits
        self._contact, self._key_days = contact, key_days
        self._rewrite = rewrite

    async def respond(self, question: Question) -> Reply:
        """The reply to one message; the work is done in a thread."""
        return await asyncio.to_thread(self.reply, question)

    def reply(self, question: Question) -> Reply:
        """The same, for callers without an event loop."""
        first = safeguarding.look(question, self._prior)
        if first.card is not None:  # before any limit
            with _beside():
                self._counts.disclosed(today())
            return first.card
        return first.added(self._reply(question))

    def _reply(self, question: Question) -> Reply:
        prior = self._prior(question)
        language = detect(question.text[:LONGEST], prior)
        if (slower := self._slower(question, language)) is not None:
            return slower
        if question.kind in (Kind.COMMAND, Kind.BUTTON):
            self._count(question, language, Outcome.COMMAND)
            return self._act(question, prior if prior in languages() else "en")
        if (said := self._unread(question, language)) is not None:
            self._count(question, language, Outcome.UNREAD)
            return said
        turn = None
        if (wanted := follow_up(question.text)) is not None:
            turn = self._last(question.person)
            if turn is None or wanted is not FollowUp.CONNECTED:
                self._count(question, language, Outcome.COMMAND if turn else Outcome.UNREAD)
                return self._follow(question.person, language, wanted, turn)
            language = detect(question.text, turn.language)
        found = self._answer(question, language, turn)
        outcome = Outcome.ANSWERED if found.answered else Outcome.NOT_FOUND
        self._count(question, language, outcome)
        told = cards.answer_reply(found)
        return told if redact(question.text) == question.text else privacy.left_out(told)

    def _answer(self, question: Question, language: str, turn: Turn | None) -> Answer:
        """The answer to a question, which may lean on `turn`; it is the next turn."""
        wish = NOTHING
        with _beside():
            wish = standing.wish_of(self._people, question.person)
        found = self.answer(question.text, language, wish, turn)
        if found.answered:
            with _beside():
                self._people.keep(question.person, turns.turn_of(found))
        return found

    def _last(self, person: str) -> Turn | None:
        with _beside():
            return self._people.turn(person)
        return None

    def _follow(self, person: str, language: str, wanted: FollowUp, turn: Turn | None) -> Reply:
        """What "more" or "the year?" asks of the last answer."""
        if turn is None:
            return replies.notice(
                language, "I do not know what we spoke of last. Please ask your whole question."
            )
        if wanted is FollowUp.MORE and turn.more:
            with _beside():
                self._people.keep(person, turns.after_more(turn))
        return turns.reply(wanted, turn, self._opened().library)

    def _prior(self, question: Question) -> str | None:
        """The language that this person chose, else what their phone prefers."""
        chosen = None
        with _beside():
            chosen = self._people.language(question.person) if question.person else None
        return chosen or question.language

    def _slower(self, question: Question, language: str) -> Reply | None:
        """Where this person writes too fast: a word about it, then nothing; else None."""
        if self._limits is None or not question.person:
            return None
        pace = Pace.GO
        with _beside():
            pace = self._limits.pace(question.person)
        if pace is Pace.GO:
            return None
        self._count(question, language, Outcome.TOO_FAST)
        if pace is Pace.SILENT:
            return Reply(language=language, lines=())
        return replies.notice(
            language,
            "That is more than I can answer at once. Please wait a minute, then ask again. HELP"
            " works at any time.",
        )

    def _count(self, question: Question, language: str, outcome: Outcome) -> None:
        if not question.person:
            return
        day = today()
        with _beside():
            self._counts.add(
                day,
                self._people.pseudonym(question.person, day.isoformat()),
                channel=question.person.partition(":")[0],
                language=language,
                outcome=outcome,
            )

    def notice(self, question: Question, language: str) -> Reply | None:
        """What is said in place of an answer: the help card first; None where one is due."""
        first = safeguarding.look(question, lambda _: language)
        return first.card or self._unread(question, language)

    def _unread(self, question: Question, language: str) -> Reply | None:
        if question.kind not in (Kind.TEXT, Kind.EDITED) or not _has_words(question.text):
            return replies.unread(question.kind, language)
        if is_greeting(question.text):
            return replies.greeting(language)
        if len(question.text) > LONGEST:
            return replies.notice(
                language, "That is very long. Please ask in one or two sentences."
            )
        return None

    def answer(
        self, text: str, language: str | None = None, wish: Wish = NOTHING, turn: Turn | None = None
    ) -> Answer:
        """The answer alone, for callers that render it themselves. For the rest see `answer`.

        What tells who a child is goes no further than here: no index and no model gets it.
        """
        asked = redact(text)
        found = answer(self._opened(), asked, language or detect(text), wish, turn)
        return self._rewrite(asked, found) if self._rewrite else found

    def _act(self, question: Question, language: str) -> Reply:
        """A command such as "language sw", or a button such as "more:sw:ids"."""
        if question.kind is Kind.BUTTON:
            name, _, rest = question.text.partition(":")
        else:
            name, _, rest = question.text.strip().partition(" ")
        match name.lower():
            case "language" | "languages":
                return self._choose_language(question.person, rest.strip().lower(), language)
            case "country":
                return standing.choose_country(
                    self._people, question.person, rest.strip(), language
                )
            case "setting":
                return standing.choose_setting(
                    self._people, question.person, rest.strip(), language
                )
            case "forget":
                self._people.forget(question.person)
                return privacy.forgotten(language)
            case "more":
                return buttons.more(rest, self._opened().library)
            case "sources":
                return buttons.sources(rest, self._opened().library)
        return self._told(name.lower(), language)

    def _told(self, name: str, language: str) -> Reply:
        """What the assistant says about itself, by the command's name."""
        match name:
            case "start":
                return replies.welcome(language, rewriting=self._rewrite is not None)
            case "privacy":
                return privacy.privacy_card(language, self._key_days)
            case "about":
                return privacy.about(language, self._contact)
        return replies.notice(
            language, "I do not know this command. Send /help to see what I can do."
        )

    def _choose_language(self, person: str, code: str, language: str) -> Reply:
        if code not in languages():
            return replies.choose_language(language)
        self._people.choose(person, code)
        return replies.notice(code, "From now on I use English.")


@contextmanager
def _beside() -> Iterator[None]:
    """What is kept beside an answer must not cost anybody the answer: a fault is logged."""
    try:
        yield
    except (sqlite3.Error, OSError, BadKey) as error:
        log.error("not kept", **fault(error))


def answer(
    opened: Opened, text: str, language: str, wish: Wish = NOTHING, turn: Turn | None = None
) -> Answer:
    """What this index answers to a question in this language, ISO 639-1.

    `wish` is what the person always wishes of sources; what the question wishes counts more.
    `turn`: the one before, where the question is too short without it.

    The two sides of a comparison are asked for, too: 20 ms each for their vectors, and no port
    but the index, which scores sentences in any language.
    """
    library, ask = opened.library, opened.index.search
    asked, text = read_wish(spelled(text, language), language)
    sides = [ask(*in_english(side, language), WIDE) for side in sides_of(text, language)]
    depth = WIDE if sides else DEPTH if asked == wish == NOTHING else DEEP
    hits = turns.leaning(text, language, turn, opened) if turn else ask(text, language, depth)
    hits = best(for_both(hits, sides) if sides else hits, asked, library.source, DEPTH, wish)
    judge = opened.judge
    found = answering.compose(hits, language, judge, library.page_text, library.source, sides)
    return replace(found, unmet=unmet(found, asked, library.source))


def _has_words(text: str) -> bool:
    """Two letters in a row at least: "1", "?" and a heart are no questions."""
    return bool(re.search(r"[^\W\d_]{2}", text))
