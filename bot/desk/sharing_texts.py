"""What is said to somebody who shares, step by step, in their language."""

from typing import TYPE_CHECKING

from bot.channels.port import MOST_FILE
from bot.desk.contributions import WAITS, Contribution, Receipt
from bot.messages import Button, Line, Reply, Span, Style
from bot.phrases import file_size, speak
from bot.replies import BLANK, notice, plain

if TYPE_CHECKING:
    from bot.desk.sharing import Draft

PUBLISHER = "Community Child Protection Exchange – from practice"

_BUTTONS = {  # by step: (what the button says, what it does)
    "writing": ("done", "stop"),
    "shown": ("right", "anew", "stop"),
    "place": ("skip", "stop"),
    "naming": ("unnamed", "named", "stop"),
    "name": ("unnamed", "stop"),
    "consent": ("agree", "stop"),
}


def _labels(language: str) -> dict[str, str]:
    say = speak(language)
    return {
        "done": say("That is all"),
        "right": say("This is right"),
        "anew": say("Write it anew"),
        "skip": say("Leave this out"),
        "unnamed": say("Without my name"),
        "named": say("With my name"),
        "agree": say("I agree"),
        "stop": say("Stop"),
    }


def _asked(draft: "Draft", *lines: Line, choices: tuple[str, ...] = ()) -> Reply:
    labels = _labels(draft.language)
    buttons = (
        Button(label=labels[choice], data=f"share:{draft.token}:{choice}")
        for choice in choices or _BUTTONS[draft.step]
    )
    wants_file = draft.files and draft.step == "writing"
    return Reply(
        language=draft.language, lines=lines, buttons=tuple(buttons), wants_file=wants_file
    )


def explained(draft: "Draft") -> Reply:
    """What happens with what is told, before a word of it is."""
    say = speak(draft.language)
    return _asked(
        draft,
        plain(say("Share what worked"), Style.BOLD),
        plain(
            say(
                "Tell what you did to keep children safe, and what came of it, in one message or"
                " in several. Then press “That is all”."
            )
        ),
        *([plain(_file(draft))] if draft.files else []),
        BLANK,
        plain(
            say(
                "• I take out what looks like a name, a number or a small place, and show you the"
                " text. Nothing is kept until you agree; leave off, and it is gone after 30"
                " minutes."
            )
        ),
        plain(
            say(
                "• If you agree, an editor of the Exchange reads it. Once published, it answers"
                " others, marked as practice, with your name or without, as you choose."
            )
        ),
        plain(say("• You can take it back at any time: then it never answers again.")),
        BLANK,
        plain(say("Please write nothing that tells who a child is."), Style.ITALIC),
        choices=("stop",),
    )


def _file(draft: "Draft") -> str:
    said = speak(draft.language)(
        "Or send a document of {size} at most: I read its text, and keep no file."
    )
    return said.format(size=file_size(MOST_FILE, draft.language))


def not_fetched(draft: "Draft", most: int) -> Reply:
    """A document that is larger than is taken, or gone."""
    said = speak(draft.language)(
        "I could not take this document: it is larger than {size}, or it is gone. Please send a"
        " smaller one, or write it in words."
    )
    return _asked(draft, plain(said.format(size=file_size(most, draft.language))))


def not_read(draft: "Draft", formats: str) -> Reply:
    """A document in which no text was found."""
    said = speak(draft.language)(
        "I could not read this document, and kept nothing of it. I can read these, where they hold"
        " text: {formats}. Please send one of them, or write it in words."
    )
    return _asked(draft, plain(said.format(formats=formats)))


def taken(draft: "Draft") -> Reply:
    """One message of it came."""
    said = speak(draft.language)("Thank you. Write on, or press “That is all”.")
    return _asked(draft, plain(said))


def too_long(draft: "Draft", longest: int) -> Reply:
    """A message that would make it too long was not taken."""
    say = speak(draft.language)
    said = say(
        "I did not take this message: together it would be more than {longest} characters. Please"
        " make it shorter, or press “That is all”."
    )
    return _asked(draft, plain(said.format(longest=longest)))


def nothing_yet(draft: "Draft") -> Reply:
    """They say that it is all, and it is nothing."""
    said = speak(draft.language)("You have not written anything yet. Please tell what worked.")
    return _asked(draft, plain(said), choices=("stop",))


def only_text(draft: "Draft") -> Reply:
    """A picture, a document, a recording that is not listened to."""
    say = speak(draft.language)
    said = say("I can take only text here, and kept nothing of this. Please write it in words.")
    return _asked(draft, plain(said))


