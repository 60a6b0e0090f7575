"""Whether a rewrite may be shown: pure, strict, and never generous. On doubt it is refused."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bot.rewriting import names
from bot.rewriting.negations import agree, negations
from bot.rewriting.numbers import in_order, numbers
from bot.safeguarding.check import tables
from bot.safeguarding.table import words_of
from corpus.sentences import sentences
from index.languages import detect, fold, words

SENTENCES = 3  # at most
LENGTH = 500  # characters at most, its citations aside
GROUNDED = (
    0.5  # share of its words of weight that a sentence in the quotes' language takes from them
)
_WEIGHT = 4  # letters of a word of weight

_CITED = re.compile(r"(?P<text>[^\[\]]*?)\s*(?P<marks>(?:\[[\d,،;\s]+\]\s*)+)(?P<stop>[.!?؟…]?)\s*")
_MARKUP = re.compile(r"[<>*_`#|~{}\\^=@]|\[|\]|&\w+;")
_LINK = re.compile(r"\w\.(?:[a-z]{2,})\b(?<!\be\.g)(?<!\bi\.e)|\bwww\b|https?:", re.IGNORECASE)
_PHONE = re.compile(r"\+\s*\d|(?:\d[\s.\-()]*){9,}|(?<!\d)0\d{5,}")
# What tells the reader, or the model, to do something that no guidance here says.
_ORDERS = re.compile(
    r"\b(?:click|dial|whats ?app|telegram|sms|password|prompt|ignore (?:all|the|previous|any|your)"
    r"|as an ai|language model|send (?:money|your)|call (?:us|me|the number|this number)|subscribe"
    r"|bofya|piga simu|nenosiri|tuma pesa|puuza maagizo|cliquez|mot de passe|envoyez de l.argent"
    r"|appelez le|haga clic|contrasena|envie dinero|llame al|clique|senha|envie dinheiro|ligue para"
    r")\b|انقر|كلمه المرور|ارسل المال|اتصل ب|تجاهل التعليمات"
)
# Arabic words that any sentence may hold; from Arabic quotes every other word must be theirs.
_ARABIC_GLUE = frozenset(
    fold(word)
    for word in (
        "في من على إلى عن مع أن إن كان كانت هو هي هم هذا هذه ذلك تلك التي الذي الذين كما قد"
        " كل أو ثم بعد قبل عند حتى لكي كي يجب ينبغي يمكن أي بين حول لدى ما لا لم لن ليس غير"
        " دون بدون عدم"
    ).split()
)


class Refused(Exception):
    """A rewrite that may not be shown. Its text names the rule, never the words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One sentence that a rewrite may rest on."""

    text: str
    language: str  # ISO 639-1
    about: str  # title and publisher of its source: names that may be said


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence of a rewrite."""

    text: str
    rests_on: tuple[int, ...]  # numbers of the given sentences, from 1


def checked(text: str, given: Sequence[Given], language: str) -> tuple[Claim, ...]:
    """The sentences of a rewrite that holds in every respect. Raises Refused at the first fault."""
    if len(text) > 2 * LENGTH:  # before anything that takes time
        raise Refused("too long")
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cs") for letter in text.strip()):
        raise Refused("control characters or several paragraphs")
    claims = _claims(text)
    for claim in claims:
        if not all(1 <= number <= len(given) for number in claim.rests_on):
            raise Refused("a citation of no quote")
    whole = " ".join(claim.text for claim in claims)
    if len(claims) > SENTENCES or len(whole) > LENGTH:
        raise Refused("too long")
    if detect(whole) != language:
        raise Refused("another language")
    for claim in claims:
        _check(claim, [given[number - 1] for number in claim.rests_on], language)
    return claims


def _claims(text: str) -> tuple[Claim, ...]:
    """Each sentence with the numbers behind it: "So it is [1]. And so [2][3]."."""
    claims, end = [], 0
    text = text.strip()
    while match := _CITED.match(text, end):
        said = match["text"].strip()
        stop = "" if said.endswith(tuple(".!?؟…")) else match["stop"] or "."
        if len(sentences(said, "")) != 1:
            raise Refused("a sentence without a citation")
        marks = tuple(dict.fromkeys(int(number) for number in re.findall(r"\d+", match["marks"])))
        claims.append(Claim(text=said + stop, rests_on=marks))
        end = match.end()
    if end < len(text) or not claims:
        raise Refused("a sentence without a citation")
    return tuple(claims)


def _check(claim: Claim, given: Sequence[Given], language: str) -> None:
    _clean(claim.text)
    if any(_ORDERS.search(fold(g.text)) for g in given):
        raise Refused("a quote that gives orders")
    if detect(claim.text, language) != language:
        raise Refused("another language")
    wanted = numbers(claim.text, language)
    held = [number for g in given for number in numbers(g.text, g.language, source=True)]
    if not in_order(wanted, held):
        raise Refused("a number that the quotes do not hold")
    _check_names(claim.text, given, language)
    denied = [what for g in given for what in negations(g.text, g.language)]
    same = all(g.language == language for g in given)
    if not agree(negations(claim.text, language), denied, same_language=same):
        raise Refused("a negation more or less than the quotes")
    if same and not _grounded(claim.text, " ".join(g.text for g in given), language):
        raise Refused("words that the quotes do not hold")
    if _harms(claim.text, language) and not any(_harms(g.text, g.language) for g in given):
        raise Refused("harm that the quotes do not speak of")


def _clean(text: str) -> None:
    if _MARKUP.search(text) or _LINK.search(text):
        raise Refused("a link or markup")
    if _PHONE.search(text):
        raise Refused("a telephone number")
    if _ORDERS.search(fold(text)):
        raise Refused("an order to the reader")


def _check_names(text: str, given: Sequence[Given], language: str) -> None:
    if names.foreign(text):
        raise Refused("letters of another script")
    held = names.folded(" ".join(f"{g.text} {g.about}" for g in given))
    codes = {code for g in given for _, code in names.places(f"{g.text} {g.about}", g.language)}
    if names.unknown(text, language, held, frozenset(codes)):
        raise Refused("a name that the quotes do not hold")


def _harms(text: str, language: str) -> bool:
    """Whether a sentence speaks of hurting anybody: no guidance may be made to tell one to."""
    table = tables().get(language)
    return table is None or bool(table.told(words_of(text), mend=False) & {"hurt", "hurtful"})


def _grounded(text: str, quoted: str, language: str) -> bool:
    """Whether a sentence keeps to the words of quotes in its own language."""
    held = set(words(quoted, language))
    if language == "ar":
        glue = {stem for word in _ARABIC_GLUE for stem in words(word, "ar")}
        return set(words(text, "ar")) <= held | glue
    own = [word for word in words(text, language) if len(word) >= _WEIGHT]
    return sum(word in held for word in own) >= GROUNDED * len(own)
