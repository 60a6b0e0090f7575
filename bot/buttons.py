"""What stands behind the buttons "More" and "Sources", and behind a link: from ids to a reply."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress

from bot import again, answering, cards
from bot.links import citation
from bot.messages import Answer, Quote, Reply
from bot.phrases import languages
from bot.quoting import requoted
from corpus.document import Passage
from corpus.library import Library
from corpus.source import Source
from corpus.works import translations, work

Mark = Callable[[Answer], Answer]


def more(data: str, library: Library, mark: Mark = lambda answer: answer) -> Reply:
    """The next passages; `data` is a language and their ids: "en:id,id".

    `mark` adds what is known of the files behind them.
    """
    language, _, ids = data.partition(":")
    passages = list(_held(ids.split(","), library))
    quotes = answering.quotes_of(passages, library.page_text)
    return cards.more_reply(mark(_answer(language, passages, quotes, library)))


def card(data: str, library: Library, mark: Mark = lambda answer: answer) -> Reply:
    """The card that a colleague shared; `data` is a language and what `again.link` put behind it.

    What the library no longer holds is left out; where that is all of it, the reply says so.
    """
    language, _, held = data.partition(":")
    entries = dict(again.entries(held))
    passages = list(_held(entries, library))
    quotes = [
        quote for p in passages for quote in _shared(p, entries[p.id], library.page_text(p.id))
    ]
    return cards.more_reply(mark(_answer(language, passages, quotes, library)))


def _shared(passage: Passage, runs: Sequence[tuple[int, int]], page: str) -> list[Quote]:
    if not runs:
        return answering.quotes_of([passage], lambda _: page)
    quotes = (requoted(passage, run, page) for run in runs)
    return [quote for quote in quotes if quote is not None]


def _held(ids: Iterable[str], library: Library) -> Iterator[Passage]:
    for id in ids:
        with suppress(KeyError):  # gone from the library since the button was made
            yield library.passage(id)


def _answer(
    language: str, passages: Sequence[Passage], quotes: Sequence[Quote], library: Library
) -> Answer:
    """An answer of these quotes, each passage with its source."""
    words = {quote.passage: quote.text for quote in reversed(quotes) if not quote.summary}
    places = {(p.source, p.page): p for p in reversed(passages)}
    ordered = dict.fromkeys((p.source, p.page) for p in passages)
    cited = [
        citation(library.source(at[0]), places[at], words.get(places[at].id, "")) for at in ordered
    ]
    return Answer(
        answered=True,
        language=language if language in languages() else "en",
        quotes=tuple(quotes),
        sources=tuple(cited),
        nearest=(),
    )


def sources(data: str, library: Library) -> Reply:
    """Who wrote each source; `data` is a language and the sources' ids: "en:id,id"."""
    language, _, ids = data.partition(":")
    held = library.sources()
    chosen = [held[id] for id in ids.split(",") if id in held]
    tied = translations(held.values())

    def others(source: Source) -> list[Source]:
        return [other for other in tied.get(work(source), []) if other.id != source.id]

    return cards.sources_reply(language if language in languages() else "en", chosen, others)
