"""What the assistant tells about itself: what it keeps, what it has erased, what it is."""

from dataclasses import replace

from bot.messages import Line, Reply, Style
from bot.phrases import Say, speak
from bot.replies import BLANK, HUB, passed_on, plain

NAME = "Ask the Exchange"


def privacy_card(
    language: str, key_days: int, *, rewriting: bool = False, pass_days: int = 0
) -> Reply:
    """What is kept, how long, who sees it; one screen.

    `rewriting`: also another service. `pass_days`: staff, too, what they are passed; 0: nothing.
    """
    say = speak(language)
    passed = (plain(f"• {passed_on(say)}"),) if rewriting else ()
    if pass_days:
        told = say(
            "• A question that you let me pass on is the exception: the hub's staff read it,"
            " without names and numbers that I recognise, until they answer, {days} days at most."
        )
        passed = (*passed, plain(told.format(days=pass_days)))
    *kept, forget = _kept(say, key_days)
    title = plain(say("Your privacy"), Style.BOLD)
    return Reply(language=language, lines=(title, *kept, *passed, forget))


def _kept(say: Say, key_days: int) -> list[Line]:
    return [
        plain(text)
        for text in (
            say(
                "• Your messages and my answers are not kept, but for /share. What I recognise as a"
                " name, a number or a place is taken out before I search."
            ),
            say(
                "• Your last question waits in memory for ten minutes, should you let staff see it."
            ),
            say(
                "• Kept under a code that does not show your name or number: your language, the"
                " country and setting you chose, the workshop you joined, which pages you were"
                " shown last (24 hours at most) and how fast you write. The code changes every"
                " {days} days; what you do not use for twice as long is erased."
            ).format(days=key_days),
            say(
                "• Counts of messages a week, by language, network, country, topic and workshop:"
                " the Exchange's staff see them only for five people or more."
            ),
            say("• A message about danger or harm adds one to a monthly count, nothing else."),
            say(
                "• Nobody reads along. Your network (such as Telegram) has its own rules and can"
                " see who writes to me."
            ),
            say("/forget erases what I keep about you, now."),
        )
    ]


def forgotten(language: str) -> Reply:
    """The confirmation of /forget."""
    say = speak(language)
    text = say(
        "Erased: your language, your settings, your workshop, what you asked for last and this"
        " week's marks for counting people. I keep nothing about you now, but for a minute how fast"
        " you wrote. The messages in this chat stay on your phone and on the network until you"
        " delete them there."
    )
    return Reply(language=language, lines=(plain(text),))


def left_out(reply: Reply) -> Reply:
    """The reply with a word about what was taken out of the question."""
    say = speak(reply.language)
    text = say(
        "I searched without what looks like a name, a number or a place. Please do not send"
        " details of a child."
    )
    return replace(reply, lines=(*reply.lines, BLANK, plain(text, Style.ITALIC)))


def about(language: str, contact: str, *, rewriting: bool = False) -> Reply:
    """The transparency card: what it does, what it cannot, what it keeps, whom to tell."""
    say = speak(language)
    does = _with_model(say) if rewriting else _without_model(say)
    where = contact if contact.startswith("http") else ""
    rows = (
        (say("What I do"), does),
        (say("What I cannot do"), say(
            "I give no advice on a case or on the law, I report nothing to anybody and follow"
            " nothing up. I find some answers and miss others, more so in Swahili. I am made for"
            " adults who work with children; my words in five languages are drafts."
        )),
        (say("Data"), say(
            "I do not keep messages. /privacy says what I keep and for how long, /forget erases it."
        )),
        (say("In danger?"), say("Send HELP at any time for child helplines.")),
    )  # fmt: skip
    lines = [plain(NAME, Style.BOLD)]
    for title, text in rows:
        lines += [plain(title, Style.BOLD), plain(text)]
    contact_line = plain(contact or HUB, url=where or ("" if contact else HUB))
    lines += [plain(say("Questions, complaints, corrections"), Style.BOLD), contact_line]
    return Reply(language=language, lines=tuple(lines))


def _without_model(say: Say) -> str:
    return say(
        "I search the library of the Community Child Protection Exchange and quote it word for"
        " word, with the page and the link. I am a computer program; no language model writes"
        " my answers."
    )


def _with_model(say: Say) -> str:
    does = say(
        "I search the library of the Community Child Protection Exchange and quote it word for"
        " word, with the page and the link. I am a computer program. Where a short answer stands"
        " above the quotes, a language model of another service wrote it."
    )
    return f"{does} {passed_on(say)}"


def commands(language: str) -> dict[str, str]:
    """The menu of commands, by name."""
    say = speak(language)
    return {
        "help": say("Child helplines"),
        "language": say("Choose a language"),
        "country": say("Put sources about a country first"),
        "setting": say("Put sources about a setting first"),
        "share": say("Share what worked"),
        "privacy": say("What I keep, and for how long"),
        "forget": say("Erase what you keep about me"),
        "about": say("What this assistant is"),
        "start": say("Begin"),
    }
