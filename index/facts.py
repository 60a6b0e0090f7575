"""Questions for a figure, a law or a date of a country.

"How many social workers are there in Paraguay?": what a library says of one country answers no such
question about another, however near it is. Who only names where they work ("we are in Paraguay,
how do we begin?") asks for none.
"""

import functools
import re

from index.countries import folded, named_in

# Words that ask for a figure, a law or a date, folded.
_ASKING = {
    "en": r"how (?:many|much)|percent\w*|proportion|share of|rates?|number of|statistics?|figures"
    r"|when did|(?:which|what) year|laws?|act|code|legal\w*|minimum age|ratif\w+|sentence for",
    "sw": r"\w{0,3}ngapi|asilimia|takwimu|idadi|lini|sheria\w*|kisheria|\w*ridhia|umri|kifungo",
    "fr": r"combien|pourcentages?|taux|nombre|statistiques?|chiffres|quand|lois?|code"
    r"|leg(?:al|ale|aux)|juridique|ratifi\w+|age|peine",
    "es": r"cuant[oa]s|porcentajes?|tasas?|cifras|estadisticas?|cuando|ley(?:es)?|codigo|legal\w*"
    r"|edad minima|ratific\w+|pena",
    "pt": r"quant[oa]s|p[eo]rcentagem|taxas?|numeros?|estatisticas?|quando|leis?|codigo|legal\w*"
    r"|idade minima|ratific\w+|pena",
    "ar": r"كم|(?:ال)?نسبه|عدد|احصا\w*|متي|(?:ال)?قانون\w*|سن|صادق\w*|الحد الادني|عقوبه",
}


@functools.cache
def _asking(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_ASKING[language]})(?!\w)")


def wanted_of(question: str, language: str) -> frozenset[str]:
    """The countries of which a question in this language wants a figure, a law or a date."""
    if language not in _ASKING or not _asking(language).search(folded(question)):
        return frozenset()
    return named_in(question, language)


def elsewhere(wanted: frozenset[str], text: str, language: str) -> bool:
    """Whether facts of countries are wanted and the text, in this language, names none of them."""
    return bool(wanted) and not wanted & named_in(text, language)
