"""One message in, one reply out. `respond` is the only bridge between async and sync."""

import asyncio
import re
from collections.abc import Callable

from bot import answering, cards, replies
from bot.links import citation
from bot.messages import Answer, Kind, Question, Reply, Rewrite
from bot.people import People
from corpus.source import Source
from corpus.works import translations, work
from index.languages import SPOKEN, detect, fold
from index.opened import Opened

SAFE_WORDS = frozenset(fold(w) for w in ("help sos msaada aide ayuda ajuda مساعدة".split()))
LONGEST = 1_000  # characters of a question; more is no question but a document
DEPTH = 8  # passages asked of the index


class Assistant:
    """Answers questions from the index that is current when they come."""

    def __init__(
        self, opened: Callable[[], Opened], people: People, rewrite: Rewrite | None = None
    ) -> None:
        self._opened = opened
        self._people = people
        self._rewrite = rewrite

    async def respond(self, question: Question) -> Reply:
        """The reply to one message; the work is done in a thread."""
        return await asyncio.to_thread(self.reply, question)

    def reply(self, question: Question) -> Reply:
        """The same, for callers without an event loop."""
        chosen = self._people.language(question.person) if question.person else None
        prior = chosen or question.language
        language = detect(question.text, prior)
        if question.kind in (Kind.COMMAND, Kind.BUTTON):
            return self._act(question, prior if prior in SPOKEN else "en")
        said = self.notice(question, language)
        if said is not None:
            return said
        return cards.answer_reply(self.answer(question.text, language))

    def notice(self, question: Question, language: str) -> Reply | None:
        """What is said in place of an answer: the help card first; None where one is due."""
        if _is_safe_word(question.text):
            return replies.help_card(language)
        if question.kind not in (Kind.TEXT, Kind.EDITED) or not _has_words(question.text):
            return replies.unread(question.kind, language)
        if len(question.text) > LONGEST:
            return replies.notice(
                language, "That is very long. Please ask in one or two sentences."
            )
        return None

    def answer(self, text: str, language: str | None = None) -> Answer:
        """The answer alone, for callers that render it themselves."""
        found = answer(self._opened(), text, language or detect(text))
        return self._rewrite(text, found) if self._rewrite else found

    def _act(self, question: Question, language: str) -> Reply:
        """A command such as "language sw", or a button such as "more:sw:ids"."""
        if question.kind is Kind.BUTTON:
            name, _, rest = question.text.partition(":")
        else:
            name, _, rest = question.text.strip().partition(" ")
        match name.lower():
            case "start":
                return replies.welcome(language, rewriting=self._rewrite is not None)
            case "help":
                return replies.help_text(language)
            case "language" | "languages":
                return self._choose_language(question.person, rest.strip().lower(), language)
            case "more":
                return self._more(rest)
            case "sources":
                return self._sources(rest)
        return replies.notice(
            language, "I do not know this command. Send /help to see what I can do."
        )

    def _choose_language(self, person: str, code: str, language: str) -> Reply:
        if code not in SPOKEN:
            return replies.choose_language(language)
        self._people.choose(person, code)
        return replies.notice(code, "From now on I use English.")

    def _more(self, data: str) -> Reply:
        language, _, ids = data.partition(":")
        library = self._opened().library
        passages = []
        for id in ids.split(","):
            try:
                passages.append(library.passage(id))
            except KeyError:  # gone from the library since the button was made
                continue
        quotes = answering.quotes_of(passages, library.page_text)
        places = {(p.source, p.page): p for p in reversed(passages)}
        ordered = dict.fromkeys((p.source, p.page) for p in passages)
        sources = [citation(library.source(id), places[id, page]) for id, page in ordered]
        return cards.more_reply(language if language in SPOKEN else "en", quotes, sources)

    def _sources(self, data: str) -> Reply:
        language, _, ids = data.partition(":")
        held = self._opened().library.sources()
        chosen = [held[id] for id in ids.split(",") if id in held]
        tied = translations(held.values())

        def others(source: Source) -> list[Source]:
            return [other for other in tied.get(work(source), []) if other.id != source.id]

        return cards.sources_reply(language if language in SPOKEN else "en", chosen, others)


def answer(opened: Opened, text: str, language: str) -> Answer:
    """What this index answers to a question in this language, ISO 639-1."""
    hits, library = opened.index.search(text, language, DEPTH), opened.library
    return answering.compose(hits, language, opened.judge, library.page_text, library.source)


def _has_words(text: str) -> bool:
    """Two letters in a row at least: "1", "?" and a heart are no questions."""
    return bool(re.search(r"[^\W\d_]{2}", text))


def _is_safe_word(text: str) -> bool:
    return fold(text).strip(" .!?¡¿،؟*\"'\n") in SAFE_WORDS
