"""One language's words and patterns, read from a table, and where they stand in a message.

A message is a list of folded words; a pattern is a sequence of items. An item is a set of words
and ideas, or a gap. Matching carries the set of places reached so far from item to item.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from index.languages import fold

FOLDER = Path(__file__).with_name("tables")
GAP = 5  # words that ".." may stand for
LONG = 5  # letters from which on a mistyped word is taken for the one it resembles
VERY_LONG = 9  # from here on two slips are allowed
IDEAS = frozenset("kin hurt hurtful children mine now told pro past".split())
PATTERNS = frozenset(
    "first self near self_harm forced practitioner grooming frame staged topic ambiguous"
    " harmless".split()
)
_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_WORD = re.compile(r"[^\W_]+")
_DOUBLE = re.compile(r"([^\W\d_])\1+")
_BRACES = re.compile(r"{([^{}]*)}")
LOOK_ALIKE = str.maketrans("авеһнікморсѕтухјαβεηικμνορτυχ", "abehhikmopcstyxjabehikmvoptux")
"""Cyrillic and Greek letters, folded, that look like Latin ones."""
_CONFUSED: dict[int, str | int | None] = {ord("ظ"): "ض", ord("ى"): "ي", **LOOK_ALIKE}

Words = tuple[str, ...]


class BadTable(Exception):
    """A line of a table that cannot be read. The text says which, and why."""


@dataclass(frozen=True, slots=True)
class Item:
    """One place of a pattern: any of these words, ideas or beginnings; a gap where all is empty."""

    words: frozenset[str]
    ideas: frozenset[str]
    stems: re.Pattern[str] | None

    @property
    def gap(self) -> bool:
        """Whether it stands for up to GAP words of any kind."""
        return not (self.words or self.ideas or self.stems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What one language has to say."""

    spellings: Mapping[Words, Words]  # SMS spelling to the full one
    phrases: Mapping[str, Mapping[Words, frozenset[str]]]  # by first word: phrase to its ideas
    patterns: Sequence[tuple[str, tuple[Item, ...]]]
    near: Mapping[str, tuple[int, ...]]  # by a word or idea that they need: patterns' numbers
    always: tuple[int, ...]  # patterns that need none
    known: frozenset[str]  # every word of the table, and words that only look like one of them
    alike: Mapping[str, tuple[str, ...]]  # by first letter: words that a mistyped one may mean
    speaker: re.Pattern[str] | None  # what in a verb says "me" or "us"

    def told(self, said: list[str], *, mend: bool = True) -> set[str]:
        """The ideas and patterns found in `said`, a `words_of`; `mend`: slips put right."""
        words = self._read(said, mend)
        places = self._places(words)
        near = {number for one in (*words, *places) for number in self.near.get(one, ())}
        chosen = (self.patterns[number] for number in (*self.always, *near))
        found = {use for use, items in chosen if matches(items, words, places)}
        return found | {idea for idea, spans in places.items() if spans}

    def knows(self, said: list[str]) -> int:
        """How many of `said`, a `words_of`, the table holds."""
        return sum(word in self.known for word in said)

    def _read(self, words: Sequence[str], mend: bool) -> list[str]:
        if mend:
            words = [self._meant(word) for word in respelt(words, self.spellings)]
        return list(respelt(words, self.spellings))

    def _meant(self, word: str) -> str:
        if len(word) < LONG or word in self.known:
            return word
        near = self.alike.get(word[0], ())
        slips = 2 if len(word) >= VERY_LONG else 1
        if self.speaker and not self.speaker.search(word):  # no slip makes "them" "me"
            near = tuple(one for one in near if not self.speaker.search(one))
        best = extractOne(word, near, scorer=OSA.distance, score_cutoff=slips)
        return str(best[0]) if best else word

    def _places(self, words: Sequence[str]) -> dict[str, dict[int, set[int]]]:
        """For each idea, where it starts and the places after its end."""
        places: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        for at, word in enumerate(words):
            for phrase, ideas in self.phrases.get(word, {}).items():
                if tuple(words[at : at + len(phrase)]) == phrase:
                    for idea in ideas:
                        places[idea][at].add(at + len(phrase))
        return places


def words_of(text: str) -> list[str]:
    """The words, folded: no accents, no apostrophes, repeated letters once."""
    bare = _APOSTROPHES.sub("", fold(text))
    if not bare.isascii():
        bare = bare.translate(_CONFUSED)
    return _WORD.findall(_DOUBLE.sub(r"\1", bare))


def respelt(words: Sequence[str], spellings: Mapping[Words, Words]) -> Iterator[str]:
    """The words with those of `spellings` (of up to three words) put in full."""
    at = 0
    while at < len(words):
        for length in (3, 2, 1):
            full = spellings.get(tuple(words[at : at + length]))
            if full is not None:
                yield from full
                at += length
                break
        else:
            yield words[at]
            at += 1


def matches(
    items: Sequence[Item], words: Sequence[str], places: Mapping[str, Mapping[int, set[int]]]
) -> bool:
    """Whether the items stand in `words`, one after the other."""
    for item in items:  # one that stands nowhere decides: so most patterns end, in a microsecond
        if not (_stands(item, words, places) or item.gap):
            return False
    reached = set(range(len(words)))
    for item in items:
        if item.gap:
            last = len(words)
            reached = {n for at in reached for n in range(at, min(at + GAP, last) + 1)}
        else:
            reached = {end for at in reached for end in _ends(item, at, words, places)}
        if not reached:
            return False
    return True


