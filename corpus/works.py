"""What belongs together: translations of one work; and what is kept apart: its editions."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from corpus.source import Source

_NOTE = re.compile(r"\([^)]*\)|\[[^]]*\]")
_VERSION = re.compile(r"\bv\.?\s*(?=\d)", re.IGNORECASE)  # "v.1.1" and "v1.1" are one
_YEAR = re.compile(r"\b(?:19|20)\d\d(?:\s*[-–/]\s*(?:19|20)?\d\d)?\b")
_LANGUAGE = re.compile(
    r"\b(?:english|swahili|kiswahili|french|fran[cç]ais|spanish|espa[nñ]ol|portuguese|portugu[eê]s"
    r"|arabic|en|sw|fr|es|pt|ar)\s+(?:version|edition|text|translation)\b",
    re.IGNORECASE,
)


def work(source: Source) -> str:
    """The work that a source is an edition and translation of.

    The catalogue's own word decides; else the title without notes, year and language, together
    with the year: an edition of 2012 and one of 2019 are two works, two languages of one are one.
    """
    if source.work:
        return source.work
    versioned = _VERSION.sub("v", source.title)
    title = _LANGUAGE.sub(" ", _YEAR.sub(" ", _NOTE.sub(" ", versioned)))
    bare = unicodedata.normalize("NFKD", title.casefold())
    words = re.findall(r"[^\W_]+", "".join(c for c in bare if not unicodedata.combining(c)))
    return f"{' '.join(words)} | {source.year}"


def translations(sources: Iterable[Source]) -> dict[str, list[Source]]:
    """The works that are held in more than one language, each with its sources."""
    by_work: defaultdict[str, list[Source]] = defaultdict(list)
    for source in sources:
        by_work[work(source)].append(source)
    return {
        name: tied for name, tied in by_work.items() if len({s.link_language for s in tied}) > 1
    }
