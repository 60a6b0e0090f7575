"""Questions that compare two things: "the difference between A and B", in six languages."""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.gloss import gloss
from index.ports import Hit

# What introduces A, and what stands between A and B. The more telling wordings come first.
_PATTERNS = {
    "en": (
        (r"differen(?:ce|ces|t|tiates?)\s+(?:is\s+there\s+)?between", r"\s+and\s+"),
        (r"(?:distinguish\w*|distinction|compar(?:e|ed|ing|ison)|contrast)"
         r"\b(?:\s+(?:between|of))?",
         r"\s+(?:and|with|to|from|against)\s+"),
        (r"how\s+(?:is|are|does|do)\b", r"\s+(?:differ|different|differs)\s+(?:from|to|than)\s+"),
        (r"^(?:what\s+makes\s+)?", r"\s+(?:versus|vs\.?|as\s+opposed\s+to)\s+"),
        (r"\b(?:better|best|prefer|choose|rather|should\s+\w+\s+\w+)\b[^,:]*[,:]", r",?\s+or\s+"),
    ),
    "sw": (
        (r"tofauti\b[^?]*?\b(?:kati|baina)\s+ya", r"\s+na\s+"),
        (r"(?:linganisha|kulinganisha|ulinganisho\s+(?:wa|kati\s+ya))", r"\s+na\s+"),
        (r"^(?:je,?\s+|jinsi\s+|vipi\s+)*",
         r"\s+(?:\w*tofautiana\w*|(?:ni|iko|uko|ina|una)\s+tofauti)\s+(?:\w+\s+)?na\s+"),
        (r"^", r"\s+(?:versus|vs\.?)\s+"),
        (r"\b(?:bora|ipi|upi|yupi)\b[^,:]*[,:]", r",?\s+au\s+"),
    ),
    "fr": (
        (r"diff[ée]rences?\b[^?]*?\bentre", r"\s+et\s+"),
        (r"(?:compar|diff[ée]renci|distingu)(?:er|ez|aison|e|ons)\b(?:\s+entre)?",
         r"\s+(?:et|avec|à|de|d['’])\s*"),
        (r"(?:en\s+quoi|comment)(?:\s+est-ce\s+qu[e'’])?",
         r"\s+(?:diff[èe]re(?:nt)?|se\s+distingue(?:nt)?)(?:-t?-?\w+)*\s+(?:de\s+|d['’]|du\s+)"),
        (r"^", r"\s+(?:versus|vs\.?|par\s+rapport\s+à|par\s+opposition\s+à)\s+"),
        (r"\b(?:mieux|meilleure?|préférer|choisir)\b[^,:]*[,:]", r",?\s+ou\s+"),
    ),
    "es": (
        (r"diferencias?\b[^?]*?\bentre", r"\s+[ye]\s+"),
        (r"(?:se\s+)?(?:diferencian?|distinguen?)\b", r"\s+(?:de|del|entre|y)\s+"),
        (r"(?:compar(?:[ae]r?|an|ación)|distinguir|diferenciar)\b(?:\s+entre)?",
         r"\s+(?:[ye]|con|de)\s+"),
        (r"^", r"\s+(?:versus|vs\.?|frente\s+a|en\s+comparación\s+con)\s+"),
        (r"\b(?:mejor|preferir|elegir)\b[^,:]*[,:]", r",?\s+[ou]\s+"),
    ),
    "pt": (
        (r"diferenças?\b[^?]*?\bentre", r"\s+e\s+"),
        (r"(?:se\s+)?(?:diferem?|diferenciam?|distinguem?)(?:-se)?\b",
         r"\s+(?:de|da|do|dos|das)\s+"),
        (r"(?:compar(?:[ae]r?|am|ação)|distinguir|diferenciar)\b(?:\s+entre)?",
         r"\s+(?:e|com|de)\s+"),
        (r"^", r"\s+(?:versus|vs\.?|face\s+a|em\s+comparação\s+com)\s+"),
        (r"\b(?:melhor|preferir|escolher)\b[^,:]*[,:]", r",?\s+ou\s+"),
    ),
    "ar": (
        (r"(?:الفرق|فرق|الفروق|الاختلاف|يفرق|نفرق|التمييز|مقارنة|المقارنة|قارن|نقارن)\s+(?:ما\s+)?بين",
         r"\s+و(?:بين\s+)?"),
        (r"(?:كيف|بماذا|بم|فيم)\s+(?:ي|ت)ختلف", r"\s+(?:عن|من)\s+"),
        (r"^", r"\s+مقارنة\s+ب\s*"),
        (r"(?:أفضل|الأفضل|افضل|أيهما)[^،:]*[،:]", r"،?\s+(?:أم|ام|أو)\s+"),
    ),
}  # fmt: skip
_END = re.compile(r"[?؟!;؛\n]|\.(?:\s|$)")
_TRIM = " \t,،.:;؛?؟!¿¡\"'“”«»()"
WIDE = 40  # passages asked of the index for each of two things: those of both are wanted
_LONGEST = 120  # characters of a side: more is no name of a thing


def sides_of(question: str, language: str) -> tuple[str, ...]:
    """The two things that a question compares, in its own words; () where it compares none.

    Where the word between them stands more than once ("A and B and C"), the split that leaves
    both about as long is taken. It looks at wording alone: cheap enough for every question.
    """
    for introduction, joint in _PATTERNS.get(language, ()):
        begun = re.search(rf"(?<!\w)(?:{introduction})", question, re.IGNORECASE)
        if not begun:
            continue
        rest = _END.split(question[begun.end() :], maxsplit=1)[0]
        found = [
            (rest[: between.start()].strip(_TRIM), rest[between.end() :].strip(_TRIM))
            for between in re.finditer(joint, rest, re.IGNORECASE)
        ]
        named = [pair for pair in found if all(map(_is_name, pair))]
        if named:
            return min(named, key=lambda pair: abs(len(pair[0]) - len(pair[1])))
    return ()


def _is_name(side: str) -> bool:
    return len(side) <= _LONGEST and bool(re.search(r"[^\W\d_]{2}", side))


def in_english(side: str, language: str) -> tuple[str, str]:
    """What is asked of the index for a side, and its language: its gloss, where there is one.

    The words that tell two terms of the field apart ("community-based", "community-led") are
    what a model blurs in other languages, and what the glossary holds.
    """
    meanings = gloss(side, language) if language != "en" else []
    return (", ".join(meanings), "en") if meanings else (side, language)


def for_both(hits: Sequence[Hit], sides: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The hits of a comparing question, best first by what they are to it and to both things.

    A hit's score becomes the mean of its own and of the lower one that it has for a side.
    """
    scores = [{hit.passage.id: hit.score for hit in side} for side in sides]
    lowest = min((score for held in scores for score in held.values()), default=0.0)

    def both(hit: Hit) -> Hit:
        weaker = min(held.get(hit.passage.id, lowest) for held in scores)
        return replace(hit, score=(hit.score + weaker) / 2)

    return sorted(map(both, hits), key=lambda hit: hit.score, reverse=True)
