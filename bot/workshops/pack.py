"""What a workshop takes to places without signal: one page of answers that searches itself.

`gather` asks the library the workshop's questions, as anybody would in the chat, and adds the
passages that are nearest to its topic. A passage stands whole only where its licence lets anybody
pass it on, or where its words are the Exchange's own; of others its opening is quoted. What
practitioners told is left out: they may take it back, and nobody can take back a file.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, zip_longest
from typing import TypeVar

from bot import cards
from bot.answering import quotes_of
from bot.asking import answer
from bot.channels.web_render import direction
from bot.links import citation
from bot.messages import Answer, Citation, Line, Quote
from bot.pages import may_share
from bot.phrases import speak
from bot.privacy import NAME
from bot.quoting import quote
from bot.replies import plain
from bot.safeguarding.cards import BY_COUNTRY, DANGER
from bot.safeguarding.helplines import DIRECTORY, countries, of_country
from bot.wishes import Wish
from bot.wording import stands_in
from bot.workshops.markup import made, script
from bot.workshops.numbers import Number, long_day, numbers
from bot.workshops.workshop import Workshop
from corpus.document import Passage
from corpus.library import Library
from corpus.source import PRACTICE, Source
from index.opened import Opened
from index.snapshots import published

LARGEST = 1_000_000  # bytes of the page
MOST = 120  # passages beside the answers
DEPTH = 60  # passages asked of the index for the topic and for each question

Shown = TypeVar("Shown", Quote, Citation)
Kept = Callable[[str, Answer, Opened], Answer]  # a question: the same answer, or one of the staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A question with its answer, or a passage."""

    title: str  # the question, or what stands over the passage; may be empty
    lines: tuple[Line, ...]  # as the chat shows them


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """All that stands in a pack, in its language."""

    language: str
    direction: str  # HTML's `dir`
    title: str
    topic: str
    name: str  # of the assistant
    dates: str  # of the library, and of the pack
    offline: str  # how to use it
    search: str
    found: str  # with a place for a number
    nothing: str
    help_title: str
    danger: str
    here: tuple[Number, ...]  # helplines of the workshop's country
    answers_title: str
    answers: tuple[Entry, ...]
    passages_title: str
    passages: tuple[Entry, ...]
    numbers_title: str
    numbers: tuple[Number, ...]  # one a country
    elsewhere: str  # before the address of the directory
    directory: str


def gather(workshop: Workshop, opened: Opened, today: date, kept: Kept) -> Pack:
    """The words of a workshop's pack. `kept` puts in answers of the staff, see bot.desk.matching.

    Raises StaleIndex.
    """
    language, say = workshop.language, speak(workshop.language)
    answers = [_answered(text, workshop, opened, kept) for text in workshop.questions]
    return Pack(
        language=language,
        direction=direction(language),
        title=workshop.title,
        topic=workshop.topic,
        name=NAME,
        dates=say("The library as of {library}; this page was made on {made}.").format(
            library=long_day(published(opened.folder), language), made=long_day(today, language)
        ),
        offline=say(
            "Keep this file on your phone: it needs no network. Only the links to the sources do."
        ),
        search=say("Search in this page"),
        found=say("Found: {number}"),
        nothing=say("Nothing found. Try one other word."),
        help_title=say("In danger?"),
        danger=say(DANGER),
        here=numbers(of_country(workshop.country), language),
        answers_title=say("Questions to begin with"),
        answers=tuple(answers),
        passages_title=say("More from the library"),
        passages=tuple(_entries(_nearest(workshop, opened), language, opened.library)),
        numbers_title=say("Child helplines"),
        numbers=numbers(countries(language), language),
        elsewhere=say(BY_COUNTRY),
        directory=DIRECTORY,
    )


def html(pack: Pack) -> str:
    """The pack as one page that needs nothing else, of LARGEST bytes at most."""
    code, trusted = script("pack.js")
    while True:
        page = made("pack.html", pack=pack, script=code, trusted=trusted)
        size = len(page.encode())
        if size <= LARGEST or not pack.passages:
            return page
        room = min(len(pack.passages) - 1, len(pack.passages) * LARGEST // size)
        pack = replace(pack, passages=pack.passages[:room])


def _answered(text: str, workshop: Workshop, opened: Opened, kept: Kept) -> Entry:
    wish = Wish(country=workshop.country, setting=workshop.setting)
    found = kept(text, answer(opened, text, workshop.language, wish), opened)
    return Entry(title=text, lines=cards.answer_reply(_lasting(found, opened.library)).lines)


def _lasting(found: Answer, library: Library) -> Answer:
    """The answer without what practitioners told."""

    def lasting(shown: tuple[Shown, ...]) -> tuple[Shown, ...]:
        return tuple(one for one in shown if _lasts(one.source, library))

    quotes = lasting(found.quotes)
    staff = found.staff is not None and bool(found.staff.text)
    return replace(
        found,
        answered=found.answered and (bool(quotes) or staff),
        quotes=quotes,
        sources=lasting(found.sources),
        nearest=lasting(found.nearest),
    )


def _nearest(workshop: Workshop, opened: Opened) -> list[Passage]:
    """Passages for the topic and for each question, by turns; the workshop's documents first."""
    asked = [workshop.topic or workshop.title, *workshop.questions]
    found = (
        [hit.passage for hit in opened.index.search(text, workshop.language, DEPTH)]
        for text in asked
    )
    turns = chain.from_iterable(zip_longest(*found))
    each = {one.id: one for one in turns if one is not None and _lasts(one.source, opened.library)}
    ranked = sorted(each.values(), key=lambda one: one.source not in workshop.documents)
    return ranked[:MOST]


def _lasts(source: str, library: Library) -> bool:
    """Whether it may stand in a file that nobody can take back."""
    return library.source(source).kind != PRACTICE


def _entries(passages: Iterable[Passage], language: str, library: Library) -> Iterator[Entry]:
    """Each passage as an answer of one quote shows it; none that its page does not say."""
    for passage in passages:
        source = library.source(passage.source)
        if quotes := _quoted(passage, source, library):
            answer = Answer(
                answered=True, language=language, quotes=quotes, nearest=(),
                sources=(citation(source, passage),),
            )  # fmt: skip
            lines = cards.answer_reply(answer).lines
            if not passage.summary and may_share(source.licence):
                lines = (*lines, plain(cards.licence(source, speak(language))))
            yield Entry(title=passage.headings[-1] if passage.headings else "", lines=lines)


def _quoted(passage: Passage, source: Source, library: Library) -> tuple[Quote, ...]:
    """The whole passage where it may be passed on, else its opening; as the page says it."""
    whole = passage.summary or may_share(source.licence)
    if whole and stands_in(passage.text, library.page_text(passage.id)):
        return (quote(passage.text, passage),)
    return tuple(quotes_of([passage], library.page_text))
