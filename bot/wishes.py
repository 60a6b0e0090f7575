"""What a question wishes of its sources: a language, a country, a setting, years.

What a person wishes always may be documents, too: those of the workshop that they joined.

A wish moves what has it up a little. It never hides a passage: the only answer is shown, and where
no source shown has the language or the year, the answer says so.
"""

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from babel import Locale

from bot.messages import Answer
from bot.phrases import language_name, speak
from corpus.source import Source
from index.countries import countries, either, folded
from index.languages import BEYOND, SPOKEN, fold
from index.ports import Hit

DEEP = 24  # passages asked of the index where there is a wish: what has it may stand further down
# Of Hit.score, for each wish met. What a question says it means; what somebody chose once must not
# cost an answer. Figures: python -m scripts.measure_wishes, and index/README.md.
ASKED = 0.12
STANDING = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the sources should be. What is not wished is empty, or None."""

    language: str = ""  # ISO 639-1
    country: str = ""  # ISO 3166, two letters
    setting: str = ""  # one of SETTINGS
    since: int | None = None  # the first year
    until: int | None = None  # the last year
    documents: frozenset[str] = frozenset()  # ids of sources: those of a workshop

    def beside(self, asked: "Wish") -> "Wish":
        """It, without what a question itself asks: that counts first."""
        country = "" if asked.country else self.country
        return replace(self, country=country, setting="" if asked.setting else self.setting)


NOTHING = Wish()

# What stands before the name of the language that a source should be in.
_IN = {
    "en": r"in\s+", "sw": r"kwa\s+(?:lugha\s+ya\s+)?", "fr": r"en\s+(?:langue\s+)?",
    "es": r"en\s+(?:idioma\s+)?", "pt": r"em\s+(?:língua\s+)?", "ar": r"(?:باللغة\s+|ب)",
}  # fmt: skip
# English says "in French schools", too: there a language is followed by an end or by one of these.
_AFTER_NAME = {
    "en": r"(?=\s*(?:$|[.,;:?!)]|(?:on|about|for|from|after|since|before|with|and|or|that|which"
    r"|please|to|by|published)\b))",
}
# Who teaches or speaks in a language asks for no source in it.
_SPOKEN_IN = re.compile(
    r"\b(?:teach\w*|taught|speak\w*|learn\w*|lessons?|class(?:es)?|talk\w*|\w*fundish\w*"
    r"|\w*zungumz\w*|\w*ongea\w*|enseign\w*|parl\w*|cours|appren\w*|ensen\w*|habl\w*|clases?"
    r"|aprend\w*|ensin\w*|fala\w*|aulas?|تدريس|تعليم|\w*درس\w*|\w*تحدث\w*)\W+(?:\w+\W+){0,3}$"
)
# Before a year: after it, since it, before it, until it.
_YEARS = {
    "en": ("after", "since", "before", "until"),
    "sw": ("baada ya", "tangu|kuanzia", "kabla ya", "hadi|mpaka"),
    "fr": ("après|apres", "depuis|à partir de|a partir de", "avant", "jusqu['’]en|jusqu['’]à"),
    "es": ("después de|despues de", "desde|a partir de", "antes de", "hasta"),
    "pt": ("depois de|após|apos", "desde|a partir de", "antes de", "até|ate"),
    "ar": ("بعد", "منذ", "قبل", "حتى"),
}
_UNIT = (
    r"(?:(?:the\s+year|mwaka(?:\s+wa)?|l['’]ann[ée]e|l['’]an|el\s+a[ñn]o|o\s+ano|a[ñn]o|ano|عام|سنة"
    r")\s+)?"
)
_YEAR = r"(?P<year>(?:19|20|١٩|٢٠)\d\d)(?!\w|\s*[-–/]\s*\d)"

# Before the name of a country, folded.
_OF = {
    "en": r"(?:for|in|from|of|about|across)\s+(?:the\s+)?",
    # "mali" is property, and a country only after "nchini".
    "sw": r"(?:(?:nchini|huko|nchi ya)\s+|(?:kwa|katika)\s+(?!mali\b))",
    "fr": r"(?:(?:aux?|en|du|des|de(?: la)?|pour(?: l[ea]s?)?)\s+|(?:de? ?l?|pour l)')",
    "es": r"(?:en|para|del?|sobre)\s+(?:el\s+|la\s+|los\s+)?",
    "pt": r"(?:em|n[oa]s?|d[oae]s?|para)\s+(?:[oa]s?\s+)?",
    "ar": r"(?:(?:في|من|عن|داخل|حول)\s+|[لب])",
}
# Words of a question, a title or a region that tell a setting, folded, in all six languages.
SETTINGS = {
    "refugee": r"refugees?|camps?|displaced|displacement|wakimbizi|mkimbizi|kambi|kambini"
    r"|refugiee?s?|deplacee?s?|refugiad[oa]s?|campamentos?|desplazad[oa]s?|deslocad[oa]s?|(?:ال|لل)?لاجئين"
    r"|للاجئين|(?:ال)?مخيم(?:ات)?|نازحين|النازحين",
    "emergency": r"emergency|emergencies|humanitarian|disasters?|armed conflict|dharura|maafa"
    r"|urgences?|humanitaires?|catastrophes?|conflits? armes?|emergencias?|humanitari[oa]s?"
    r"|desastres?|conflictos? armados?|conflitos? armados?|(?:ال)?طوارئ|(?:ال)?كوارث",
    "urban": r"urban|cities|city|towns?|slums?|mjini|mijini|villes?|urbaine?s?|urban[oa]s?"
    r"|ciudad(?:es)?|cidades?|(?:ال)?حضريه|(?:ال)?مدن|(?:ال)?مدينه",
    # "Child development" is no setting: only with the word that makes it one.
    "development": r"development(?:al)? (?:settings?|contexts?|programmes?|programs?|work)"
    r"|(?:mazingira|miradi) ya maendeleo|(?:contextes?|programmes?) de developpement"
    r"|(?:contextos?|programas?) de (?:desarrollo|desenvolvimento)|(?:سياق|برامج) التنميه",
}  # fmt: skip


def read_wish(question: str, language: str) -> tuple[Wish, str]:
    """What a question in this language wishes, and what is left to search for.

    The words for a language and for years are taken out: they are of the source, not of its
    subject. A country and a setting stay. Where nothing would be left, all does.
    """
    if language not in SPOKEN:
        return NOTHING, question
    wanted, rest = _language(question, language)
    since, until, rest = _years(rest, language)
    wish = Wish(
        language=wanted,
        country=_country(question, language),
        setting=setting_named(question),
        since=since,
        until=until,
    )
    if rest == question or not re.search(r"[^\W\d_]{2}", rest):
        return wish, question
    return wish, " ".join(rest.split())


def _language(text: str, language: str) -> tuple[str, str]:
    for found in _language_pattern(language).finditer(text):
        if not _SPOKEN_IN.search(fold(text[: found.start()])):
            code = _language_names(language)[fold(found["name"])]
            return code, text[: found.start()] + text[found.end() :]
    return "", text


@functools.cache
def _language_names(language: str) -> dict[str, str]:
    names = Locale(language).languages
    codes = (*SPOKEN, *BEYOND)
    return {"swahili": "sw", "kiswahili": "sw"} | {fold(str(names[code])): code for code in codes}


@functools.cache
def _language_pattern(language: str) -> re.Pattern[str]:
    full = (str(Locale(language).languages[code]) for code in (*SPOKEN, *BEYOND))
    names = "|".join(map(re.escape, {*full, *_language_names(language)}))
    after = _AFTER_NAME.get(language, "")
    return re.compile(rf"(?<!\w){_IN[language]}(?P<name>{names})(?!\w){after}", re.IGNORECASE)


def _years(text: str, language: str) -> tuple[int | None, int | None, str]:
    """The first and the last year, and the text without them."""
    bounds: list[int | None] = []
    for words, step in zip(_YEARS[language], (1, 0, -1, 0), strict=True):
        found = re.search(rf"(?<!\w)(?:{words})\s+{_UNIT}{_YEAR}", text, re.IGNORECASE)
        bounds.append(int(found["year"]) + step if found else None)
        text = text[: found.start()] + text[found.end() :] if found else text
    after, since, before, until = bounds
    return after or since, before or until, text


def _country(text: str, language: str) -> str:
    found = _country_pattern(language).search(folded(text))
    return countries(language)[found["name"]] if found else ""


@functools.cache
def _country_pattern(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){_OF[language]}(?P<name>{either(language)})(?!\w)")


def setting_named(text: str) -> str:
    """The setting that a text tells; "" where it tells none."""
    return next((name for name in SETTINGS if _tells(text, name)), "")


def _tells(text: str, setting: str) -> bool:
    return bool(re.search(rf"(?<!\w)(?:{SETTINGS[setting]})(?!\w)", fold(text)))


def shift(
    hits: Sequence[Hit], asked: Wish, source_of: Callable[[str], Source], standing: Wish = NOTHING
) -> list[Hit]:
    """The same hits, all of them, those that have what is wished a little further up."""
    chosen = standing.beside(asked)
    if asked == chosen == NOTHING:
        return list(hits)

    def lifted(hit: Hit) -> Hit:
        source = source_of(hit.passage.source)
        bonus = ASKED * meets(source, asked) + STANDING * meets(source, chosen)
        return replace(hit, score=hit.score + bonus)

    return sorted(map(lifted, hits), key=lambda hit: hit.score, reverse=True)


def best(
    hits: Sequence[Hit],
    asked: Wish,
    source_of: Callable[[str], Source],
    depth: int,
    standing: Wish = NOTHING,
) -> list[Hit]:
    """The first `depth` hits as the wishes rank them, and what is among the first without them."""
    first = {hit.passage.id for hit in hits[:depth]}
    ranked = enumerate(shift(hits, asked, source_of, standing))
    return [hit for rank, hit in ranked if rank < depth or hit.passage.id in first]


def meets(source: Source, wish: Wish) -> int:
    """How many of the wishes a source has: 0 to 5."""
    return (
        (source.id in wish.documents)
        + _in_language(source, wish)
        + _in_country(source, wish)
        + _in_years(source, wish)
        + bool(wish.setting and _tells(f"{source.title} {source.region}", wish.setting))
    )


def _in_language(source: Source, wish: Wish) -> bool:
    held = re.findall(r"\b[a-z]{2}\b", source.languages)
    return bool(wish.language) and wish.language in (*held, source.link_language)


def _in_country(source: Source, wish: Wish) -> bool:
    named = (name for name, code in countries("en").items() if code == wish.country)
    region = folded(source.region)
    return any(re.search(rf"\b{re.escape(name)}\b", region) for name in named)


def _in_years(source: Source, wish: Wish) -> bool:
    years = [int(year) for year in re.findall(r"\d{4}", source.year)]
    wished = wish.since is not None or wish.until is not None
    return (
        wished
        and bool(years)
        and max(years) >= (wish.since or min(years))
        and min(years) <= (wish.until or max(years))
    )


def unmet(answer: Answer, wish: Wish, source_of: Callable[[str], Source]) -> str:
    """A line in the answer's language on what none of its sources has of the wish; else ""."""
    if not answer.answered:
        return ""
    say = speak(answer.language)
    sources = [source_of(citation.source) for citation in answer.sources]
    told = []
    if wish.language and not any(_in_language(source, wish) for source in sources):
        name = language_name(wish.language, answer.language)
        told.append(say("None of these sources is in {language}.").format(language=name))
    wished = wish.since is not None or wish.until is not None
    if wished and not any(_in_years(source, wish) for source in sources):
        told.append(say("None of these sources is known to be of the years you asked for."))
    return " ".join(told)