def _stands(item: Item, words: Sequence[str], places: Mapping[str, object]) -> bool:
    """Whether the item stands anywhere."""
    if not (item.words.isdisjoint(words) and item.ideas.isdisjoint(places)):
        return True
    return item.stems is not None and any(map(item.stems.fullmatch, words))


def _ends(
    item: Item, at: int, words: Sequence[str], places: Mapping[str, Mapping[int, set[int]]]
) -> Iterator[int]:
    if at >= len(words):
        return
    if words[at] in item.words or (item.stems and item.stems.fullmatch(words[at])):
        yield at + 1
    for idea in item.ideas:
        yield from places.get(idea, {}).get(at, ())


def expanded(form: str) -> Iterator[str]:
    """A form with {a,b} as all that it stands for."""
    parts = _BRACES.split(form)
    choices = [part.split(",") if n % 2 else [part] for n, part in enumerate(parts)]
    return ("".join(chosen) for chosen in itertools.product(*choices))


def read_table(path: Path) -> Table:
    """The table in the file. Raises BadTable."""
    spellings: dict[Words, Words] = {}
    phrases: dict[str, dict[Words, frozenset[str]]] = defaultdict(dict)
    patterns: list[tuple[str, tuple[Item, ...]]] = []
    known: set[str] = set()
    speaker: list[str] = []
    for number, use, text in _rows(path):
        if use == "sms":
            spellings |= dict(_spelling(form) for form in forms_of(text))
        elif use == "known":
            known |= {word for form in forms_of(text) for word in words_of(form)}
        elif use == "speaker":
            speaker += forms_of(text)
        elif use in IDEAS:
            _add(phrases, use, text)
        elif use in PATTERNS:
            patterns.append((use, _pattern(text, path, number)))
        else:
            raise BadTable(f"{path.name}, line {number}: no use {use!r}")
    told = {word for group in phrases.values() for phrase in group for word in phrase}
    told |= {word for _, items in patterns for item in items for word in item.words}
    told |= {word for full in spellings.values() for word in full}
    return Table(
        spellings=spellings,
        phrases=dict(phrases),
        patterns=patterns,
        known=frozenset(known | told | {word for short in spellings for word in short}),
        near=_by_need([items for _, items in patterns]),
        always=tuple(n for n, (_, items) in enumerate(patterns) if _need(items) is None),
        alike=_by_letter(told),
        speaker=re.compile("|".join(speaker)) if speaker else None,
    )


def _need(items: Sequence[Item]) -> Item | None:
    """The rarest item that a word or an idea of a message decides alone; None where there is none.

    So few patterns are looked at for a message: those whose rarest item it holds.
    """
    plain = (item for item in items if not item.gap and item.stems is None)
    return min(plain, key=lambda item: (len(item.ideas), len(item.words)), default=None)


def _by_need(patterns: Sequence[Sequence[Item]]) -> dict[str, tuple[int, ...]]:
    """Patterns' numbers by each word or idea of what they need; one name may be both."""
    near: dict[str, list[int]] = defaultdict(list)
    for number, items in enumerate(patterns):
        if need := _need(items):
            for one in need.words | need.ideas:
                near[one].append(number)
    return {one: tuple(numbers) for one, numbers in near.items()}


def _rows(path: Path) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        use, _, text = line.partition("\t")
        if use and not use.startswith("#"):
            yield number, use, text


def _add(phrases: dict[str, dict[Words, frozenset[str]]], use: str, text: str) -> None:
    for form in forms_of(text):
        words = tuple(words_of(form))
        phrases[words[0]][words] = phrases[words[0]].get(words, frozenset()) | {use}


def forms_of(text: str) -> Iterator[str]:
    """The forms of a row, commas between them, braces put in full."""
    outside = re.split(r",(?![^{}]*})", text)
    return (form.strip() for part in outside for form in expanded(part) if form.strip())


def _spelling(form: str) -> tuple[Words, Words]:
    short, _, full = form.partition("=")
    return tuple(words_of(short)), tuple(words_of(full))


def _pattern(text: str, path: Path, number: int) -> tuple[Item, ...]:
    if "," in _BRACES.sub("", text):  # it would be one long pattern that never matches
        raise BadTable(f"{path.name}, line {number}: a pattern has no commas outside braces")
    return tuple(_item(part, path, number) for part in text.split())


def _item(text: str, path: Path, number: int) -> Item:
    if text == "..":
        return Item(frozenset(), frozenset(), None)
    alternatives = [one for part in text.split("|") for one in expanded(part)]
    ideas = {one[1:-1] for one in alternatives if one.startswith("<")}
    if ideas - IDEAS:
        raise BadTable(f"{path.name}, line {number}: no idea {sorted(ideas - IDEAS)}")
    stems = [".*".join(map(_bare, one.split("*"))) for one in alternatives if "*" in one]
    plain = {_bare(one) for one in alternatives if "*" not in one and not one.startswith("<")}
    joined = re.compile("|".join(stems)) if stems else None
    return Item(frozenset(plain), frozenset(ideas), joined)


def _bare(word: str) -> str:
    return "".join(words_of(word))


def _by_letter(words: set[str]) -> dict[str, tuple[str, ...]]:
    """Words long enough to be meant by a mistyped one."""
    alike: dict[str, list[str]] = defaultdict(list)
    for word in sorted(words):
        if len(word) >= LONG - 1:
            alike[word[0]].append(word)
    return {letter: tuple(group) for letter, group in alike.items()}
