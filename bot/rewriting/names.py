"""Names in a sentence: what is written with a capital, and places, months and days in any spelling.

Arabic has no capitals. There, countries, months and days are known by their names, and what
follows a word such as "Mr" or "village" counts as a name.
"""

import functools
import re
import unicodedata

from babel import Locale

from index.languages import SPOKEN, fold

# Words that may begin a sentence although the quotes do not hold them; any other might be a name.
# The model is told them.
OPENERS = {
    "en": "the a an this these that those it its they their he she his her we our you your in on at"
    " to for from by with of and or but so as if when where while before after during since there"
    " here some many most all each every both other such not no do never also instead however"
    " children child communities community families family people parents adults workers"
    " girls boys women men elders leaders volunteers local protection participation involvement"
    " work working projects approaches listening trust organisations services",
    "sw": "ni na ya wa kwa katika kama ili ikiwa pia lakini au hii hizi huu hawa hao hilo hiyo wao"
    " yeye sisi kila wengi baadhi baada kabla wakati pale hapa kuna hakuna si bila watoto mtoto"
    " jamii familia watu wazazi ulinzi hivyo kisha"
    " ushiriki kazi miradi mradi njia mbinu wasichana wavulana wanawake wanaume wazee viongozi"
    " wanajamii wahudumu wafanyakazi huduma msaada mafunzo kusikiliza kushirikisha imani hatua",
    "fr": "le la les l un une des du de d ce cet cette ces il elle ils elles on nous vous leur"
    " leurs son sa ses dans en sur au aux a pour par avec sans et ou mais donc si quand lorsque"
    " avant apres pendant chaque tous toutes certains plusieurs ne n enfants communautes familles"
    " parents personnes filles garcons femmes hommes anciens benevoles travail projets approches"
    " approche protection participation communaute ecouter confiance services",
    "es": "el la los las un una unos unas lo este esta estos estas ese esa se su sus en de del al a"
    " por para con sin y o pero si cuando antes despues durante cada todos todas algunos muchos no"
    " nunca es son hay tambien ninos ninas comunidades familias"
    " comunidad familia personas padres mujeres hombres adultos ancianos lideres voluntarios"
    " trabajo proyectos enfoques proteccion participacion escuchar confianza servicios",
    "pt": "o a os as um uma uns umas este esta estes estas esse essa isto se seu sua em no na nos"
    " nas de do da dos das ao por para com sem e ou mas quando antes depois durante cada todos"
    " todas alguns muitos nao nunca sao ha tambem criancas comunidades familias"
    " comunidade familia pessoas pais mulheres homens adultos anciaos lideres voluntarios trabalho"
    " projetos projectos abordagens protecao participacao ouvir confianca servicos",
}
_LEADS = re.compile(  # Arabic: the word after one of these is taken for a name
    r"(?<!\w)[وفبل]?(?:ال)?(?:سيد|سيدة|دكتور|دكتورة|شيخ|شيخة|أستاذ|أستاذة|مدينة|قرية|مخيم|منظمة"
    r"|مؤسسة|جمعية|يدعى|تدعى|اسمه|اسمها)\s+(\w+)"
)
_WORD = re.compile(r"[^\W\d_]+")
_STRANGE = "ªº"  # letters that are no part of the Latin alphabet to Unicode, but are to Spanish


def unknown(sentence: str, language: str, held: frozenset[str], codes: frozenset[str]) -> list[str]:
    """The names in a sentence that are neither among the words `held` nor the `codes`.

    `held` are folded words of what the sentence rests on, `codes` what `places` gives of it.
    """
    strangers = []
    for written, code in places(sentence, language):
        if code in codes:
            sentence = sentence.replace(written, " ")
        else:
            strangers.append(written)
    if language == "ar":
        strangers += [name for name in _LEADS.findall(sentence) if fold(name) not in held]
    for at, word in enumerate(_WORD.findall(sentence)):
        if _may_be_name(word, at == 0, language) and fold(word) not in held:
            strangers.append(word)
    return strangers


def _may_be_name(word: str, first: bool, language: str) -> bool:
    if language == "ar":
        return bool(re.search(r"[a-zA-ZÀ-ɏ]", word))
    if first and (word.istitle() or len(word) == 1):
        return fold(word) not in OPENERS[language].split() and word[0].isupper()
    return any(letter.isupper() for letter in word)


def foreign(text: str) -> bool:
    """Whether a letter is neither Latin nor Arabic: look-alikes hide a name or a number."""
    letters = (c for c in text if c.isalpha() and c not in _STRANGE)
    return any(not unicodedata.name(c, "").startswith(("LATIN", "ARABIC")) for c in letters)


def folded(text: str) -> frozenset[str]:
    """The words of a text, as `unknown` compares them."""
    return frozenset(fold(word) for word in _WORD.findall(text))


def places(text: str, language: str) -> list[tuple[str, str]]:
    """Countries, months and days in `text`: what is written, and a code for all languages."""
    if language not in SPOKEN:
        return []
    known = _known(language)
    return [(found[0], known[found["name"]]) for found in _pattern(language).finditer(text)]


@functools.cache
def _known(language: str) -> dict[str, str]:
    """Names to codes: "KE", "month 5", "day 0". Capitals count: "mali" is wealth in Swahili."""
    locale = Locale(language)
    names: dict[str, str] = {}
    for code, name in locale.territories.items():
        if len(code) == 2 and code.isalpha():
            names |= {form: code for form in re.split(r" \(|\)", name) if form}
    for kind, listed in (("month", locale.months), ("day", locale.days)):
        names |= {name: f"{kind} {number}" for number, name in listed["format"]["wide"].items()}
    if language == "ar":  # after the preposition ل the article is written without its alif
        names |= {f"لل{name[2:]}": code for name, code in names.items() if name[:2] == "ال"}
    return names


@functools.cache
def _pattern(language: str) -> re.Pattern[str]:
    names = "|".join(map(re.escape, sorted(_known(language), key=len, reverse=True)))
    joined = "[وف]?[بلك]?" if language == "ar" else ""
    return re.compile(rf"(?<!\w){joined}(?P<name>{names})(?!\w)")
