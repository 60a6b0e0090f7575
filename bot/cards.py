"""The answer card and what its buttons open, channel-neutral, in the person's language."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from babel.dates import format_date

from bot import again
from bot.messages import Answer, Button, Citation, Line, Quote, Reply, Span, Staff, Style
from bot.phrases import Say, file_size, language_name, speak
from bot.replies import BLANK, notice, plain
from corpus.source import Source

GONE = "The library has changed since then. Please ask your question again."
LONGEST = 930  # characters of a card: room is left under 1,000 for a line about HELP
ASKED = 150  # characters of a question that staff answered
TITLE = 70  # characters of a title or a publisher in a card that is too long
_BUTTON_BYTES = 64  # Telegram's limit for what a button carries
_KIND_NAMES = {
    "page": "web page",
    "list": "a list that names it",
    "video": "video",
    "slides": "slides",
    "repository": "web page",
    "document viewer": "document viewer",
    "text file": "text file",
    "file": "file",
}


def answer_reply(answer: Answer) -> Reply:
    """An answer card: the quotes, then where they stand; or that nothing was found.

    Where it would be long on a phone it does without sources that are not quoted, the last one
    first, and then without the ends of long titles. Quotes stay whole.
    """
    reply = _card(answer)
    while length(reply) > LONGEST and (shorter := _shorter(answer)) != answer:
        answer = shorter
        reply = _card(answer)
    return reply


def length(reply: Reply) -> int:
    """How many characters a person sees, before any network's markup."""
    return sum(len(line.text) + 1 for line in reply.lines)


def _shorter(answer: Answer) -> Answer:
    quoted = {quote.source for quote in answer.quotes}
    beside = [citation for citation in answer.sources if citation.source not in quoted]
    if beside:
        return replace(answer, sources=tuple(c for c in answer.sources if c is not beside[-1]))
    return replace(answer, sources=tuple(map(shortened_titles, answer.sources)))


def shortened_titles(citation: Citation) -> Citation:
    """The same without the ends of a long title and a long publisher."""
    title, publisher = shortened(citation.title), shortened(citation.publisher)
    return replace(citation, title=title, publisher=publisher)


def shortened(text: str, most: int = TITLE) -> str:
    """A long text up to a space, and that more follows."""
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0].rstrip(" ,:;") + " …"


def _card(answer: Answer) -> Reply:
    say = speak(answer.language)
    if not answer.answered:
        return _nothing_found(answer, say)
    marks = {(c.source, c.page): number for number, c in enumerate(answer.sources, start=1)}
    lines = _rewritten_lines(answer.rewritten, say)
    lines += _staff_lines(answer.staff, answer.language) if answer.staff else []
    told = {citation.source for citation in answer.sources if citation.practice}
    lines += [*_quote_lines(answer.quotes, marks, told, answer.language), BLANK]
    quoted = {quote.source for quote in answer.quotes}
    beside = [citation for citation in answer.sources if citation.source not in quoted]
    for number, citation in enumerate(answer.sources, start=1):
        if beside and citation is beside[0]:
            lines.append(plain(say("See also:")))
        lines.append(source_line(f"{number}. ", citation, answer.language))
    lines += [plain(answer.unmet, Style.ITALIC)] if answer.unmet else []
    return Reply(
        language=answer.language,
        lines=tuple(lines),
        buttons=_buttons(answer, say),
        link=again.link(answer.quotes, answer.language),
    )


def _rewritten_lines(text: str, say: Say) -> list[Line]:
    """What a language model made of the quotes: above them, named for what it is."""
    if not text:
        return []
    label = say("Put together by a computer from the quotes below; the quotes count:")
    return [plain(label, Style.ITALIC), plain(text), BLANK]


def _staff_lines(staff: Staff, language: str) -> list[Line]:
    """Who answered, when, and which question: it may be another than the person's own."""
    say = speak(language)
    label = say("Answered by the Exchange's staff on {date}, to the question:")
    lines = [
        plain(label.format(date=format_date(staff.on, "long", locale=language)), Style.ITALIC),
        plain(f"“{shortened(staff.asked, ASKED)}”"),
    ]
    if staff.text:
        whose = [say("the staff's own words")]
        if staff.language != language:
            name = language_name(staff.language, language)
            whose.append(say("in {language}").format(language=name))
        mark = plain(f"— {say(', ').join(whose)}", Style.ITALIC)
        lines += [BLANK, *(plain(line) for line in staff.text.splitlines()), mark]
    return lines


def _quote_lines(
    quotes: Sequence[Quote],
    marks: dict[tuple[str, int | None], int],
    told: set[str],
    language: str,
) -> list[Line]:
    """`told`: the ids of the sources that are practice."""
    lines = []
    for _, group in groupby(quotes, key=lambda quote: quote.passage):
        run = list(group)
        lines += [Line((Span(f"“{quote.text}”"),), quote=True) for quote in run]
        number = marks.get((run[0].source, run[0].page))
        mark = f" [{number}]" if number else ""
        practice = run[0].source in told
        lines.append(plain(f"— {whose_words(run[0], language, practice)}{mark}", Style.ITALIC))
    return lines


