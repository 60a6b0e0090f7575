"""Follow-ups: "more", "the year?", "and in camps?" lean on the answer before.

Of that answer only its passages' ids are kept, for a day: no word that a person wrote.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot import buttons
from bot.answering import ALSO
from bot.comparing import WIDE, for_both
from bot.messages import Answer, Reply
from bot.replies import notice
from corpus.library import Library
from index.languages import fold
from index.opened import Opened
from index.ports import Hit

LAPSES = 24 * 3600.0  # seconds that a turn is kept
AT_ONCE = 3  # passages that "more" shows
_CONTEXT = 100  # characters of the passage before that go with a short question
_LONGEST = 6  # words of one


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a person was shown last."""

    language: str  # of the answer, ISO 639-1
    shown: tuple[str, ...]  # ids of the passages quoted, the best first
    more: tuple[str, ...] = ()  # ids of those that come next


class FollowUp(StrEnum):
    """What a short message wants of the answer before it."""

    MORE = "more"
    SOURCES = "sources"
    CONNECTED = "connected"  # a question that is whole only with it


# In all six languages, folded: too short for anybody to tell which one it is.
_MORE = (
    "more|more please|show more|show me more|next|zaidi|nionyeshe zaidi|endelea|plus|encore"
    "|la suite|voir plus|mas|ver mas|siguiente|mais|ver mais|mostra mais|المزيد|مزيد|اكثر"
    "|المزيد من فضلك"
)
_SOURCES = (
    "(?:the |which |what )?year|who wrote (?:it|this)|who is the author"
    "|(?:the )?(?:author|link|source)|when was it (?:written|published)"
    "|mwaka(?: gani| upi)?|nani (?:aliandika|ameandika|kaandika)(?: hii| hiki)?"
    "|mwandishi(?: ni nani)?|kiungo|chanzo"
    "|(?:de |en )?(?:l |quelle )?annee|qui l a ecrit|qui a ecrit (?:ca|cela)|(?:l )?auteur"
    "|(?:le )?lien|(?:la )?source"
    "|(?:de |en )?(?:el |que )?ano|quien l[oa] escribio|(?:el )?(?:autor|enlace)|(?:la )?fuente"
    "|(?:de )?(?:o |qual o )?ano|quem (?:o |a )?escreveu(?: isso| isto)?|(?:o )?(?:autor|link)"
    "|(?:a )?(?:fonte|ligacao)"
    "|(?:في )?(?:اي )?(?:السنه|سنه|عام)|من كتب(?:ه|ها| هذا)|(?:من )?(?:المؤلف|الكاتب)|الرابط|المصدر"
)
_THANKS = r"(?:(?:thanks|thank you|asante|merci|gracias|obrigad[oa]|شكرا) )?"
_AND = (
    r"(?:and|what about|how about|na|je na|vipi kuhusu|et|qu en est il (?:de|des|du)|y|que hay de|e"
    r"|و(?=(?:في|عن|مع|من|ماذا عن|بالنسبه) )|و|ماذا عن)"
)
# A question word makes a question whole: "and what is a committee?"
_ASKING = frozenset(
    "what how who why when where which nini gani nani lini wapi jinsi comment pourquoi quel"
    " quelle quels quelles qui quand que cual cuales como quien cuando donde qual quais quem onde"
    " ما ماذا كيف لماذا متى اين هل".split()
)
_ABOUT = re.compile(r"^(?:what about|how about|qu en est il|que hay de|و?ماذا عن) ")


def follow_up(text: str) -> FollowUp | None:
    """What a message wants of the answer before it; None where it stands for itself."""
    said = " ".join(re.findall(r"[^\W_]+", fold(text)))
    lead = rf"{_THANKS}(?:{_AND} ?)?"
    if re.fullmatch(f"{_THANKS}(?:{_MORE})", said):
        return FollowUp.MORE
    if re.fullmatch(f"{lead}(?:{_SOURCES})", said):
        return FollowUp.SOURCES
    return FollowUp.CONNECTED if _leans(said) else None


def _leans(said: str) -> bool:
    """Whether it is a few words that begin with "and"."""
    words = said.split()
    arabic = re.match(r"و(?:في|عن|مع|ماذا عن|بالنسبه) |ماذا عن ", said)
    latin = re.match(rf"{_AND} ", said)
    if not (arabic or latin) or not 2 <= len(words) <= _LONGEST:
        return False
    return bool(_ABOUT.match(said)) or not _ASKING.intersection(words)


def turn_of(answer: Answer) -> Turn:
    """What is kept of an answer."""
    shown = tuple(dict.fromkeys(quote.passage for quote in answer.quotes))
    return Turn(language=answer.language, shown=shown, more=answer.more)


def after_more(turn: Turn) -> Turn:
    """The turn once its next passages are shown."""
    return Turn(
        language=turn.language, shown=turn.more[:AT_ONCE] or turn.shown, more=turn.more[AT_ONCE:]
    )


def leaning(text: str, language: str, turn: Turn, opened: Opened) -> list[Hit]:
    """The hits of a short question: near to it with the answer before and to it alone, alike.

    Beside a sentence of the library nearly all looks like its subject, so the new words are judged
    alone first: where they are beside it ("and the price of petrol?"), these are the hits.
    What was quoted just now is left out: whoever asks on has read it.
    """
    ask, judge = opened.index.search, opened.judge
    alone = ask(text, language, WIDE)
    nearest = max((judge.confidence(hit.evidence, language) for hit in alone), default=0.0)
    if nearest < judge.threshold * ALSO:
        return alone
    joined = ask(f"{text} {_context(turn, opened.library)}".strip(), language, WIDE)
    both = for_both(joined, [alone])
    return [hit for hit in both if hit.passage.id not in turn.shown]


def _context(turn: Turn, library: Library) -> str:
    """The opening of the best passage shown; "" where the library no longer holds it."""
    try:
        text = library.passage(turn.shown[0]).text
    except (KeyError, IndexError):
        return ""
    return " ".join(text[:_CONTEXT].split())


def reply(
    wanted: FollowUp, turn: Turn, library: Library, mark: buttons.Mark = lambda answer: answer
) -> Reply:
    """The next passages, or who wrote those shown, as the buttons give them; `mark` as there."""
    if wanted is FollowUp.SOURCES:
        return buttons.sources(f"{turn.language}:{','.join(_sources(turn, library))}", library)
    if not turn.more:
        return notice(turn.language, "I have no more on that. Please ask in other words.")
    return buttons.more(f"{turn.language}:{','.join(turn.more[:AT_ONCE])}", library, mark)


def _sources(turn: Turn, library: Library) -> list[str]:
    found = []
    for id in turn.shown:
        try:
            found.append(library.passage(id).source)
        except KeyError:
            continue
    return list(dict.fromkeys(found))
