"""Helpful or not: two buttons under an answer, a reason, and the question where its person lets us.

The buttons carry passage ids alone, so they work after a restart. The question itself waits in this
process's memory, ten minutes at most, and is written down only on a yes.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.counts import ACROSS, Counts, Names, today
from bot.desk.proposals import Proposals
from bot.desk.themes import theme_of
from bot.messages import Answer, Button, Reply
from bot.moments import Moments
from bot.phrases import Say, languages, speak
from bot.replies import notice, plain
from corpus.library import Library

LONGEST = 500  # characters of a question that can be shown again with what is asked
HELPFUL, NOT_HELPFUL, UNSAID = "helpful", "not helpful", "not said"
REASONS = {
    "w": "wrong",
    "o": "off the point",
    "l": "too long",
    "d": "outdated",
    "g": "not in my language",
}
_IDS = 3  # passages that a button carries


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    ids: str  # of the answer
    question: str  # redacted
    language: str
    sources: tuple[str, ...]
    reason: str = ""


class Feedback:
    """What people say of answers. Any thread may call."""

    def __init__(
        self,
        library: Callable[[], Library],
        counts: Counts,
        names: Callable[[str], Names],
        proposals: Proposals | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`names`: how a person is counted; `proposals`: None where no question is kept."""
        self._library, self._counts, self._names = library, counts, names
        self._proposals, self._moments = proposals, Moments[_Asked](clock)

    def under(self, reply: Reply, answer: Answer, person: str, asked: str) -> Reply:
        """The reply with the two buttons, last; `asked` is the redacted question.

        "" where staff must not be shown it. No buttons for who has no handle, and where nothing
        was quoted.
        """
        ids = _ids(answer)
        if not person or not ids:
            return reply
        self._hold(person, ids, answer, asked)
        say, data = speak(answer.language), f"{answer.language}:{ids}"
        buttons = (
            Button(label=say("Helpful"), data=f"good:{data}"),
            Button(label=say("Not helpful"), data=f"poor:{data}"),
        )
        return replace(reply, buttons=(*reply.buttons, *buttons))

    def act(self, name: str, rest: str, person: str) -> Reply:
        """What one of the buttons leads to; `rest` begins with a language."""
        code, _, rest = rest.partition(":")
        language = code if code in languages() else "en"
        match name:
            case "good":
                self._rate(person, rest, HELPFUL)
                return _thanks(language)
            case "poor":
                self._rate(person, rest, NOT_HELPFUL, reason=UNSAID)
                return _ask_why(language, rest)
            case "why":
                return self._why(person, rest, language)
        return self._mend(person, rest, language)

    def forget(self, person: str) -> None:
        """Forget the question of somebody that waits, now."""
        self._moments.forget(person)

    def _rate(self, person: str, ids: str, what: str, **cells: str) -> None:
        """Count it by topic and source; once for a person and an answer."""
        day, names = today(), self._names(person)
        if not person or not self._counts.first(day, names, ids):
            return
        self._counts.first(day, names, f"{what} {ids}")
        library = self._library()
        topic = theme_of(ids.split(",")[0], library)
        self._counts.add(
            day,
            names,
            **{"topic feedback": f"{topic}{ACROSS}{what}"},
            **{"source feedback": [f"{id}{ACROSS}{what}" for id in _sources(ids, library)]},
            feedback=what,
            **cells,
        )

    def _why(self, person: str, rest: str, language: str) -> Reply:
        code, _, ids = rest.partition(":")
        reason = REASONS.get(code, "")
        if not person or not reason:
            return _thanks(language)
        day, names = today(), self._names(person)
        rated = self._counts.did(day, names, f"{NOT_HELPFUL} {ids}")  # this week
        if rated and self._counts.first(day, names, f"why {ids}"):
            self._counts.take_back(day, names, reason=UNSAID)
            self._counts.add(day, names, reason=reason)
        found = self._moments.change(
            person, lambda asked: replace(asked, reason=reason) if asked.ids == ids else None
        )
        return _ask_leave(*found, language) if found else _thanks(language)

    def _mend(self, person: str, rest: str, language: str) -> Reply:
        token, _, choice = rest.partition(":")
        held = self._moments.take(person, token)
        if choice != "yes":
            return notice(language, "All right. I have not kept your question.")
        if held is None or self._proposals is None:
            return notice(
                language, "I no longer have your question: it waits for ten minutes only."
            )
        self._proposals.add(held.question, held.language, held.reason, held.sources)
        return notice(language, "Thank you. The Exchange's staff will see it.")

    def _hold(self, person: str, ids: str, answer: Answer, asked: str) -> None:
        if self._proposals is None or not 0 < len(asked) <= LONGEST:
            self._moments.forget(person)
            return
        sources = tuple(dict.fromkeys(quote.source for quote in answer.quotes))
        held = _Asked(ids=ids, question=asked, language=answer.language, sources=sources)
        self._moments.hold(person, held)


def _ids(answer: Answer) -> str:
    passages = list(dict.fromkeys(quote.passage for quote in answer.quotes))
    return ",".join(passages[:_IDS])


def _sources(ids: str, library: Library) -> list[str]:
    """The sources of these passages, each once; without those that the library lost."""
    found = []
    for id in ids.split(","):
        try:
            found.append(library.passage(id).source)
        except KeyError:
            continue
    return list(dict.fromkeys(found))


def _thanks(language: str) -> Reply:
    return notice(language, "Thank you. It is counted, and nothing of what you wrote is kept.")


def _ask_why(language: str, ids: str) -> Reply:
    say = speak(language)
    buttons = (
        Button(label=label, data=f"why:{language}:{code}:{ids}")
        for code, label in zip(REASONS, _labels(say), strict=True)
    )
    asked = plain(say("I am sorry. What was not good about it?"))
    return Reply(language=language, lines=(asked,), buttons=tuple(buttons))


def _labels(say: Say) -> tuple[str, ...]:
    """The reasons, in the order of REASONS, each short enough for every network."""
    return (
        say("Wrong"),
        say("Off the point"),
        say("Too long"),
        say("Outdated"),
        say("Not in my language"),
    )


def _ask_leave(token: str, held: _Asked, language: str) -> Reply:
    say = speak(language)
    return Reply(
        language=language,
        lines=(
            plain(
                say(
                    "Thank you. May the Exchange's staff see your question, to mend the answer?"
                    " They would see this, and not who you are:"
                )
            ),
            plain(f"“{held.question}”"),
            plain(
                say(
                    "If they take it as a test question it stays; else it is erased after 90 days."
                    " Nothing ties it to you, so I cannot take it back later."
                )
            ),
        ),
        buttons=(
            Button(label=say("Yes, they may"), data=f"mend:{language}:{token}:yes"),
            Button(label=say("No"), data=f"mend:{language}:{token}:no"),
        ),
    )
