"""The assistant's own texts as channel-neutral replies, in the person's language."""

from bot.messages import Button, Kind, Line, Reply, Span, Style
from bot.phrases import Say, languages, own_name, speak

HUB = "https://childprotectionforum.org/"
BLANK = Line((Span(""),))

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


def notice(language: str, text: str) -> Reply:
    """One of the assistant's own texts, alone."""
    return Reply(language=language, lines=(plain(speak(language)(text)),))


def unread(kind: Kind, language: str) -> Reply:
    """A kind word about what cannot be read."""
    return notice(language, _KINDS.get(kind, _KINDS[Kind.OTHER]))


def welcome(language: str, *, rewriting: bool = False) -> Reply:
    """The notice that comes first, and how to ask. `rewriting`: questions go to another service."""
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
            not_kept(say),
            *((plain(passed_on(say)),) if rewriting else ()),
            BLANK,
            *how(say),
        ),
        buttons=(Button(label=say("Language"), data="languages"),),
    )


def not_kept(say: Say) -> Line:
    """The line of the notice on what becomes of messages."""
    return plain(
        say(
            "I do not keep your messages. They pass through the network that you use, which has its"
            " own rules."
        )
    )


def greeting(language: str) -> Reply:
    """A greeting back, and how to ask."""
    say = speak(language)
    greeted = say(
        "I am glad that you wrote. You can ask me about keeping children safe in communities."
    )
    return Reply(language=language, lines=(plain(greeted), *how(say)))


def passed_on(say: Say) -> str:
    """What is said where REWRITE_URL names another service."""
    return say(
        "To put quotes together into a short answer, I pass your question, without phone"
        " numbers and e-mail addresses, to a language model of another service."
    )


def how(say: Say) -> list[Line]:
    """How to ask, as lines."""
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


def choose_language(language: str) -> Reply:
    """A button for each language."""
    buttons = (Button(label=own_name(code), data=f"language:{code}") for code in languages())
    text = speak(language)("Which language shall I use?")
    return Reply(language=language, lines=(plain(text),), buttons=tuple(buttons))
