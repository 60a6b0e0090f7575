"""Inline search: words typed as `@bot words` in any chat are answered with passages to send there.

Nothing is counted and nothing kept of what is typed: it comes letter by letter.
"""

from collections.abc import Sequence

from bot import answering, cards
from bot.links import citation
from bot.messages import Answer, Citation, Offer, Quote, Reply
from bot.phrases import speak
from corpus.document import Passage
from corpus.library import Library

OFFERS = 3
WORDS, LETTERS = 3, 8  # a question has as many at least; less is still being typed


def is_question(text: str) -> bool:
    """Whether there is enough to search for."""
    return len(text.split()) >= WORDS and len(text.strip()) >= LETTERS


def none(language: str) -> Reply:
    """Nothing to offer."""
    return Reply(language=language, lines=())


def nothing_found(language: str) -> Reply:
    """For a whole question to which nothing is held: that it is so, and the way to our chat."""
    title = speak(language)("I found nothing for that. Ask me in my chat")
    offer = Offer(id="start", title=title, description="", reply=none(language))
    return Reply(language=language, lines=(), offers=(offer,))


def offered(answer: Answer, library: Library) -> Reply:
    """The passages of an answer, best first: each a card of its own, with its link."""
    if not answer.answered:
        return nothing_found(answer.language)
    quotes: dict[str, list[Quote]] = {}
    for quote in answer.quotes:
        quotes.setdefault(quote.passage, []).append(quote)
    passages = [library.passage(id) for id in dict.fromkeys((*quotes, *answer.more))]
    openings = answering.quotes_of((p for p in passages if p.id not in quotes), library.page_text)
    for quote in openings:
        quotes[quote.passage] = [quote]
    offers = [
        _offer(passage, quotes[passage.id], _cited(passage, quotes[passage.id], library), answer)
        for passage in passages
        if passage.id in quotes
    ]
    return Reply(language=answer.language, lines=(), offers=tuple(offers[:OFFERS]))


def _cited(passage: Passage, quotes: Sequence[Quote], library: Library) -> Citation:
    words = next((quote.text for quote in quotes if not quote.summary), "")
    return citation(library.source(passage.source), passage, words)


def _offer(passage: Passage, quotes: Sequence[Quote], cited: Citation, answer: Answer) -> Offer:
    alone = Answer(
        answered=True,
        language=answer.language,
        quotes=tuple(quotes),
        sources=(cited,),
        nearest=(),
    )
    card = cards.answer_reply(alone)
    return Offer(
        id=passage.id,
        title=cited.title,
        description=" ".join(quote.text for quote in quotes),
        # Buttons work in our chat alone: the link leads there.
        reply=Reply(language=card.language, lines=card.lines, link=card.link),
    )
