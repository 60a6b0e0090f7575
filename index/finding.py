"""What every engine does with a question before it searches, and with what it found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from corpus.library import Library
from index import facts, fusion, languages
from index.gloss import gloss
from index.ports import Evidence, Hit, Sentence
from index.writing import passage_text

CANDIDATES = 100  # passages that each of vectors and words may propose
MOST_TERMS = 200  # of one question


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The words that passages are looked for by."""

    terms: tuple[str, ...]  # of the question and of its gloss, each once
    unknown: float  # what a term tells that the library never uses, as a share


class Found(NamedTuple):
    """One passage, as an engine finds it."""

    id: str
    score: float
    evidence: Evidence
    texts: Sequence[str]  # its sentences
    cosines: Sequence[float]  # of each with the question


def asked(question: str, language: str) -> Asked:
    """A term that the library never uses tells most, unless a gloss tells the rest."""
    own = languages.words(question, language)
    meanings = gloss(question, languages.heard(question, language))
    glossed = [term for meaning in meanings for term in languages.words(meaning, "en")]
    terms = list(dict.fromkeys([*own, *glossed]))[:MOST_TERMS]
    return Asked(terms=tuple(terms), unknown=fusion.GLOSSED if glossed else 1.0)


def hits(
    found: Sequence[Found], nats: Mapping[str, float], question: str, language: str, held: Library
) -> list[Hit]:
    """With passages and sentences' scores. `nats`: how much each term of the question tells."""
    wanted = facts.wanted_of(question, language)
    made = [_hit(one, nats, held) for one in found]
    return [_placed(hit, wanted, held) for hit in made] if wanted else made


def _hit(found: Found, nats: Mapping[str, float], held: Library) -> Hit:
    passage = held.passage(found.id)
    scored = tuple(
        Sentence(
            text=text,
            score=fusion.fuse(cosine, fusion.share(languages.words(text, passage.language), nats)),
        )
        for text, cosine in zip(found.texts, found.cosines, strict=True)
    )
    return Hit(passage=passage, score=found.score, evidence=found.evidence, sentences=scored)


def _placed(hit: Hit, wanted: frozenset[str], held: Library) -> Hit:
    """With whether the facts that are wanted are of other countries than the passage."""
    source = held.source(hit.passage.source)
    text = f"{source.region}. {passage_text(hit.passage, source)}"
    away = facts.elsewhere(wanted, text, hit.passage.language)
    return replace(hit, evidence=replace(hit.evidence, elsewhere=away))
