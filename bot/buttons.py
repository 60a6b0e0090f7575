"""What stands behind the buttons "More" and "Sources": from the ids that they carry to a reply."""

from collections.abc import Callable

from bot import answering, cards
from bot.links import citation
from bot.messages import Answer, Reply
from bot.phrases import languages
from corpus.library import Library
from corpus.source import Source
from corpus.works import translations, work

Mark = Callable[[Answer], Answer]


def more(data: str, library: Library, mark: Mark = lambda answer: answer) -> Reply:
    """The next passages; `data` is a language and their ids: "en:id,id".

    `mark` adds what is known of the files behind them.
    """
    language, _, ids = data.partition(":")
    passages = []
    for id in ids.split(","):
        try:
            passages.append(library.passage(id))
        except KeyError:  # gone from the library since the button was made
            continue
    quotes = answering.quotes_of(passages, library.page_text)
    places = {(p.source, p.page): p for p in reversed(passages)}
    ordered = dict.fromkeys((p.source, p.page) for p in passages)
    cited = [citation(library.source(id), places[id, page]) for id, page in ordered]
    found = Answer(
        answered=True,
        language=language if language in languages() else "en",
        quotes=tuple(quotes),
        sources=tuple(cited),
        nearest=(),
    )
    return cards.more_reply(mark(found))


def sources(data: str, library: Library) -> Reply:
    """Who wrote each source; `data` is a language and the sources' ids: "en:id,id"."""
    language, _, ids = data.partition(":")
    held = library.sources()
    chosen = [held[id] for id in ids.split(",") if id in held]
    tied = translations(held.values())

    def others(source: Source) -> list[Source]:
        return [other for other in tied.get(work(source), []) if other.id != source.id]

    return cards.sources_reply(language if language in languages() else "en", chosen, others)
