"""From answers and occasions to channel-neutral replies, in the person's language."""

from collections.abc import Sequence
from itertools import groupby

from bot.messages import Answer, Button, Citation, Kind, Line, Quote, Reply, Span, Style
from bot.phrases import Say, language_name, own_name, speak
from index.languages import SPOKEN

HELPLINES = "https://childhelplineinternational.org/helplines/"
HUB = "https://childprotectionforum.org/"
_BUTTON_BYTES = 64  # Telegram's limit for what a button carries
_BLANK = Line((Span(""),))

_KINDS = {
    Kind.STICKER: "Thank you! I only read text. Please write your question in words.",
    Kind.VOICE: "I cannot listen to voice messages yet. Please write your question in a few words.",
    Kind.PHOTO: "I cannot look at pictures, and I did not keep yours. Please write your question,"
    " without names or details of a child.",
    Kind.DOCUMENT: "I cannot read documents that are sent to me, and I did not keep yours."
    " Please write your question.",
    Kind.OTHER: "I only read text. Please write your question in words.",
    Kind.TEXT: "I found no words in your message. Please write your question in words.",
}


def plain(text: str, style: Style = Style.PLAIN, url: str = "") -> Line:
    """A line of one span."""
    return Line((Span(text, style, url),))


def answer_reply(answer: Answer) -> Reply:
    """An answer card: the quotes, then where they stand; or that nothing was found."""
    say = speak(answer.language)
    if not answer.answered:
        return _nothing_found(answer, say)
    marks = {(c.source, c.page): number for number, c in enumerate(answer.sources, start=1)}
    lines = [*_quote_lines(answer.quotes, marks, answer.language), _BLANK]
    quoted = {quote.source for quote in answer.quotes}
    beside = [citation for citation in answer.sources if citation.source not in quoted]
    for number, citation in enumerate(answer.sources, start=1):
        if beside and citation is beside[0]:
            lines.append(plain(say("See also:")))
        lines.append(_source_line(f"{number}. ", citation, answer.language))
    return Reply(language=answer.language, lines=tuple(lines), buttons=_more_button(answer, say))


def _quote_lines(
    quotes: Sequence[Quote], marks: dict[tuple[str, int | None], int], language: str
) -> list[Line]:
    lines = []
    for _, group in groupby(quotes, key=lambda quote: quote.passage):
        run = list(group)
        lines += [Line((Span(f"“{quote.text}”"),), quote=True) for quote in run]
        number = marks.get((run[0].source, run[0].page))
        mark = f" [{number}]" if number else ""
        lines.append(plain(f"— {_where(run[0], language)}{mark}", Style.ITALIC))
    return lines


def _where(quote: Quote, language: str) -> str:
    """Whose words these are, on which page, in which language."""
    say = speak(language)
    parts = [say("summary by the Exchange") if quote.summary else say("the source's own words")]
    if quote.page is not None:
        parts.append(_page(quote.page, quote.label, say))
    if quote.language != language:
        parts.append(say("in {language}").format(language=language_name(quote.language, language)))
    return say(", ").join(parts)


def _page(page: int, label: str | None, say: Say) -> str:
    """The printed number, which a paper copy shows; the viewer's too where they differ."""
    if label and label != str(page):
        return say("p. {page} (page {number} in the viewer)").format(page=label, number=page)
    return say("p. {page}").format(page=page)


def _source_line(lead: str, citation: Citation, language: str) -> Line:
    say = speak(language)
    web = citation.url.startswith(("http://", "https://"))
    facts = [citation.publisher, citation.year or say("no date")]
    if citation.page is not None:
        facts.append(_page(citation.page, citation.label, say))
    opens = [say(_KIND_NAMES.get(citation.kind, citation.kind))]
    if citation.language:
        opens.append(language_name(citation.language, language))
    if citation.mirror:
        opens.append(say("copy on {site}").format(site=citation.mirror))
    if not web:
        opens.append(say("no public link"))
    comma = say(", ")
    text = f"{comma.join(fact for fact in facts if fact)} ({comma.join(opens)})"
    title = Span(citation.title, Style.BOLD, citation.url)
    return Line((Span(lead), title, Span(f" – {text}")))


