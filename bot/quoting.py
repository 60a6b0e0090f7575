"""Which sentences of the passages that were found are quoted, for which question.

All here is pure. A sentence is never quoted without what it needs to be understood: an item of a
list brings the line that leads into it, a lead-in its items, "They …" the sentence before.
"""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from bot.messages import Quote
from bot.wording import leads_in, leans_back, lines_of, lists, printed, same, says_something
from corpus.document import Passage
from corpus.sentences import sentences
from index.ports import Hit

SENTENCES = 4  # chosen at most; what they bring along is not counted, only measured
FEWEST = 2  # quoted at least, where the passages have them
FROM_ONE = 2  # chosen from one passage while others are good, too
LENGTH = 600  # characters of quotes to aim for, so that a reply stays under 1,000 with its sources
MOST = 900  # characters that the second sentence may take them to
ASIDE = 0.3  # a sentence worth this much less than the best one is beside the point
NEAR = 0.04  # a passage this far below the best one still belongs to the answer
SHOWN = 3  # sources under an answer, and titles named where there is none
LEAN = 0.5  # what it weighs that a sentence is nearer to one side of a comparison than to the other
_BACK = 3  # sentences that one may bring from before it: "They … This … It …"

PageText = Callable[[str], str]  # a passage's id to the stored text of its page
Place = tuple[int, int]  # which hit, which of its sentences


@dataclass(frozen=True, slots=True)
class _Text:
    """A hit with what its sentences need."""

    hit: Hit
    said: tuple[str, ...]  # the sentences; "" for one that is not on the stored page: never chosen
    lists: Mapping[int, range]  # the items by their lead-in
    leads: Mapping[int, int]  # the lead-in by each of its items

    def leans(self, number: int) -> bool:
        """Whether the sentence before must be read, and is one."""
        leans = number > 0 and leans_back(self.said[number], self.hit.passage.language)
        return leans and says_something(self.said[number - 1])


@dataclass(slots=True)
class _Chosen:
    """What is chosen so far."""

    places: set[Place] = field(default_factory=set)
    picks: list[Place] = field(default_factory=list)  # those that were chosen for their worth
    length: int = 0


def choose(
    good: Sequence[Hit], page_text: PageText, sides: Sequence[Sequence[Hit]] = ()
) -> list[Quote]:
    """Sentences of the best passages, chosen one by one for the question, in reading order.

    `good` are the hits that answer, best first. `sides` are what the same index finds for each of
    two things that the question compares: then each has a sentence that leans to it, where
    `good` holds one.
    """
    near = [hit for hit in good if hit.score >= good[0].score - NEAR][:SHOWN] if good else []
    far = [hit for hit in _best_for(sides, good) if hit not in near]
    texts = [_text(hit, page_text(hit.passage.id)) for hit in [*near, *far]]
    chosen = _Chosen()
    for place in _for_sides(texts, sides):
        _take(chosen, texts, place)
    every = _by_worth(texts[: len(near)])
    for worth, place in every:
        aside = len(chosen.places) >= FEWEST and worth < every[0][0] - ASIDE
        crowded = sum(at == place[0] for at, _ in chosen.picks) >= FROM_ONE and len(near) > 1
        if not aside and not crowded:
            _take(chosen, texts, place)
    return [quote for at in range(len(texts)) for quote in _runs(texts[at], at, chosen.places)]


def _best_for(sides: Sequence[Sequence[Hit]], good: Sequence[Hit]) -> list[Hit]:
    """For each side of a comparison the passage that is found first for it, of those that answer.

    No other is looked at besides the nearest: a single sentence far down the list is often close
    to a side by chance.
    """
    held = {hit.passage.id: hit for hit in good}
    found = ([id for hit in hits if (id := hit.passage.id) in held] for hits in sides)
    return [held[id] for id in dict.fromkeys(ids[0] for ids in found if ids)]


def _text(hit: Hit, page: str) -> _Text:
    texts = [sentence.text for sentence in hit.sentences]
    found = lists(texts, lines_of(hit.passage, texts))
    leads = {item: lead for lead, items in found.items() for item in items}
    return _Text(hit, printed(texts, page), found, leads)


def _worths(text: _Text) -> Iterator[tuple[int, float]]:
    """Each sentence that can be quoted; one of a better passage is worth that much more.

    An item of a list may be a word or two: its lead-in makes a sentence of it.
    """
    for number, sentence in enumerate(text.hit.sentences):
        said = text.said[number]
        if says_something(said) or (said and number in text.leads):
            yield number, text.hit.score + sentence.score


def _by_worth(texts: Sequence[_Text]) -> list[tuple[float, Place]]:
    every = [
        (worth, (at, number)) for at, text in enumerate(texts) for number, worth in _worths(text)
    ]
    return sorted(every, key=lambda item: (-item[0], item[1]))


