"""Cutting a text where a reader would: at a sentence, at a space, between characters as seen."""

import unicodedata

import regex

_SPACE = regex.compile(  # no-break spaces are no place to cut; a sentence's end is the best one
    r"(?P<sentence>[.!?…؟۔।]['\"”’»)\]]*)?(?P<gap>[^\S\u00a0\u2007\u202f]+)"
)
_CLUSTER = regex.compile(r"\X")  # one character to a reader: Unicode's UAX #29


def units(text: str) -> int:
    """Measure a text in UTF-16 code units: never fewer than a network counts in characters."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, room: int) -> tuple[int, int]:
    """Where a head of at most `room` units ends, and where the tail begins after the space."""
    end = fits(text, room)
    if end == len(text):
        return end, end
    sentence = space = (0, 0)
    for match in _SPACE.finditer(text):
        start, after = match.span("gap")
        if start > end:
            break
        if start and _whole(text, after):
            space = start, after
            sentence = space if match["sentence"] else sentence
    if sentence[0] > end // 2:
        return sentence
    return space if space[0] else (end, end)


def fits(text: str, room: int) -> int:
    """How many characters fit in `room` units; a cluster is split only where it alone is more."""
    end = 0
    for match in _CLUSTER.finditer(text):
        size = units(match[0])
        if size > room:
            return end or _inside(match[0], room)
        room -= size
        end = match.end()
    return end


def shortened(text: str, room: int) -> str:
    """The text in at most `room` units (two or more), with "…" where something is missing."""
    if units(text) <= room:
        return text
    head = text[: fits(text, room - 1)].rstrip()
    return head + "…" if units(head) < room else "…"


def _inside(cluster: str, room: int) -> int:
    """Where to split a cluster that is longer than a message: before a letter, if there is one."""
    most = max(1, next(n for n in range(len(cluster) - 1, -1, -1) if units(cluster[:n]) <= room))
    if most == len(cluster):
        return most
    letters = (n for n in range(most, 0, -1) if unicodedata.category(cluster[n])[0] != "M")
    return next(letters, most)


def _whole(text: str, at: int) -> bool:
    """Whether the cluster of the space before `at` ends there: a mark may stand on a space."""
    last = _CLUSTER.match(text, at - 1)
    return last is not None and last.end() <= at