def first_wording(draft: "Draft") -> Reply:
    """An edit of what was taken already."""
    say = speak(draft.language)
    said = say("I still have your first wording. Before you agree you can write it anew.")
    return _asked(draft, plain(said))


def waiting(draft: "Draft") -> Reply:
    """What the draft waits for now."""
    match draft.step:
        case "writing":
            said = speak(draft.language)("Please write it in one message or in several.")
            return _asked(draft, plain(said))
        case "shown":
            return _shown(draft)
        case "place":
            return _place(draft)
        case "naming" | "name":
            return _naming(draft)
    return _consent(draft)


def _shown(draft: "Draft") -> Reply:
    said = speak(draft.language)(
        "This is what would be published, without what looks like a name, a number or a place:"
    )
    paragraphs = filter(None, map(str.strip, draft.redacted.split("\n")))
    quoted = (Line((Span(text),), quote=True) for text in paragraphs)
    return _asked(draft, plain(said), *quoted)


def _place(draft: "Draft") -> Reply:
    said = speak(draft.language)(
        "Where and when was this? Write a county or a town and a year, like this: Kilifi, 2026. No"
        " village and no address, please."
    )
    return _asked(draft, plain(said))


def _naming(draft: "Draft") -> Reply:
    say = speak(draft.language)
    if draft.step == "name":
        said = say("Which name shall stand there? It is the only case in which I keep a name.")
    else:
        said = say("Shall your name stand under it? Without it, nothing tells who gave this.")
    return _asked(draft, plain(said))


def _consent(draft: "Draft") -> Reply:
    say = speak(draft.language)
    kept = say(
        "If you agree, this is kept until an editor decides, {days} days at most. Once published,"
        " anybody can read it, and it stays until you take it back."
    )
    name = say("Name: {name}").format(name=draft.name) if draft.name else say("Without a name.")
    return _asked(
        draft,
        plain(title(draft.place, draft.year, draft.language), Style.BOLD),
        plain(name),
        BLANK,
        plain(kept.format(days=WAITS)),
        plain(say("Do you agree?")),
    )


def title(place: str, year: str, language: str) -> str:
    """What a contribution is called in the library."""
    about = speak(language)(", ").join(filter(None, (place, year)))
    say = speak(language)
    return say("From practice: {about}").format(about=about) if about else say("From practice")


def titled(one: Contribution) -> str:
    """What one that is kept is called: "From practice: Kilifi, 2026"."""
    return title(one.place, one.dated, one.language)


def thanks(language: str, receipt: Receipt) -> Reply:
    """It is kept; how to take it back; and the handle with which the desk can say thank you."""
    say = speak(language)
    return Reply(
        language=language,
        lines=(
            plain(say("Thank you! An editor of the Exchange will read what you shared.")),
            plain(say("To take it back at any time, from any chat, send this:")),
            plain(f"/withdraw {receipt.code}", Style.BOLD),
            plain(say("Please keep this code. I do not have it, and nobody can look it up.")),
        ),
        reach=receipt.reach,
    )


def stopped(language: str) -> Reply:
    """They left off."""
    return notice(language, "I have stopped, and nothing of it was kept.")


def lost(language: str) -> Reply:
    """A draft that is gone: with a restart, with time, with another /share."""
    return notice(
        language,
        "I am sorry: I no longer have what you wrote. Until you agree I hold it in memory only,"
        " for 30 minutes at most, and nothing of it was kept. Send /share to begin again.",
    )


def taken_back(language: str) -> Reply:
    """It is withdrawn."""
    return notice(
        language,
        "It is taken back and never answers again. Older copies of the library, which are kept for"
        " repairs, hold its text until they are replaced.",
    )


def unknown_code(language: str) -> Reply:
    """A code that belongs to nothing."""
    return notice(
        language,
        "I know nothing with this code. Please send /withdraw with the 12 letters and digits that"
        " you were given. What was declined is erased already.",
    )


def published(language: str, called: str, url: str) -> Reply:
    """The thank-you, with the link back."""
    say = speak(language)
    said = say("Thank you! What you shared is in the library now and answers others:")
    link = url if url.startswith(("http://", "https://")) else ""
    return Reply(language=language, lines=(plain(said), plain(called, Style.BOLD, link)))


def declined(language: str) -> Reply:
    """A kind word."""
    return notice(
        language,
        "Thank you for what you shared. The editors did not take it into the library this time,"
        " and it is erased. Your work matters all the same: please share again.",
    )
