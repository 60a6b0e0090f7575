"""What the hub's staff write: quotes of the library and words of their own, as an Answer.

A quote of theirs is checked on the stored page like any other: here when it is written, and again
each time that it is shown.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot import cards
from bot.answering import quotes_of
from bot.desk.telling import Told
from bot.links import citation
from bot.messages import Answer, Quote, Staff
from bot.phrases import detect
from bot.quoting import quote
from bot.wording import stands_in
from corpus.document import Passage
from corpus.library import Library

LONGEST = 600  # characters of the staff's own words
REPLY = 1_000  # characters of the whole reply, as a person reads it


class BadAnswer(Told):
    """An answer that cannot be given. The text says what is wrong with it, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """Words that staff quote."""

    passage: str  # its id
    source: str  # and its source's
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An answer as staff wrote it."""

    text: str  # their own words; "" where quotes alone answer
    language: str  # of the text, ISO 639-1
    quotes: tuple[Picked, ...] = ()


def picked(library: Library, choice: str) -> Picked:
    """A quote as it is typed: "ID", a passage's opening; or "ID=its words". Raises BadAnswer."""
    id, _, words = choice.partition("=")
    passage = held(library, id.strip())
    if not words.strip():
        made = quotes_of([passage], library.page_text)
        words = made[0].text if made else ""
    if not stands_in(words, library.page_text(passage.id)):
        raise BadAnswer(
            "passage {passage}: does not say “{words}”; copy its own words",
            passage=passage.id,
            words=words[:60],
        )
    return Picked(passage=passage.id, source=passage.source, words=" ".join(words.split()))


def held(library: Library, id: str) -> Passage:
    """A passage. Raises BadAnswer where the library holds none of this id."""
    try:
        return library.passage(id)
    except KeyError:
        raise BadAnswer(
            "passage {passage}: is not in the library; look for another", passage=id
        ) from None


def answer(written: Written, asked: str, at: float, language: str, library: Library) -> Answer:
    """The answer that a person of this language reads; `asked` is the question that was answered.

    Raises BadAnswer where a quote does not stand on its page, or nothing is left to read.
    """
    quotes, passages = [], []
    for one in written.quotes:
        passage = held(library, one.passage)
        if passage.source != one.source or not stands_in(one.words, library.page_text(passage.id)):
            raise BadAnswer(
                "passage {passage}: no longer says what is quoted of it", passage=passage.id
            )
        quotes.append(quote(one.words, passage))
        passages.append(passage)
    if not quotes and not written.text:
        raise BadAnswer("an answer needs a quote or a text; give one of them")
    return Answer(
        answered=True,
        language=language,
        quotes=tuple(quotes),
        sources=tuple(
            citation(library.source(p.source), p, said.text if not p.summary else "")
            for p, said in _places(passages, quotes)
        ),
        nearest=(),
        staff=Staff(
            on=datetime.fromtimestamp(at, UTC).date(),
            asked=asked,
            text=written.text,
            language=written.language,
        ),
    )


def own_words(wording: str, asked: str) -> tuple[str, str]:
    """What an answer is kept under for others, with its language.

    Raises BadAnswer where it is the person's question itself: they were told that it is erased.
    """
    if _plain(wording) == _plain(asked):
        raise BadAnswer(
            "this is the person's own question, which is erased; put it in your own words"
        )
    return wording, detect(wording)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def checked(written: Written, asked: str, at: float, language: str, library: Library) -> Answer:
    """The same, for who writes it: raises BadAnswer also where it is too long for a phone."""
    if len(written.text) > LONGEST:
        raise BadAnswer(
            "the text has {count} characters; {longest} fit, so shorten it",
            count=len(written.text),
            longest=LONGEST,
        )
    made = answer(written, asked, at, language, library)
    over = cards.length(cards.answer_reply(made)) - REPLY
    if over > 0:
        raise BadAnswer(
            "the reply is {count} characters too long for a phone; quote or write less", count=over
        )
    return made


def _places(passages: Sequence[Passage], quotes: Sequence[Quote]) -> list[tuple[Passage, Quote]]:
    """The first quote of each page."""
    first: dict[tuple[str, int | None], tuple[Passage, Quote]] = {}
    for passage, said in zip(passages, quotes, strict=True):
        first.setdefault((passage.source, passage.page), (passage, said))
    return list(first.values())
