"""From hits to an answer: quotes that are checked on the page, or that nothing was found.

All here is pure: hits and look-ups in, an Answer out.
"""

from collections.abc import Callable, Iterable, Sequence

from bot.links import citation
from bot.messages import Answer, Citation, Quote
from bot.quoting import SHOWN, PageText, choose, quote
from bot.wording import stands_in
from corpus.document import Passage
from corpus.source import Source
from index.judge import Judge
from index.ports import Hit

ALSO = 0.5  # a passage with this share of the threshold is named under "see also", not quoted

SourceOf = Callable[[str], Source]


def compose(
    hits: Sequence[Hit],
    language: str,
    judge: Judge,
    page_text: PageText,
    source: SourceOf,
    sides: Sequence[Sequence[Hit]] = (),
) -> Answer:
    """The answer that the hits support. `hits` are best first, `language` is the question's.

    `sides` are the hits of each of two things that the question compares, see bot.comparing.
    """
    sure = [(hit, judge.confidence(hit.evidence, language)) for hit in hits]
    good = [hit for hit, confidence in sure if confidence >= judge.threshold]
    beside = [hit for hit, confidence in sure if confidence >= judge.threshold * ALSO]
    quotes = tuple(_verified(choose(good, page_text, sides), page_text))
    if not quotes:
        return Answer(
            answered=False,
            language=language,
            quotes=(),
            sources=(),
            nearest=tuple(_citations((hit.passage for hit in hits), source)),
            near=hits[0].passage.id if hits else "",
        )
    quoted = {quote.passage for quote in quotes}
    return Answer(
        answered=True,
        language=language,
        quotes=quotes,
        nearest=(),
        sources=tuple(_sources([hit.passage for hit in beside], quotes, source)),
        more=tuple(hit.passage.id for hit in good if hit.passage.id not in quoted),
    )


def _verified(quotes: Iterable[Quote], page_text: PageText) -> Iterable[Quote]:
    return (quote for quote in quotes if stands_in(quote.text, page_text(quote.passage)))


def _sources(
    passages: Sequence[Passage], quotes: Sequence[Quote], source: SourceOf
) -> list[Citation]:
    """Each page that was quoted, in order, then other sources that are near; up to SHOWN."""
    fragments = {quote.passage: quote.text for quote in reversed(quotes) if not quote.summary}
    order = list(dict.fromkeys(quote.passage for quote in quotes))
    places: dict[tuple[str, int | None], Passage] = {}
    for passage in sorted((p for p in passages if p.id in order), key=lambda p: order.index(p.id)):
        places.setdefault((passage.source, passage.page), passage)
    cited = [citation(source(p.source), p, fragments.get(p.id, "")) for p in places.values()]
    named = {citation.source for citation in cited}
    others = [passage for passage in passages if passage.source not in named]
    return [*cited, *_citations(others, source)][:SHOWN]


def _citations(passages: Iterable[Passage], source: SourceOf) -> list[Citation]:
    """One a source, in order, up to SHOWN; each at the page of its first passage."""
    first: dict[str, Passage] = {}
    for passage in passages:
        first.setdefault(passage.source, passage)
    return [citation(source(id), passage) for id, passage in list(first.items())[:SHOWN]]


def quotes_of(passages: Iterable[Passage], page_text: PageText) -> list[Quote]:
    """The opening of each passage as a verified quote, for a person who asks for more."""
    openings = (quote(_opening(passage.text), passage) for passage in passages)
    return list(_verified(openings, page_text))


def _opening(text: str, length: int = 300) -> str:
    """Whole lines up to about `length` characters; the first line always."""
    lines = text.split("\n")
    kept = lines[:1]
    for line in lines[1:]:
        if len(" ".join([*kept, line])) > length:
            break
        kept.append(line)
    return " ".join(kept)
