"""Where a source opens: the page of a PDF, the sentence of a web page."""

from urllib.parse import quote

from bot.messages import Citation
from corpus.document import Passage
from corpus.source import PRACTICE, Source

_WORDS = 5  # of the quote's beginning and end, enough for a browser to find the place


def citation(source: Source, passage: Passage, quoted: str = "") -> Citation:
    """A source at the page of `passage`. `quoted` are its own words, if any were quoted."""
    return Citation(
        source=source.id,
        title=source.title,
        publisher=source.publisher,
        year=source.year,
        page=passage.page,
        label=passage.label,
        language=source.link_language,
        kind=source.link_kind,
        mirror=source.mirror,
        url=deep_link(source.url, source.link_kind, passage.page, quoted),
        practice=source.kind == PRACTICE,
    )


def deep_link(url: str, kind: str, page: int | None, quoted: str) -> str:
    """`url` opened at the place, where its kind can be.

    `#page=` is RFC 8118's for PDF; `#:~:text=` is the URL fragment text directive of the W3C's
    community group. A viewer that knows neither still opens the document.
    """
    if kind == "PDF" and page is not None:
        return f"{url.split('#')[0]}#page={page}"
    if kind == "page" and quoted and url.startswith("http"):
        joint = "" if "#" in url else "#"
        return f"{url}{joint}:~:text={_directive(quoted)}"
    return url


def _directive(quoted: str) -> str:
    words = quoted.split()
    if len(words) <= 2 * _WORDS:
        return _escaped(" ".join(words))
    return f"{_escaped(' '.join(words[:_WORDS]))},{_escaped(' '.join(words[-_WORDS:]))}"


def _escaped(text: str) -> str:
    """Percent-encoded, with the three characters that have a meaning in a directive."""
    return quote(text, safe="").replace("-", "%2D")
