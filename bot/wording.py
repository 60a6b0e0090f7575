"""What the wording of a sentence tells: that it needs the one before, or says what another said.

All by lists of words in six languages, no model: a sentence is judged in microseconds, and the
next person can read why.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from corpus.document import Passage
from index.languages import fold, words

# How many words two sentences share, of all the words of both, to say the same. Read off 663,210
# pairs out of different passages of the starter library and seven real documents: with the same
# numbers 6 share 0.7 or more, 5 of which say the same and one leads into two lists (so lead-ins are
# not compared); the nearest below, at 0.65 and 0.61, do not say the same.
SAME = 0.7

# Words that point back, as a sentence's first. Adverbs such as "however" are left out: a sentence
# without the one before them still says what it says. Spelled as `fold` leaves them.
_BACK = {
    "en": "this these those they it he she him such its their his her",
    "sw": "hii hizi huyu hawa hiki hivi hili haya huu hiyo hizo huyo hao hicho hivyo hilo hayo huo"
    " yeye wao",
    "fr": "ce cet cette ces cela ceci ca c il ils elle elles celui celle ceux celles leur leurs",
    "es": "este esta esto estos estas ese esa eso esos esas ella ello ellos ellas aquello dicho"
    " dicha dichos dichas su sus",
    "pt": "este esta isto estes estas esse essa isso esses essas ele ela eles elas aquilo tal tais"
    " seu sua seus suas",
    "ar": "هذا هذه هذان هاتان هؤلاء ذلك تلك أولئك هو هي هم هن هما إنها إنه إنهم",
}
_FIRST = {language: frozenset(fold(listed).split()) for language, listed in _BACK.items()}
# "It is important that …", "Il faut …": these point at nothing.
_POINTLESS = {
    "en": re.compile(r"it (?:is|was|may be|can be|will be) (?:\w+ ){1,3}(?:to|that|for) "),
    "fr": re.compile(
        r"il (?:faut|y a|n.y a|convient|importe|s.agit|suffit|est (?:\w+ ){1,3}(?:de|que|d.))\b"
    ),
}
_BEGINNING = re.compile(r"^(?:\W|\d+[.)]\s|\(?[a-z][.)]\s)*")  # "(b) ", "2. ", quotation marks

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NEGATIONS = frozenset(
    fold(
        "no not never none without nor cannot neither si sio hakuna bila kamwe wala ne pas jamais"
        " sans aucun aucune ni nunca sin ningún ninguna ningun tampoco não nao sem nenhum nenhuma"
        " jamais لا ليس ليست لم لن دون غير"
    ).split()
)
_CREDIT = re.compile(
    r"\s*(©|(photo|foto|source|fuente|fonte|crédits?|credit)s?\s*[:©])", re.IGNORECASE
)


def says_something(sentence: str) -> bool:
    """Not a bare heading, a number, a fragment or the credit of a picture."""
    enough = len(re.findall(r"[^\W\d_]{2,}", sentence)) >= 4
    return enough and not _CREDIT.match(sentence)


def leans_back(sentence: str, language: str) -> bool:
    """Whether it begins with "This", "They" and the like, so that the one before must be read."""
    text = _BEGINNING.sub("", sentence.lower())
    if text.startswith("está"):  # "is", which folds to "this"
        return False
    text = fold(text)
    pointless = _POINTLESS.get(language)
    if pointless and pointless.match(text):
        return False
    first = re.match(r"\w+", text)
    return first is not None and _in_list(first[0], language)


def _in_list(word: str, language: str) -> bool:
    listed = _FIRST.get(language, frozenset())
    joined = language == "ar" and word[0] in "وف" and word[1:] in listed  # "and this", "so this"
    return word in listed or joined


def leads_in(sentence: str) -> bool:
    """Whether a list should follow: it ends with a colon."""
    return sentence.rstrip().endswith((":", "："))


def same(one: str, other: str, languages: tuple[str, str]) -> bool:
    """Whether two sentences say the same: most words are shared, and each number and each "not".

    `languages` of the two, ISO 639-1. A sentence and its translation are never found the same.
    """
    if _claims(one) != _claims(other):
        return False
    pairs = zip((one, other), languages, strict=True)
    mine, its = (set(words(_BEGINNING.sub("", text), language)) for text, language in pairs)
    return bool(mine) and len(mine & its) >= SAME * len(mine | its)


def _claims(sentence: str) -> tuple[list[str], bool]:
    """The numbers but that of an item, and whether it denies: what alone can turn it round."""
    text = fold(_BEGINNING.sub("", sentence.lower()))
    denies = any(word in _NEGATIONS for word in re.findall(r"\w+", text))
    return sorted(_NUMBER.findall(text)), denies or bool(re.search(r"n['’]t\b", text))


def lines_of(passage: Passage, texts: Sequence[str]) -> list[int]:
    """On which line of the passage each of its sentences stands, from 0.

    The sentences were split by `corpus.sentences` when the index was made; they are found again in
    the text, so other rules for splitting do no harm.
    """
    places, at = [], 0
    for text in texts:
        found = passage.text.find(text, at)
        at = found if found >= 0 else at
        places.append(passage.text.count("\n", 0, at))
        at += len(text) if found >= 0 else 0
    return places


def lists(texts: Sequence[str], lines: Sequence[int]) -> dict[int, range]:
    """The sentences of the items of each list, by the sentence that leads into it.

    A passage keeps no marks of its list items, only lines. The first item tells how the others
    end: with a semicolon, up to the first that ends with a full stop; with nothing, up to the
    first line that ends like a sentence or leads into another list; with a full stop, up to
    another lead-in or the end of the passage.
    """
    found = {}
    for lead, text in enumerate(texts[:-1]):
        if leads_in(text) and lines[lead + 1] > lines[lead]:
            end = _end(texts, lines, lead + 1)
            if end > lead + 1:
                found[lead] = range(lead + 1, end)
    return found


def _end(texts: Sequence[str], lines: Sequence[int], first: int) -> int:
    """After which sentence the list ends whose first item begins with sentence `first`."""
    lasts = [n for n in range(first, len(texts)) if n + 1 == len(texts) or lines[n + 1] > lines[n]]
    manner = _ending(texts[lasts[0]])
    if manner == ";":
        return next((n + 1 for n in lasts if _ending(texts[n]) == "."), len(texts))
    for before, n in pairwise(lasts):
        if leads_in(texts[n]) or (manner == "" and _ending(texts[n]) == "."):
            return before + 1
    return len(texts)


def _ending(text: str) -> str:
    """What an item ends like: "." a sentence, ";" the part of one, "" neither."""
    text = re.sub(r"[;,،؛]\s+\w{1,3}$", ";", text.rstrip(" \u200f»”\"')"))  # "…; and"
    if text.endswith((";", ",", "،", "؛")):
        return ";"
    return "." if text.endswith((".", "!", "?", "؟", "…")) else ""


def stands_in(quote: str, page: str) -> bool:
    """Whether the page says exactly this, white space and hyphenation aside."""
    return bool(_bare(quote)) and _bare(quote) in _bare(page)


def printed(texts: Sequence[str], page: str) -> tuple[str, ...]:
    """The sentences that stand on the page; "" in place of each that does not."""
    bare = _bare(page)
    return tuple(text if _bare(text) in bare else "" for text in texts)


def _bare(text: str) -> str:
    return re.sub(r"[\s\u00ad\u2010-]+", "", text)