def whose_words(quote: Quote, language: str, practice: bool) -> str:
    """Whose words these are, on which page, in which language."""
    say = speak(language)
    parts = [say("summary by the Exchange") if quote.summary else say("the source's own words")]
    if practice:
        parts = [say("from practice, not guidance")]
    if quote.page is not None:
        parts.append(page_name(quote.page, quote.label, say))
    if quote.language != language:
        parts.append(say("in {language}").format(language=language_name(quote.language, language)))
    return say(", ").join(parts)


def page_name(page: int, label: str | None, say: Say) -> str:
    """The printed number, which a paper copy shows; the viewer's too where they differ."""
    if label and label != str(page):
        return say("p. {page} (page {number} in the viewer)").format(page=label, number=page)
    return say("p. {page}").format(page=page)


def source_line(lead: str, citation: Citation, language: str) -> Line:
    """A source as a link, and what the link opens: its kind, its size, its language."""
    say = speak(language)
    web = citation.url.startswith(("http://", "https://"))
    facts = [citation.publisher, citation.year or say("no date")]
    if citation.page is not None:
        facts.append(page_name(citation.page, citation.label, say))
    opens = [say(_KIND_NAMES.get(citation.kind, citation.kind))]
    if citation.bytes:
        opens.append(file_size(citation.bytes, language))
    if citation.language:
        opens.append(language_name(citation.language, language))
    if citation.mirror:
        opens.append(say("copy on {site}").format(site=citation.mirror))
    if not web:
        opens.append(say("no public link"))
    if citation.practice:
        opens.append(say("from practice, not guidance"))
    comma = say(", ")
    text = f"{comma.join(fact for fact in facts if fact)} ({comma.join(opens)})"
    title = Span(citation.title, Style.BOLD, citation.url)
    return Line((Span(lead), title, Span(f" – {text}")))


def _buttons(answer: Answer, say: Say) -> tuple[Button, ...]:
    """Buttons that carry ids, not text: they work after a restart, and keep nothing of a person."""
    sources = list(dict.fromkeys(citation.source for citation in answer.sources))
    made = (
        _button(say("More"), f"more:{answer.language}:", answer.more),
        _button(say("Sources"), f"sources:{answer.language}:", sources),
        _button(
            say("See the page"), f"page:{answer.language}:", [answer.page] if answer.page else []
        ),
    )
    return tuple(button for button in made if button is not None)


def _button(label: str, data: str, ids: Sequence[str]) -> Button | None:
    """As many ids as a button may carry; None where there are none."""
    kept: list[str] = []
    for id in ids:
        if len((data + ",".join([*kept, id])).encode()) > _BUTTON_BYTES:
            break
        kept.append(id)
    return Button(label=label, data=data + ",".join(kept)) if kept else None


def _nothing_found(answer: Answer, say: Say) -> Reply:
    lines = [plain(say("I did not find an answer to this in the Exchange's library."))]
    if answer.nearest:
        lines += [BLANK, plain(say("The nearest that it holds:"))]
        lines += [source_line("• ", citation, answer.language) for citation in answer.nearest]
    return Reply(language=answer.language, lines=tuple(lines))


def more_reply(answer: Answer) -> Reply:
    """What stands behind the button "More"."""
    return answer_reply(answer) if answer.quotes else notice(answer.language, GONE)


def sources_reply(
    language: str, sources: Sequence[Source], others: Callable[[Source], Sequence[Source]]
) -> Reply:
    """What stands behind the button "Sources": who wrote each, and whether it may be copied.

    `others` gives the translations of a source that are held, too.
    """
    if not sources:
        return notice(language, GONE)
    say = speak(language)
    lines: list[Line] = []
    for source in sources:
        told = [source.authors, source.publisher, source.year or say("no date")]
        about = [source.kind, source.region]
        lines += [plain(source.title, Style.BOLD, source.url)]
        lines += [plain(say(", ").join(filter(None, part))) for part in (told, about) if any(part)]
        lines += [_also_in(other, language) for other in others(source)]
        lines += [plain(licence(source, say)), BLANK]
    return Reply(language=language, lines=tuple(lines[:-1]))


def licence(source: Source, say: Say) -> str:
    """Whether a source may be copied, as its catalogue says."""
    if source.licence in ("", "not stated"):
        return say("licence not stated: ask the publisher before you copy it")
    return say("licence: {licence}").format(licence=source.licence)


def _also_in(source: Source, language: str) -> Line:
    name = language_name(source.link_language, language)
    lead = speak(language)("also in {language}:").format(language=name)
    return Line((Span(f"{lead} "), Span(source.title, Style.PLAIN, source.url)))
