"""Commands such as /language, and the buttons under answers: what is done, and what is said."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot import buttons, cards, privacy, replies, rooms, standing
from bot.desk.feedback import Feedback
from bot.messages import Answer, Kind, Question, Reply
from bot.pages import Pages
from bot.people import People
from bot.phrases import languages
from index.opened import Opened


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the assistant tells about itself."""

    contact: str  # where people can ask and complain
    key_days: int  # after how many days people get a new code
    rewriting: bool  # whether a language model of another service puts quotes together
    pass_days: int = 0  # for how long a question that was passed on is kept; 0: none is


_STANDING = {"country": standing.choose_country, "setting": standing.choose_setting}


class Commands:
    """What a person can tell the assistant to do."""

    def __init__(
        self,
        opened: Callable[[], Opened],
        people: People,
        about: About,
        erase: Callable[[str], None],
        pages: Pages | None,
        feedback: Feedback,
    ) -> None:
        """`erase` takes a person and forgets them; `pages`: None where no page can be shown."""
        self._opened, self._people, self._about = opened, people, about
        self._erase, self._pages, self._feedback = erase, pages, feedback

    def marked(self, found: Answer) -> Answer:
        """An answer with what is known of the PDF files behind it."""
        return self._pages.marked(found, self._opened().library) if self._pages else found

    def act(self, question: Question, language: str) -> Reply:
        """A command such as "language sw", or a button such as "more:sw:ids"."""
        if question.kind is Kind.BUTTON:
            name, _, rest = question.text.partition(":")
        else:
            name, _, rest = question.text.strip().partition(" ")
        match name.lower():
            case "language" | "languages":
                return self._choose_language(question.person, rest.strip().lower(), language)
            case "country" | "setting":
                choose = _STANDING[name.lower()]
                return choose(self._people, question.person, rest.strip(), language)
            case "forget":
                self._erase(question.person)
                return replace(privacy.forgotten(language), forgets=True)
            case "more" | "card" | "sources" | "page" | "pdf":
                return self._behind(name.lower(), rest, language)
            case "good" | "poor" | "why" | "mend" if question.kind is Kind.BUTTON:
                return self._feedback.act(name.lower(), rest, question.person)
            case "start" if question.room:
                return rooms.welcome(language)
        return self._told(name.lower(), language, question.kind)

    def _behind(self, name: str, rest: str, language: str) -> Reply:
        """What stands behind a button under an answer."""
        library = self._opened().library
        if name == "more":
            return buttons.more(rest, library, self.marked)
        if name == "card":
            return buttons.card(rest, library, self.marked)
        if name == "sources":
            return buttons.sources(rest, library)
        if self._pages is None:
            return replies.notice(language, cards.GONE)
        return self._pages.show(name, rest, library)

    def _told(self, name: str, language: str, kind: Kind) -> Reply:
        """What the assistant says about itself, by the command's name."""
        about = self._about
        match name:
            case "start":
                return replies.welcome(language, rewriting=about.rewriting)
            case "privacy":
                return privacy.privacy_card(
                    language, about.key_days, rewriting=about.rewriting, pass_days=about.pass_days
                )
            case "about":
                return privacy.about(language, about.contact, rewriting=about.rewriting)
        if kind is Kind.BUTTON:
            return replies.notice(
                language, "This button is too old for me. Please ask your question again."
            )
        return replies.notice(
            language, "I do not know this command. Send /help to see what I can do."
        )

    def _choose_language(self, person: str, code: str, language: str) -> Reply:
        if code not in languages():
            return replies.choose_language(language)
        self._people.choose(person, code)
        return replies.notice(code, "From now on I use English.")
