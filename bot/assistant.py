"""One message in, one reply out. `respond` is the only bridge between async and sync."""

import asyncio
from collections.abc import Callable

from bot import cards, inline, privacy, replies, rooms, standing, turns
from bot.asides import Asides
from bot.asking import answer
from bot.commands import About, Commands
from bot.counts import Counts, Outcome
from bot.desk.feedback import Feedback
from bot.desk.matching import Matching
from bot.desk.passing import Passing
from bot.desk.proposals import Proposals
from bot.desk.sharing import Sharing
from bot.learning.guiding import Learning
from bot.learning.stopping import is_stop
from bot.limits import Limits, Pace
from bot.logs import logger
from bot.messages import Answer, Kind, Question, Reply, Rewrite
from bot.pacing import Pacing
from bot.pages import Pages
from bot.people import KEY_DAYS, People
from bot.phrases import detect, languages
from bot.polls import Polls
from bot.reading import LONGEST, unread
from bot.redaction import redact
from bot.safeguarding import first as safeguarding
from bot.safeguarding.cards import privately
from bot.safeguarding.first import First
from bot.tally import Tally, beside
from bot.turns import FollowUp, Turn, follow_up
from bot.voice import MARK, Voice, not_understood
from bot.wishes import NOTHING, Wish
from bot.workshops.joining import Joining
from bot.workshops.trainers import Trainers
from index.opened import Opened

