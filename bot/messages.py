"""What goes in and out of the assistant, whatever network carries it: the data of this package."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

RETURNS = 30  # days that a later reply waits for somebody who must come back to read it


class Kind(StrEnum):
    """What a person sent. The assistant answers each kindly, though it reads only text."""

    TEXT = "text"
    COMMAND = "command"  # text is the name and its argument: "language sw"
    BUTTON = "button"  # text is the Button's data
    EDITED = "edited"  # text is the new wording
    STICKER = "sticker"
    VOICE = "voice"
    PHOTO = "photo"
    DOCUMENT = "document"
    OTHER = "other"
    INLINE = "inline"  # typed as `@bot words` in any chat: passages are offered, nothing is said
    LEFT = "left"  # they went, and read no reply: what is kept of them goes, too


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A document that a person sent; it is held in memory only."""

    name: str  # as they called it: its ending helps where its bytes do not tell what it is
    data: bytes = field(repr=False)  # b"" where it is gone or larger than is taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One message from one person."""

    text: str
    kind: Kind = Kind.TEXT
    person: str = ""  # the channel's own handle, "telegram:42"; hashed before anything is kept
    room: str = ""  # the group that it was asked in, "telegram:-5": others read along; "": none
    language: str | None = None  # what the phone or the person prefers, ISO 639-1; None: unknown
    audio: bytes = field(default=b"", repr=False)  # of a VOICE that is listened to; never kept
    file: File | None = field(default=None, repr=False)  # a DOCUMENT that is waited for
    files: bool = False  # whether their channel can fetch one; the post knows
    later: bool = False  # whether a reply may reach them days from now, too; the post knows
    returns: bool = False  # that one is read only where they come back to the channel's page


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Sentences of one passage, word for word, found again on the stored page."""

    text: str
    passage: str  # the Passage's id
    source: str  # the Source's id
    page: int | None
    label: str | None  # the printed page
    language: str  # of the words quoted
    summary: bool  # True: from the Exchange's summary, not the source itself
    run: tuple[int, int] | None = None  # its first and its last sentence in the passage, from 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A source as a person sees it under an answer."""

    source: str
    title: str
    publisher: str
    year: str
    page: int | None
    label: str | None
    language: str  # what the link opens
    kind: str  # what the link opens: "page", "PDF", ...
    mirror: str  # the site that holds a copy, where the link is not the publisher's own; else ""
    url: str  # with #page= or a text fragment
    bytes: int = 0  # of the file that the link opens; 0: not known
    practice: bool = False  # what a practitioner told, not guidance


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """What the hub's staff say of an answer that they gave."""

    on: date
    asked: str  # the question that they answered, redacted
    text: str  # their own words; "" where the quotes alone answer
    language: str  # of the text, ISO 639-1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found for one question: verified quotes and their sources, or nothing."""

    answered: bool
    language: str  # of the question, ISO 639-1
    quotes: tuple[Quote, ...]  # in reading order; empty where nothing was good enough
    sources: tuple[Citation, ...]  # up to three, in the order of the quotes
    nearest: tuple[Citation, ...]  # where not answered: what the library holds that is nearest
    near: str = ""  # where not answered: the id of the passage that is nearest
    more: tuple[str, ...] = ()  # ids of the next best passages, best first
    rewritten: str = ""  # the quotes put together by a language model, checked; "" without one
    unmet: str = ""  # which wish of the question no source has (bot.wishes), in `language`
    page: str = ""  # the quoted passage whose page can be seen as it was printed; "": none
    staff: Staff | None = None  # who answered, where it was not the search


class Style(StrEnum):
    """How a stretch of text is set off, on networks that can."""

    PLAIN = "plain"
    BOLD = "bold"
    ITALIC = "italic"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in one style, perhaps a link. A link is never cut."""

    text: str
    style: Style = Style.PLAIN
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph of a reply. A quote is set apart on networks that can."""

    spans: tuple[Span, ...]
    quote: bool = False

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A choice under a reply. `data` comes back as a Question of Kind.BUTTON."""

    label: str
    data: str  # at most 64 bytes of UTF-8, and no text that a person wrote


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a reply: a page as a picture, or alone as a PDF."""

    name: str  # "guide-p12.pdf"
    media_type: str  # "image/jpeg", "application/pdf"
    data: bytes
    caption: str  # what it shows, at most 200 characters; also for who cannot see it


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One passage as inline search offers it: shown in a list, sent by whoever asked."""

    id: str  # the passage's; of one that leads to us: what opens there, as after /start
    title: str
    description: str
    reply: "Reply"  # what is put into their chat; without lines: it leads to us, in private


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What a room is asked, so that nobody sees who chose what."""

    question: str  # 1 to 300 characters
    options: tuple[str, ...]  # 2 to 10, of 1 to 100 characters
    named: bool = False  # the hub named who asks a trainer: they need not lead the room


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the assistant says, before any network's markup. Lines are joined by line breaks."""

    language: str
    lines: tuple[Line, ...]
    buttons: tuple[Button, ...] = ()
    attachment: Attachment | None = None
    offers: tuple[Offer, ...] = ()  # only for Kind.INLINE
    link: str = (
        ""  # a button's data that shows its passages again: for a link, without any question
    )
    reach: str = ""  # a token: whoever holds it can send one more reply to where this one goes
    wants_file: bool = False  # a document may be sent now: for channels that must offer it
    forgets: bool = False  # what could reach this person later is erased with this reply
    private: str = ""  # in a room it is said to who asked alone; what the way to us opens there
    poll: Poll | None = None  # for a room whose leader asked; anybody else reads the lines


Rewrite = Callable[[str, Answer], Answer]  # the question; the same answer, perhaps `rewritten`
Respond = Callable[[Question], Awaitable[Reply]]
