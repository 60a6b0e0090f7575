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
    passed: tuple[Line, ...] = ()
    if rewriting:
        told = say(
            "• Another service's language model gets your question, without phone numbers and"
            " e-mail addresses, to join quotes."
        )
        passed = (plain(told),)
    if pass_days:
        told = say(
            "• The hub's staff read what you let me pass on, without names that I recognise,"
            " {days} days at most."
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
                "• Messages and answers are not kept, but for /share. What looks like a name,"
                " number or place is taken out before I search."
            ),
            say("• For ten minutes I remember your last question, should you let staff see it."),
            say(
                "• Under a code, not your name: language, country, setting, workshop (or"
                " trainer), learning path, the last pages shown (24 hours), how fast you write. The"
                " code changes every {days} days; what is unused for twice as long is erased."
            ).format(days=key_days),
            say(
                "• Weekly counts (language, network, country, topic, workshop): staff see them only"
                " for five people or more."
            ),
            say("• A message about danger or harm adds one to a monthly count, nothing else."),
            say("• Nobody reads along. Your network, such as Telegram, sees who writes to me."),
            say("/forget erases what I keep about you, now."),
        )
    ]


def forgotten(language: str) -> Reply:
    """The confirmation of /forget."""
    say = speak(language)
    text = say(
        "Erased: your language, your settings, your workshop, your learning path, what you asked"
        " for last and this week's marks for counting people. I keep nothing about you now, but for"
        " a minute how fast you wrote. The messages in this chat stay on your phone and on the"
        " network until you delete them there."
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
        "learn": say("Learning paths, a step at a time"),
        "stop": say("End a learning path and its reminders"),
        "share": say("Share what worked"),
        "privacy": say("What I keep, and for how long"),
        "forget": say("Erase what you keep about me"),
        "about": say("What this assistant is"),
        "start": say("Begin"),
    }


def room_commands(language: str) -> dict[str, str]:
    """The same in a group: what is of use to all, and the way to help."""
    say = speak(language)
    return {
        "help": say("Child helplines"),
        "poll": say("Ask this group which topic comes first"),
        "about": say("What this assistant is"),
    }
