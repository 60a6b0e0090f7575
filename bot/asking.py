"""From a question to an Answer: what it wishes, what it compares, what it leans on.

A function of an opened index and a text: the assistant, the gate and the measurements call it.
"""

from dataclasses import replace

from bot import answering, turns
from bot.comparing import WIDE, for_both, in_english, sides_of
from bot.messages import Answer
from bot.spelling import spelled
from bot.turns import Turn
from bot.wishes import DEEP, NOTHING, Wish, best, read_wish, unmet
from index.opened import Opened

DEPTH = 8  # passages asked of the index


def answer(
    opened: Opened, text: str, language: str, wish: Wish = NOTHING, turn: Turn | None = None
) -> Answer:
    """What this index answers to a question in this language, ISO 639-1.

    `wish` is what the person always wishes of sources; what the question wishes counts more.
    `turn`: the one before, where the question is too short without it.

    The two sides of a comparison are asked for, too: 20 ms each for their vectors, and no port
    but the index, which scores sentences in any language.
    """
    library, ask = opened.library, opened.index.search
    asked, text = read_wish(spelled(text, language), language)
    sides = [ask(*in_english(side, language), WIDE) for side in sides_of(text, language)]
    depth = WIDE if sides else DEPTH if asked == wish == NOTHING else DEEP
    hits = turns.leaning(text, language, turn, opened) if turn else ask(text, language, depth)
    hits = best(for_both(hits, sides) if sides else hits, asked, library.source, DEPTH, wish)
    judge = opened.judge
    found = answering.compose(hits, language, judge, library.page_text, library.source, sides)
    return replace(found, unmet=unmet(found, asked, library.source))
