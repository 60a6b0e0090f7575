"""What is measured of an answer: its sources, its quotes, and whether there should be one."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.evaluation.scorecard import Observation
from bot.evaluation.sets import Case
from bot.messages import Answer, Citation, Quote
from corpus.library import Library
from index.languages import fold

_BLANK = re.compile(r"[\s\u00ad\u2010-]+")


def observations(case: Case, answer: Answer, library: Library) -> Iterator[Observation]:
    """All that one answer shows by itself."""
    shown = answer.sources or answer.nearest
    language = case.language or answer.language

    def seen(metric: str, value: float, weight: float = 1.0) -> Observation:
        return Observation(
            metric=metric, question=case.id, language=language, value=value, weight=weight
        )

    if not case.expected:
        yield seen("answered wrongly", answer.answered)
    else:
        yield seen("answered", answer.answered)
        yield seen("source@1", any(c.source in case.expected for c in shown[:1]))
        yield seen("source@3", any(c.source in case.expected for c in shown[:3]))
        if case.places:
            yield seen("page@1", any(_at(c, case) for c in shown[:1]))
        found = answer.answered and any(c.source in case.expected for c in shown)
        if case.answers and found:
            yield seen("span quoted", quotes_span(answer.quotes, case.answers))
    if answer.quotes:
        true = [stands(quote, library) for quote in answer.quotes]
        yield seen("quotes verify", sum(true) / len(true), len(true))


def _at(citation: Citation, case: Case) -> bool:
    """Whether the citation opens a page that was expected, by its number or its printed label."""
    pages = {str(page) for page in (citation.page, citation.label) if page is not None}
    return any((citation.source, page) in case.places for page in pages)


def stands(quote: Quote, library: Library) -> bool:
    """Whether the library's stored page says this, and is the page that the quote names.

    Checked anew, not by the assistant's own check: white space and hyphens aside, letter by letter.
    """
    try:
        passage, page = library.passage(quote.passage), library.page_text(quote.passage)
    except KeyError:
        return False
    bare = _BLANK.sub("", quote.text)
    same_place = (passage.source, passage.page) == (quote.source, quote.page)
    return bool(bare) and same_place and bare in _BLANK.sub("", page)


def quotes_span(quotes: Iterable[Quote], spans: Iterable[str]) -> bool:
    """Whether one of the spans is in the quotes; case, accents and white space do not count."""
    said = " ".join(_plain(quote.text) for quote in quotes)
    return any(_has(said, _plain(span)) for span in spans if _plain(span))


def _plain(text: str) -> str:
    return " ".join(fold(text).split())


def _has(said: str, span: str) -> bool:
    """As letters, since not every script parts its words; but "4" is not in "24"."""
    return re.search(rf"(?<!\d){re.escape(span)}(?!\d)", said) is not None


def agreement(cases: Sequence[Case], answers: Mapping[str, Answer]) -> Iterator[Observation]:
    """Whether the same question shows the same first source, and page, in other languages.

    A question's value is the share of the same question's other languages that show the same.
    """
    tied: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.same and case.id in answers:
            tied[case.same].append(case)
    for group in tied.values():
        first = {case.id: _first(answers[case.id]) for case in group}
        for case in group:
            others = [first[other.id] for other in group if other.language != case.language]
            if others:
                own, language = first[case.id], case.language or answers[case.id].language
                for metric, depth in (("same source", 1), ("same page", 2)):
                    yield Observation(
                        metric=metric,
                        question=case.id,
                        language=language,
                        value=sum(own[:depth] == other[:depth] for other in others) / len(others),
                        group=case.same,
                    )


def _first(answer: Answer) -> tuple[object, object]:
    """The source and the page that are shown first; nothing shown is like nothing else."""
    shown = answer.sources or answer.nearest
    return (shown[0].source, shown[0].page) if shown else (object(), object())