ALWAYS = frozenset(("forget", "privacy"))  # commands that nobody is too fast for; safe words, too
WARM = "How can a community protect its children?"

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
        pages: Pages | None = None,
        voice: Voice | None = None,
        passing: Passing | None = None,
        matching: Matching | None = None,
        sharing: Sharing | None = None,
        proposals: Proposals | None = None,
        joining: Joining | None = None,
        trainers: Trainers | None = None,
        polls: Polls | None = None,
        learning: Learning | None = None,
    ) -> None:
        """`limits`: how fast people may write; None: as they like. `contact`: for /about.

        `pages`: shows pages of the PDFs held; `voice`: hears voice notes; `passing`: passes
        questions on to staff; `matching`: finds answers that staff kept; `sharing`: takes what
        people share; `proposals`: keeps the questions that people let staff see; `joining`: lets
        people into workshops; `trainers`: lets trainers make them; `polls`: lets them ask a room;
        `learning`: leads through learning paths. None: nobody does.
        """
        self._opened, self._people = opened, people
        self._tally = Tally(opened, people, counts)
        self._pacing = Pacing(limits, self._tally)
        self._rewrite, self._voice = rewrite, voice or Voice()
        self._passing, self._matching, self._sharing = passing, matching, sharing
        self.learning, self._joining = learning, joining
        self._asides = Asides(
            self._tally, polls=polls, sharing=sharing, trainers=trainers, learning=learning,
            joining=joining,
        )  # fmt: skip
        about = About(
            contact=contact, key_days=key_days, rewriting=rewrite is not None,
            pass_days=passing.days if passing else 0,
        )  # fmt: skip
        self._feedback = Feedback(lambda: opened().library, counts, self._tally.names, proposals)
        self._commands = Commands(opened, people, about, self._forget, pages, self._feedback)

    async def respond(self, question: Question) -> Reply:
        """The reply to one message; the work is done in a thread."""
        return await asyncio.to_thread(self.reply, question)

    def reply(self, question: Question) -> Reply:
        """The same, for callers without an event loop."""
        if question.kind is Kind.LEFT:
            self._forget(question.person)
            return Reply(language="en", lines=(), forgets=True)
        if self._voice.listens(question):
            return self._listen(question)
        if question.kind is Kind.BUTTON and question.text.startswith(f"{MARK}:"):
            said = self._voice.pressed(question, self._own(question))
            if isinstance(said, Reply):
                return said
            question = said
        if question.kind is Kind.INLINE:
            return self._offered(question)
        if self._joining is not None:
            question = self._joining.asked(question)
        first = self._first(question)
        if question.room:
            return rooms.respond(question, first, self.reply, self._reply)
        return first.card or first.added(self._reply(question, plain=not first.line))

    def _first(self, question: Question) -> First:
        """What comes before any search and any limit; a card that is shown is counted."""
        first = safeguarding.look(question, self._prior)
        if first.card is not None:
            self._tally.disclosed()
        return first

    def _listen(self, question: Question) -> Reply:
        """What a voice note is met with: a help card at once, else what was heard, to confirm."""
        language = self._own(question)
        if (slower := self._pacing.slower(question, language)) is not None:  # hearing takes seconds
            return slower
        said = self._voice.listen(question, self._prior(question))
        first = self._first(said) if said else First()
        if first.card is not None:
            return first.card
        self._tally.add(question, language, Outcome.UNREAD)
        if said is None:
            return not_understood(language)
        return self._voice.ask(said, detect(said.text, language))

    def _own(self, question: Question) -> str:
        """The language to speak where a message has no words."""
        return _spoken(self._prior(question))

    def _forget(self, person: str) -> None:
        self._voice.forget(person)
        if self._passing is not None:
            self._passing.forget(person)
        if self._sharing is not None:
            self._sharing.forget(person)
        self._people.forget(person)
        self._people.forget(_typing(person))
        self._feedback.forget(person)
        self._tally.forget(person)

    def opened(self) -> Opened:
        """The library that answers now, and its index. Raises StaleIndex."""
        return self._opened()

    def awaits(self, question: Question) -> bool:
        """Whether this person is to send a document, so that it shall be fetched."""
        if self._sharing is None or question.room:
            return False
        return self._sharing.awaits(question.person)

    def warm_up(self) -> None:
        """Load what the first question loads. Several at once would each load it: 250 MB more."""
        answer(self._opened(), redact(WARM), "en", NOTHING, None)

    def language(self, question: Question) -> str | None:
        """What this person is spoken to in, ISO 639-1; None where nothing tells it."""
        prior = self._prior(question)
        if question.kind in (Kind.TEXT, Kind.EDITED):
            return detect(question.text[:LONGEST], prior)
        return prior

    def _reply(self, question: Question, *, plain: bool = True) -> Reply:
        """`plain`: nothing in it may tell of harm, so that staff may be shown it."""
        prior = self._prior(question)
        language = detect(question.text[:LONGEST], prior)
        name = question.text.strip().partition(" ")[0].lower()
        always = (question.kind is Kind.COMMAND and name in ALWAYS) or is_stop(question)
        if not always and (slower := self._pacing.slower(question, language)) is not None:
            return slower
        own = _spoken(prior)
        if (told := self._asides.hear(question, own, language)) is not None:
            return told
        question = rooms.of_room(question)
        if question.kind in (Kind.COMMAND, Kind.BUTTON):
            self._tally.add(question, language, Outcome.COMMAND)
            return self._passed(question, own) or self._commands.act(question, own)
        if (said := unread(question, language)) is not None:
            self._tally.add(question, language, Outcome.UNREAD)
            return said
        turn = None
        if (wanted := follow_up(question.text)) is not None:
            with beside():
                turn = self._people.turn(question.person)
            if turn is None or wanted is not FollowUp.CONNECTED:
                self._tally.add(question, language, Outcome.COMMAND if turn else Outcome.UNREAD)
                return self._follow(question.person, language, wanted, turn)
            language = detect(question.text, turn.language)
        return self._answered(question, language, turn, plain=plain)

    def _answered(
        self, question: Question, language: str, turn: Turn | None, *, plain: bool
    ) -> Reply:
        """The card that answers it, and what goes under it in private."""
        found = self._answer(question, language, turn)
        outcome = Outcome.ANSWERED if found.answered else Outcome.NOT_FOUND
        self._tally.add(question, language, outcome, found)
        asked = redact(question.text)
        told = cards.answer_reply(found)
        if not question.room:
            seen = asked if plain else ""  # by staff, should its person let them
            told = self._feedback.under(told, found, question.person, seen)
        if asked != question.text:
            told = privacy.left_out(told)
        with beside():
            told = self.learning.offered(question, told) if self.learning else told
        if plain and self._passing and not (turn or found.answered or question.room):
            with beside():
                return self._passing.offered(question, told)
        return told

    def _passed(self, question: Question, language: str) -> Reply | None:
        """The reply to a button under the offer to pass a question on; None for all others."""
        if self._passing is None:
            return None
        return self._passing.pressed(question, language, self._tally.passed_on)

    def _offered(self, question: Question) -> Reply:
        """Passages for what somebody types in inline search; it has a pace of its own."""
        first = safeguarding.look(question, self._prior)
        if first.card is not None:  # counted once they come, not with each letter they type
            return privately(first.card.language)
        language = detect(question.text[:LONGEST], self._prior(question))
        asked = redact(question.text[:LONGEST])
        if (
            not inline.is_question(asked)
            or self._pacing.of(_typing(question.person)) is not Pace.GO
        ):
            return inline.none(language)
        opened = self._opened()
        return inline.offered(answer(opened, asked, language), opened.library)

    def _answer(self, question: Question, language: str, turn: Turn | None) -> Answer:
        """The answer to a question, which may lean on `turn`; it is the next turn."""
        wish = NOTHING
        with beside():
            wish = standing.wish_of(self._people, question.person)
            wish = self._joining.leaning(question.person, wish) if self._joining else wish
        found = self.answer(question.text, language, wish, turn)
        if found.answered:
            with beside():
                self._people.keep(question.person, turns.turn_of(found))
        return found

    def _follow(self, person: str, language: str, wanted: FollowUp, turn: Turn | None) -> Reply:
        """What "more" or "the year?" asks of the last answer."""
        if turn is None:
            return replies.notice(
                language, "I do not know what we spoke of last. Please ask your whole question."
            )
        if wanted is FollowUp.MORE and turn.more:
            with beside():
                self._people.keep(person, turns.after_more(turn))
        return turns.reply(wanted, turn, self._opened().library, self._commands.marked)

    def _prior(self, question: Question) -> str | None:
        """The language that this person chose, else what their phone prefers."""
        chosen = None
        with beside():
            person = question.room or question.person  # what they chose shows in no room
            chosen = self._people.language(person) if person else None
        return chosen or question.language

    def notice(self, question: Question, language: str) -> Reply | None:
        """What is said in place of an answer: the help card first; None where one is due."""
        first = safeguarding.look(question, lambda _: language)
        return first.card or unread(question, language)

    def answer(
        self, text: str, language: str | None = None, wish: Wish = NOTHING, turn: Turn | None = None
    ) -> Answer:
        """The answer alone, for callers that render it themselves. For the rest see `answer`.

        What tells who a child is goes no further than here: no index and no model gets it.
        """
        asked = redact(text)
        language, opened = language or detect(text), self._opened()
        found = answer(opened, asked, language, wish, turn)
        if self._matching is not None and turn is None:
            found = self._matching.first(asked, found, opened)
        found = self._commands.marked(found)
        return self._rewrite(asked, found) if self._rewrite and not found.staff else found


def _spoken(prior: str | None) -> str:
    return prior if prior in languages() else "en"


def _typing(person: str) -> str:
    """Under which name the pace is kept of a person who types in inline search."""
    return f"{person} inline" if person else ""