_KIND_NAMES = {
    "page": "web page",
    "video": "video",
    "slides": "slides",
    "repository": "web page",
    "document viewer": "document viewer",
}


def _more_button(answer: Answer, say: Say) -> tuple[Button, ...]:
    """A button that carries the ids of the next passages: it works after a restart, too."""
    data = f"more:{answer.language}:"
    kept: list[str] = []
    for id in answer.more:
        if len(",".join([data, *kept, id])) > _BUTTON_BYTES:
            break
        kept.append(id)
    return (Button(label=say("More"), data=data + ",".join(kept)),) if kept else ()


def _nothing_found(answer: Answer, say: Say) -> Reply:
    lines = [plain(say("I did not find an answer to this in the Exchange's library."))]
    if answer.nearest:
        lines += [_BLANK, plain(say("The nearest that it holds:"))]
        lines += [_source_line("• ", citation, answer.language) for citation in answer.nearest]
    return Reply(language=answer.language, lines=tuple(lines))


def more_reply(language: str, quotes: Sequence[Quote], sources: Sequence[Citation]) -> Reply:
    """What stands behind the button "More"."""
    if not quotes:
        return notice(
            language, "The library has changed since then. Please ask your question again."
        )
    answer = Answer(
        answered=True, language=language, quotes=tuple(quotes), sources=tuple(sources), nearest=()
    )
    return answer_reply(answer)


def notice(language: str, text: str) -> Reply:
    """One of the assistant's own texts, alone."""
    return Reply(language=language, lines=(plain(speak(language)(text)),))


def unread(kind: Kind, language: str) -> Reply:
    """A kind word about what cannot be read."""
    return notice(language, _KINDS.get(kind, _KINDS[Kind.OTHER]))


def welcome(language: str) -> Reply:
    """The notice that comes first, and how to ask."""
    say = speak(language)
    return Reply(
        language=language,
        lines=(
            plain(
                say("I am an automated assistant of the Community Child Protection Exchange.")
                + " "
                + say(
                    "I answer from its public guidance, in the sources' own words, and"
                    " give you the page and the link."
                )
            ),
            plain(
                say(
                    "I am not a person, a counsellor or a reporting service. Please do not send"
                    " names, phone numbers, photos or details of a child or a case."
                )
            ),
            plain(
                say(
                    "I do not keep your messages. They pass through the network that you use,"
                    " which has its own rules."
                )
            ),
            _BLANK,
            *_how(say),
        ),
        buttons=(Button(label=say("Language"), data="languages"),),
    )


def help_text(language: str) -> Reply:
    """How to ask."""
    return Reply(language=language, lines=tuple(_how(speak(language))))


def _how(say: Say) -> list[Line]:
    return [
        plain(say("Ask in English, Swahili, French, Spanish, Portuguese or Arabic, for example:")),
        plain(
            "“"
            + say(
                "What is the difference between community-based and community-led child protection?"
            )
            + "”",
            Style.ITALIC,
        ),
        plain(say("/language changes the language. Send HELP at any time for child helplines.")),
    ]


def help_card(language: str) -> Reply:
    """Where someone at risk finds people who can help."""
    say = speak(language)
    return Reply(
        language=language,
        lines=(
            plain(
                say(
                    "If you or a child are in danger now, go to a safe adult or call the"
                    " emergency number of your country."
                )
            ),
            plain(
                say(
                    "I am a computer program, so I cannot keep anyone safe or follow up, but"
                    " people can help now. You do not need to give details here."
                )
            ),
            Line((Span(say("Child helplines by country:") + " "), Span(HELPLINES, url=HELPLINES))),
        ),
    )


def choose_language(language: str) -> Reply:
    """A button for each language."""
    buttons = (Button(label=own_name(code), data=f"language:{code}") for code in SPOKEN)
    text = speak(language)("Which language shall I use?")
    return Reply(language=language, lines=(plain(text),), buttons=tuple(buttons))