def _for_sides(texts: Sequence[_Text], sides: Sequence[Sequence[Hit]]) -> Iterator[Place]:
    """For each side, the sentence that serves the question and leans most to this side.

    One that speaks of both wins twice, and is then enough.

    The index scores the sentences, as no words are shared where the question is in another
    language than the library. A passage that it does not find for both sides is judged by the
    question alone.
    """
    scores = [{hit.passage.id: hit.sentences for hit in hits} for hits in sides]
    for mine, others in (scores, scores[::-1]) if len(scores) == 2 else ():
        worths: dict[Place, float] = {}
        for at, text in enumerate(texts):
            own, other = (scored.get(text.hit.passage.id, ()) for scored in (mine, others))
            for number, worth in _worths(text):
                leaning = own[number].score - other[number].score if own and other else 0.0
                worths[at, number] = worth + LEAN * leaning
        if worths:
            yield max(worths, key=lambda place: (worths[place], -place[0], -place[1]))


def _take(chosen: _Chosen, texts: Sequence[_Text], place: Place) -> None:
    """Take a sentence with all that it needs, where there is room and it says something new."""
    at, number = place
    if place in chosen.places or _is_full(chosen, at) or _is_told(chosen, texts, place):
        return
    enough = len(chosen.places) >= FEWEST or chosen.length >= LENGTH
    room = (LENGTH if enough else MOST) - chosen.length
    company = _company(texts[at], number, LENGTH - chosen.length)
    fresh = [n for n in company if (at, n) not in chosen.places]
    length = sum(len(texts[at].said[n]) for n in fresh)
    if not fresh or (chosen.places and length > room):
        return
    chosen.places |= {(at, n) for n in fresh}
    chosen.picks.append(place)
    chosen.length += length


def _is_full(chosen: _Chosen, at: int) -> bool:
    passages = {which for which, _ in chosen.places} | {at}
    return len(chosen.picks) == SENTENCES or len(passages) > SHOWN


def _is_told(chosen: _Chosen, texts: Sequence[_Text], place: Place) -> bool:
    """Whether a sentence that is chosen already says the same."""
    at, number = place
    if number in texts[at].lists:  # two lists may begin alike
        return False
    text, language = texts[at].said[number], texts[at].hit.passage.language
    return any(
        same(text, texts[other].said[n], (language, texts[other].hit.passage.language))
        for other, n in chosen.places
    )


def _company(text: _Text, number: int, room: int) -> list[int]:
    """A sentence with those that it needs; empty where one of them cannot be quoted.

    A lead-in brings its items, in order, as many as there is room for and one at least.
    """
    needed = _needed(text, number)
    if leads_in(text.said[number]):
        items = _items(text, number, room - sum(len(text.said[n]) for n in needed))
        if not items:
            return []
        needed += items
    return sorted(needed) if all(text.said[n] for n in needed) else []


def _needed(text: _Text, number: int) -> list[int]:
    """The sentence, what it points back to, and the lead-in of each list that these stand in."""
    found, steps = [number], 0
    for n in found:  # grows as it goes
        if text.leads.get(n, n) not in found:
            found.append(text.leads[n])
        if steps < _BACK and n - 1 not in found and text.leans(n):
            found.append(n - 1)
            steps += 1
    return found


def _items(text: _Text, lead: int, room: int) -> list[int]:
    kept: list[int] = []
    for item in text.lists.get(lead, ()):
        room -= len(text.said[item])
        if not text.said[item] or (kept and room < 0):
            break
        kept.append(item)
    while kept and leads_in(text.said[kept[-1]]):  # into a list of its own that is not here
        kept.pop()
    return kept


def _runs(text: _Text, at: int, places: set[Place]) -> list[Quote]:
    """Sentences that follow one another on the page are one quote, each item on its own line."""
    numbers = sorted(number for which, number in places if which == at)
    runs = groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    return [_run(text.said, [n for _, n in run], text.leads, text.hit.passage) for _, run in runs]


def _run(said: Sequence[str], numbers: list[int], items: Container[int], passage: Passage) -> Quote:
    joints = (("\n" if n in items else " ") if k else "" for k, n in enumerate(numbers))
    text = "".join(joint + said[n] for joint, n in zip(joints, numbers, strict=True))
    return quote(text, passage, (numbers[0], numbers[-1]))


def requoted(passage: Passage, run: tuple[int, int], page: str) -> Quote | None:
    """The quote of these sentences, as a card showed it; None where they do not stand there."""
    texts = sentences(passage.text, passage.language)
    said = printed(texts, page)[run[0] : run[1] + 1]
    if run[0] > run[1] or len(said) != run[1] - run[0] + 1 or not all(said):
        return None
    items = {n for held in lists(texts, lines_of(passage, texts)).values() for n in held}
    return _run(printed(texts, page), list(range(run[0], run[1] + 1)), items, passage)


def quote(text: str, passage: Passage, run: tuple[int, int] | None = None) -> Quote:
    """Words of a passage, with where they stand."""
    return Quote(
        text=text,
        passage=passage.id,
        source=passage.source,
        page=passage.page,
        label=passage.label,
        language=passage.language,
        summary=passage.summary,
        run=run,
    )
