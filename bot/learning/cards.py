"""What a path says in the chat: the list, each step, what follows an answer. Channel-neutral.

A button carries the path, the language that it is taken in, and a step: "learn:sw:listening:3:a1".
"""

from collections.abc import Iterator, Sequence

from bot.cards import length, shortened, shortened_titles, source_line, whose_words
from bot.learning.path import Choice, Fault, LearningPath, Place, Step
from bot.learning.verifying import passage_of
from bot.links import citation
from bot.messages import Button, Citation, Line, Reply, Span, Style
from bot.phrases import Say, language_name, speak
from bot.quoting import quote
from bot.replies import BLANK, notice, plain
from corpus.document import Passage
from corpus.library import Library

MARK = "learn"  # the buttons' name
LONGEST = 1_000  # characters of a message, as a person reads it
LISTED = 9  # paths in the list: with the place where somebody stands, WhatsApp's ten rows
_TITLE = 40  # characters of a button in the list


def button(label: str, path: str, step: int, what: str) -> Button:
    """A choice at a step; `path` is a Place's."""
    return Button(label=label, data=f"{MARK}:{path}:{step}:{what}")


def listed(language: str, paths: Sequence[LearningPath], place: Place | None, title: str) -> Reply:
    """All paths; first the `place` where somebody stands, in the path of this `title`."""
    say = speak(language)
    if not paths and place is None:
        return notice(language, "There are no learning paths yet.")
    lines = [plain(say("Learning paths: a few short steps each, with a question at the end."))]
    buttons = []
    if place is not None:
        stands = say("You stand at step {number} of: {title}")
        lines.append(plain(stands.format(number=place.step, title=title)))
        buttons.append(button(say("Go on"), place.path, place.step, "s"))
    for path in paths[:LISTED]:
        lines.append(Line((Span("• "), Span(path.title, Style.BOLD), Span(f": {path.about}"))))
        buttons.append(
            button(shortened(path.title, _TITLE), f"{language}:{path.id}", len(path.steps), "i")
        )
    return Reply(language=language, lines=tuple(lines), buttons=tuple(buttons))


def opening(path: LearningPath, language: str) -> Reply:
    """What a path is about, what is kept, and how to end it."""
    say = speak(language)
    lines = [plain(path.title, Style.BOLD), plain(path.about)]
    if path.language != language:
        name = language_name(path.language, language)
        told = say("I have this path only in {language}; what I say around it is in your language.")
        lines.append(plain(told.format(language=name), Style.ITALIC))
    lines += [
        BLANK,
        plain(
            say(
                "{count} short steps, at once or one a day. Think of children in general: no step"
                " asks what happened to a real child, so please send me no such story and no name."
            ).format(count=len(path.steps))
        ),
        plain(
            say(
                "I keep only which path and which step. The word STOP, or /stop, ends it and"
                " erases that."
            )
        ),
    ]
    begin = button(say("Begin"), f"{language}:{path.id}", 1, "s")
    return Reply(language=language, lines=tuple(lines), buttons=(begin,))


def step(path: LearningPath, number: int, language: str, library: Library) -> Reply:
    """One step, numbered from 1: its words, its quote as the library has it now, its question."""
    say, one = speak(language), path.steps[number - 1]
    count = say("step {number} of {count}").format(number=number, count=len(path.steps))
    place = f"{language}:{path.id}"
    choices = [button(c.label, place, number, f"a{at}") for at, c in enumerate(one.choices)]
    return Reply(
        language=language,
        lines=(
            Line((Span(one.title, Style.BOLD), Span(f" ({count})"))),
            *one.before,
            *_quoted(one, language, library),
            *one.after,
            BLANK,
            plain(one.question, Style.BOLD),
        ),
        buttons=(*choices, button(say("Pause"), place, number, "p")),
    )


def answered(
    path: LearningPath, number: int, choice: Choice, language: str, library: Library
) -> Reply:
    """What follows an answer, right or not: why, and the source; then the way on."""
    say, place = speak(language), f"{language}:{path.id}"
    verdict = say("Yes, that is right.") if choice.right else say("Not quite.")
    lines = [plain(verdict, Style.BOLD), plain(choice.feedback), BLANK]
    lines.append(_source(path.steps[number - 1], language, library))
    if number < len(path.steps):
        buttons = on(place, number + 1, say)
    else:
        lines += [BLANK, plain(say("That was the last step. Well done, and thank you!"))]
        buttons = (Button(label=say("All paths"), data=MARK),)
    return Reply(language=language, lines=tuple(lines), buttons=buttons)


def on(place: str, number: int, say: Say) -> tuple[Button, ...]:
    """The ways on to a step: now, tomorrow, or not at all."""
    return (
        button(say("Next step"), place, number, "s"),
        button(say("Tomorrow"), place, number, "t"),
        button(say("Stop"), place, number, "x"),
    )


def reminder(path: LearningPath, number: int, language: str, library: Library) -> Reply:
    """A step that is sent by itself, as it was asked for."""
    made = step(path, number, language, library)
    lead = plain(_lead(speak(language)), Style.ITALIC)
    return Reply(language=language, lines=(lead, *made.lines), buttons=made.buttons)


def _lead(say: Say) -> str:
    return say("Your next step, as you asked. STOP ends this.")


def _quoted(step: Step, language: str, library: Library) -> Iterator[Line]:
    """The quote, whose words it is, and its source; that it is gone, where it is."""
    passage = passage_of(step.quoted, library)
    if passage is not None:
        said, practice = quote(step.quoted.words, passage), _cited(passage, step, library).practice
        yield Line((Span(f"“{said.text}”"),), quote=True)
        yield plain(f"— {whose_words(said, language, practice)}", Style.ITALIC)
    yield _source(step, language, library)


def _source(step: Step, language: str, library: Library) -> Line:
    passage = passage_of(step.quoted, library)
    if passage is not None:
        return source_line("", _cited(passage, step, library), language)
    gone = speak(language)(
        "What this step quoted ({source}) is no longer in the library; it goes on without it."
    )
    return plain(gone.format(source=step.quoted.source), Style.ITALIC)


def _cited(passage: Passage, step: Step, library: Library) -> Citation:
    words = "" if passage.summary else step.quoted.words
    return shortened_titles(citation(library.source(passage.source), passage, words))


def too_long(path: LearningPath, library: Library) -> list[Fault]:
    """The steps that are too long for a phone, in the path's own language."""
    faults = []
    for number, one in enumerate(path.steps, 1):
        made = [reminder(path, number, path.language, library)]
        made += [answered(path, number, choice, path.language, library) for choice in one.choices]
        over = max(map(length, made)) - LONGEST
        if over > 0:
            why = f"step {number} is {over} characters too long for a phone; shorten it"
            faults.append(Fault(line=one.line, why=why))
    return faults
