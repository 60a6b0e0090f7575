"""Trainers in the chat: who asks to be one, whom the hub has named, and the workshops they make.

Nobody's handle is known here in clear. Who wants to be a trainer sends /trainer and reads a code to
the hub, by whatever way they know each other; staff confirm the code (`exchange workshop trainer`,
or the console). What is kept is the person's hash, which is carried over when keys change, as a
chosen language is: somebody who writes nothing for two keys (60 days by default) is no trainer any
more and asks anew. /forget ends it at once, and so do staff.
"""

import re
import time
from collections.abc import Callable

from bot.messages import Attachment, Kind, Line, Question, Reply, Style
from bot.people import People
from bot.phrases import Say, speak
from bot.replies import BLANK, notice, plain
from bot.workshops.kept import BadWorkshop, Workshops
from bot.workshops.links import Links, png
from bot.workshops.making import Given, Made, make
from bot.workshops.workshop import Workshop, is_code, new_code, read_code
from index.opened import Opened

BY = "trainer"  # in Workshop.by, before the code that the hub named them by
MOST = 50  # workshops of one trainer that people can join
_TOPIC = re.compile(r"\s*[\n;؛]\s*")  # after the title


class Trainers:
    """What trainers do in a chat. Any thread may call."""

    def __init__(
        self,
        workshops: Workshops,
        people: People,
        opened: Callable[[], Opened],
        links: Callable[[Workshop], Links],
        now: Callable[[], float] = time.time,
    ) -> None:
        """`links` gives the addresses that open a workshop."""
        self._workshops, self._people = workshops, people
        self._opened, self._links, self._now = opened, links, now

    def hear(self, question: Question, language: str) -> Reply | None:
        """The reply to /trainer and /workshop; None for all else. `language`: to speak in."""
        name, _, rest = question.text.strip().partition(" ")
        if question.kind is not Kind.COMMAND or not question.person:
            return None
        match name.lower().partition("\n")[0]:
            case "trainer":
                return self._asked(question.person, language)
            case "workshop" | "workshops":
                return self._workshop(question.person, rest.strip(), language)
        return None

    def _asked(self, person: str, language: str) -> Reply:
        code, named = self._people.trainer(person)
        if named:
            return _usage(language)
        if not code:
            self._people.ask_trainer(person, code := new_code())
        say = speak(language)
        told = say(
            "Tell the Exchange's staff this code, and who you are: {code}. Once they have confirmed"
            " it, you can make workshops here. It is valid for a week. That you are a trainer is"
            " kept as your language is; /forget erases it."
        )
        return Reply(language=language, lines=(plain(told.format(code=code)),))

    def _workshop(self, person: str, said: str, language: str) -> Reply:
        code, named = self._people.trainer(person)
        if not named:
            return notice(
                language,
                "Only trainers whom the Exchange's staff have named make workshops. Are you one?"
                " Send /trainer",
            )
        own = [one for one in self._workshops.listed() if one.by == f"{BY} {code}"]
        verb, _, which = said.partition(" ")
        if not said:
            return _usage(language, own)
        if is_code(read_code(which)) and verb.lower() in ("end", "stop"):
            return self._end(own, read_code(which), language)
        if sum(not one.over(self._now()) for one in own) >= MOST:
            return notice(language, "You have made many workshops. Ask the staff to make this one.")
        return self._make(person, code, said, language)

    def _end(self, own: list[Workshop], code: str, language: str) -> Reply:
        if code not in {one.code for one in own}:
            return notice(language, "You have made no workshop of this code.")
        self._workshops.end(code)
        return notice(language, "Nobody can join this workshop any more.")

    def _make(self, person: str, code: str, said: str, language: str) -> Reply:
        title, *topic = _TOPIC.split(said, maxsplit=1)
        country, setting = self._people.standing(person)
        given = Given(
            title=title, language=language, topic="".join(topic), country=country,
            setting=setting, by=f"{BY} {code}",
        )  # fmt: skip
        try:
            made = make(given, self._workshops, self._opened())
        except BadWorkshop:
            return notice(
                language, "A title and a topic have 80 characters at most. Please shorten them."
            )
        return _made(made, self._links(made.workshop), language)


def _usage(language: str, own: list[Workshop] | None = None) -> Reply:
    say = speak(language)
    how = say(
        "You are a trainer. Send a title and, after a semicolon, a topic: /workshop Kampala, March"
        " 2026; facilitation. /workshop end CODE ends one."
    )
    lines = [plain(how), *(plain(f"{one.code}  {one.title}") for one in (own or [])[:10])]
    return Reply(language=language, lines=tuple(lines))


def _made(made: Made, links: Links, language: str) -> Reply:
    """The links, the questions, and the code of the first link as a picture."""
    say, workshop = speak(language), made.workshop
    urls = [url for _, url in links.by_network()]
    lines = [
        plain(say("Your workshop: {title}").format(title=workshop.title), Style.BOLD),
        plain(_typed(say, workshop.code)),
        *(plain(url, url=url) for url in urls),
        *_questions(workshop, say),
    ]
    picture = None
    if urls:
        name, caption = f"workshop-{workshop.code}.png", f"{workshop.title}: {urls[0]}"
        picture = Attachment(name=name, media_type="image/png", data=png(urls[0]), caption=caption)
    return Reply(language=language, lines=tuple(lines), attachment=picture)


def _typed(say: Say, code: str) -> str:
    told = say("People join by these links, by the picture, or by sending: {start}")
    return told.format(start=f"/start {code}")


def _questions(workshop: Workshop, say: Say) -> list[Line]:
    if not workshop.questions:
        return []
    first = say("It begins with these questions, which the library answers:")
    numbered = (plain(f"{n}. {one}") for n, one in enumerate(workshop.questions, start=1))
    return [BLANK, plain(first), *numbered]
