"""From hits to an answer: choose sentences, check every quote, or say that nothing was found.

All here is pure: hits and look-ups in, an Answer out.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from bot.links import citation
from bot.messages import Answer, Citation, Quote
from corpus.document import Passage
from corpus.source import Source
from index.judge import Judge
from index.ports import Hit, Sentence

SENTENCES = 4  # quoted at most
FEWEST = 2  # quoted at least, where the passages have them
FROM_ONE = 2  # sentences from the best passage while others are good too
LENGTH = 600  # characters of quotes to aim for, so that a reply stays under 1,000 with its sources
ASIDE = 0.2  # a sentence worth this much less than the best one is beside the point
NEAR = 0.04  # a passage this far below the best one still belongs to the answer
ALSO = 0.5  # a passage with this share of the threshold is named under "see also", not quoted
SHOWN = 3  # sources under an answer, and titles named where there is none

_CREDIT = re.compile(
    r"\s*(©|(photo|foto|source|fuente|fonte|crédits?|credit)s?\s*[:©])", re.IGNORECASE
)

PageText = Callable[[str], str]  # a passage's id to the stored text of its page
SourceOf = Callable[[str], Source]


def compose(
    hits: Sequence[Hit], language: str, judge: Judge, page_text: PageText, source: SourceOf
) -> Answer:
    """The answer that the hits support. `hits` are best first, `language` is the question's."""
    sure = [(hit, judge.confidence(hit.evidence, language)) for hit in hits]
    good = [hit for hit, confidence in sure if confidence >= judge.threshold]
    beside = [hit for hit, confidence in sure if confidence >= judge.threshold * ALSO]
    quotes = tuple(_verified(_quotes([_as_printed(hit, page_text) for hit in good]), page_text))
    if not quotes:
        return Answer(
            answered=False,
            language=language,
            quotes=(),
            sources=(),
            nearest=tuple(_citations((hit.passage for hit in hits), source)),
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


def _quotes(good: Sequence[Hit]) -> list[Quote]:
    """Sentences of the best passages, chosen one by one for the question, in reading order."""
    if not good:
        return []
    near = [hit for hit in good if hit.score >= good[0].score - NEAR][:SHOWN]
    chosen: list[tuple[int, int]] = []  # (which hit, which sentence)
    seen: set[str] = set()
    length = 0
    every = _by_worth(near)
    for worth, at, sentence, text in every:
        key = _bare(text)
        first = sum(hit == at for hit, _ in chosen)
        enough = len(chosen) >= FEWEST
        full = enough and length + len(text) > LENGTH
        aside = enough and worth < every[0][0] - ASIDE
        if key in seen or full or aside or len(chosen) == SENTENCES:
            continue
        if first >= FROM_ONE and len(near) > 1:
            continue
        chosen.append((at, sentence))
        seen.add(key)
        length += len(text)
    return [quote for at, hit in enumerate(near) for quote in _runs(hit, at, sorted(chosen))]


def _by_worth(near: Sequence[Hit]) -> list[tuple[float, int, int, str]]:
    """Every sentence, best first; a sentence of a better passage is worth that much more."""
    every = [
        (hit.score + sentence.score, at, number, sentence.text)
        for at, hit in enumerate(near)
        for number, sentence in enumerate(hit.sentences)
        if _says_something(sentence)
    ]
    every.sort(key=lambda item: (-item[0], item[1], item[2]))
    return every


def _says_something(sentence: Sentence) -> bool:
    """Not a bare heading, a number, a fragment or the credit of a picture."""
    enough = len(re.findall(r"[^\W\d_]{2,}", sentence.text)) >= 4
    return enough and not _CREDIT.match(sentence.text)


def _runs(hit: Hit, at: int, chosen: list[tuple[int, int]]) -> list[Quote]:
    """Sentences that follow one another on the page are one quote."""
    numbers = [sentence for which, sentence in chosen if which == at]
    runs = groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    texts = (" ".join(hit.sentences[n].text for _, n in run) for _, run in runs)
    return [_quote(text, hit.passage) for text in texts]


def _quote(text: str, passage: Passage) -> Quote:
    return Quote(
        text=text,
        passage=passage.id,
        source=passage.source,
        page=passage.page,
        label=passage.label,
        language=passage.language,
        summary=passage.summary,
    )


def _as_printed(hit: Hit, page_text: PageText) -> Hit:
    """The hit with the sentences that its stored page does not say made empty, so never chosen."""
    page = _bare(page_text(hit.passage.id))
    said = (s if _bare(s.text) in page else replace(s, text="") for s in hit.sentences)
    return replace(hit, sentences=tuple(said))


def _verified(quotes: Iterable[Quote], page_text: PageText) -> Iterable[Quote]:
    return (quote for quote in quotes if stands_in(quote.text, page_text(quote.passage)))


def stands_in(quote: str, page: str) -> bool:
    """Whether the page says exactly this, white space and hyphenation aside."""
    return bool(_bare(quote)) and _bare(quote) in _bare(page)


def _bare(text: str) -> str:
    return re.sub(r"[\s\u00ad\u2010-]+", "", text)


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
    openings = (_quote(_opening(passage.text), passage) for passage in passages)
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
