"""What is said to someone at risk: short, warm, without blame, and without a promise."""

from collections.abc import Sequence
from dataclasses import replace

from bot.messages import Button, Line, Offer, Reply, Span, Style
from bot.phrases import Say, speak
from bot.replies import BLANK, how, plain
from bot.safeguarding.findings import Finding
from bot.safeguarding.helplines import (
    DIRECTORY,
    Helpline,
    countries,
    local_hours,
    of_country,
)

PAGE = 6  # countries shown at a time
MARK = "safe"  # how the data of these cards' buttons begins

DANGER = (
    "If you or a child are in danger now, go to a safe adult or call the emergency number of your"
    " country."
)
PROGRAM = (
    "I am a computer program, so I cannot keep anyone safe or follow up, but people can help now."
    " You do not need to give details here."
)
BY_COUNTRY = "Child helplines by country:"
WHICH = "Which country are you in?"
PHONE = "If someone else may read this phone, delete this chat afterwards."
MISTAKEN = "I did not mean this"
OTHERS = "Other countries"
AGAIN = (
    "All right, and sorry that I misunderstood. Please ask again with # and a space before your"
    " question, and I will look in the library."
)
NOT_HELD = "I have no checked number for this country."
HOURS = "Hours: {hours}"
NO_HOURS = "Hours: not stated"
CHECKED = "As its source stated on {date}; numbers can change."
LINE = "If you or a child need help now, send HELP."
PRIVATELY = "Write to me in private"

WARM: dict[Finding, tuple[str, ...]] = {
    Finding.SAFE_WORD: (DANGER,),
    Finding.DISCLOSURE: (
        "Thank you for telling me. What happened is not your fault or the child's fault.",
        DANGER,
    ),
    Finding.SELF_HARM: (
        "I am glad that you wrote. You matter, and you do not have to carry this alone.",
        "Please stay with someone you trust now, away from anything that could hurt you. If you"
        " might act on it, call the emergency number of your country or a helpline.",
    ),
    Finding.FORCED: (
        "Thank you for telling me. Nobody should be forced to marry or to be cut. It is not your"
        " fault or the child's fault.",
        "It may still be stopped: tell a safe adult or a teacher, or call a child helpline or the"
        " police, today if it is safe for you.",
        DANGER,
    ),
    Finding.PRACTITIONER: (
        "Thank you for listening to this child. You do not have to carry it alone.",
        "Stay calm. Say that it is not the child's fault and that telling was right. Do not press"
        " for details, promise secrecy or confront anyone.",
        "Tell your organisation's focal point today. If there is danger now, bring the child to a"
        " safe place and call the emergency number. A helpline can tell you who must be informed"
        " in your country.",
    ),
    Finding.GROOMING: (
        "I cannot help with this. Time with a child belongs in the open, with the family's"
        " knowledge; a child should never be asked to keep an adult's secret.",
        "If you worry about a child, or about your own thoughts, a helpline can help.",
    ),
}
TEXTS = frozenset(
    {DANGER, PROGRAM, BY_COUNTRY, WHICH, PHONE, MISTAKEN, OTHERS, AGAIN, NOT_HELD, HOURS}
    | {NO_HOURS, CHECKED, LINE, PRIVATELY, *(text for texts in WARM.values() for text in texts)}
)
"""Safety texts: each must stand, not fuzzy, in every catalogue; a test sees to it."""


def card(finding: Finding, language: str, country: str | None = None) -> Reply:
    """The card of a finding; with a known country (its code) its helpline stands on it."""
    say = speak(language)
    told = [*WARM[finding]]
    if finding is not Finding.GROOMING and finding is not Finding.PRACTITIONER:
        told += [PROGRAM]
    if finding in (Finding.DISCLOSURE, Finding.FORCED, Finding.SELF_HARM):
        told += [PHONE]
    lines = [plain(say(text)) for text in told]
    known = of_country(country) if country else []
    lines += [line for held in known for line in _helpline(held, language)]
    lines += [_directory(say), plain(say(WHICH), Style.BOLD)]
    return Reply(language=language, lines=tuple(lines), buttons=_choice(language, 0))


def aside(reply: Reply) -> Reply:
    """The reply with one discreet line under it."""
    line = plain(speak(reply.language)(LINE), Style.ITALIC)
    return replace(reply, lines=(*reply.lines, BLANK, line))


def privately(language: str) -> Reply:
    """For what is typed where others may read along: nothing is said there, only where to go."""
    title = speak(language)(PRIVATELY)
    nothing = Reply(language=language, lines=())
    return Reply(
        language=language,
        lines=(),
        offers=(Offer(id="help", title=title, description="", reply=nothing),),
    )


def pressed(data: str) -> Reply:
    """What stands behind a card's button; `data` is "safe:what:language:which"."""
    _, what, language, which = [*data.split(":"), "", "", ""][:4]
    if what == "in":
        return _of_country(which, language)
    if what == "list":
        start = int(which) if which.isascii() and which.isdigit() else 0
        lines = (_directory(speak(language)), plain(speak(language)(WHICH), Style.BOLD))
        return Reply(language=language, lines=lines, buttons=_choice(language, start))
    if what == "oops":
        say = speak(language)
        return Reply(language=language, lines=(plain(say(AGAIN)), BLANK, *how(say)))
    return card(Finding.SAFE_WORD, language)


def _of_country(code: str, language: str) -> Reply:
    say = speak(language)
    held = of_country(code)
    lines = [line for one in held for line in _helpline(one, language)]
    lines = lines or [plain(say(NOT_HELD))]
    return Reply(
        language=language,
        lines=(plain(say(DANGER)), BLANK, *lines, BLANK, _directory(say)),
        buttons=(Button(label=say(OTHERS), data=f"{MARK}:list:{language}:0"),),
    )


def _helpline(held: Helpline, language: str) -> list[Line]:
    say = speak(language)
    hours = local_hours(held.hours, language)
    shown = say(HOURS).format(hours=hours) if hours else say(NO_HOURS)
    return [
        Line((Span(f"{held.name(language)}: "), Span(held.number, Style.BOLD))),
        Line((Span(held.service, url=held.source),)),
        plain(shown),
        plain(say(CHECKED).format(date=held.checked.isoformat())),
    ]


def _directory(say: Say) -> Line:
    return Line((Span(say(BY_COUNTRY) + " "), Span(DIRECTORY, url=DIRECTORY)))


def _choice(language: str, start: int) -> tuple[Button, ...]:
    """A page of countries, the way to the others, and the way back."""
    say = speak(language)
    every: Sequence[Helpline] = countries(language)
    start = start if start < len(every) else 0
    buttons = [
        Button(label=held.name(language), data=f"{MARK}:in:{language}:{held.code}")
        for held in every[start : start + PAGE]
    ]
    following = start + PAGE if start + PAGE < len(every) else 0
    return (
        *buttons,
        Button(label=say(OTHERS), data=f"{MARK}:list:{language}:{following}"),
        Button(label=say(MISTAKEN), data=f"{MARK}:oops:{language}"),
    )


def last_resort() -> Reply:
    """The card where even the catalogues and the table of helplines fail: words of the code."""
    lines = (plain(DANGER), plain(PROGRAM), plain(f"{BY_COUNTRY} {DIRECTORY}"))
    return Reply(language="en", lines=lines)
