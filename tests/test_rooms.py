"""A group as the assistant sees it: guidance for all, what is a person's own for them alone."""

import pytest

from bot import app
from bot.assistant import Assistant
from bot.channels.terminal import as_text
from bot.messages import Kind, Question, Reply
from bot.phrases import languages, speak
from bot.safeguarding.cards import DANGER
from bot.settings import Settings
from tests.libraries import copy_library
from tests.test_conversation import FIRST

ROOM = "telegram:-5"
FAST = "This group asks more than I can answer at once."


def asked(
    assistant: Assistant,
    text: str,
    kind: Kind = Kind.TEXT,
    *,
    person: str = "telegram:42",
    room: str = ROOM,
    language: str | None = "en",
) -> Reply:
    question = Question(text=text, kind=kind, person=person, room=room, language=language)
    return assistant.reply(question)


@pytest.fixture
def own(starter: Settings, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """An assistant whose people are nobody else's."""
    data = tmp_path_factory.mktemp("room") / "data"
    copy_library(starter.exchange_data, data)
    return app.open_assistant(starter.model_copy(update={"exchange_data": data}))


def test_an_answer_is_for_all_with_what_carries_ids_alone_under_it(own: Assistant) -> None:
    said, alone = asked(own, FIRST["en"]), asked(own, FIRST["en"], room="")
    assert said.lines == alone.lines
    assert said.private == ""
    assert {button.data.partition(":")[0] for button in said.buttons} <= {
        *("more", "sources", "page")
    }
    assert {"good", "poor"} <= {button.data.partition(":")[0] for button in alone.buttons}
    assert said.link == alone.link
    assert said.link


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("my uncle beats me every night", Kind.TEXT),
        ("HELP", Kind.TEXT),
        ("help", Kind.COMMAND),
        ("my uncle beats me every night", Kind.PHOTO),
    ],
)
def test_who_needs_help_is_answered_alone(own: Assistant, text: str, kind: Kind) -> None:
    said = asked(own, text, kind)
    assert said.private == "help"
    assert said.lines == asked(own, text, kind, room="").lines
    assert DANGER in as_text(said)


@pytest.mark.parametrize(
    "command", ["language", "language sw", "country Uganda", "privacy", "share", "forget", "who"]
)
def test_what_is_a_persons_own_is_said_to_them_alone(own: Assistant, command: str) -> None:
    said = asked(own, command, Kind.COMMAND)
    assert (said.private, bool(said.lines)) == ("start", True)


@pytest.mark.parametrize(("text", "kind"), [("STOP", Kind.TEXT), ("stop", Kind.COMMAND)])
def test_stop_in_a_room_ends_the_path_of_who_says_it(own: Assistant, text: str, kind: Kind) -> None:
    asked(own, "learn:en:listening:2:p", Kind.BUTTON, person="telegram:54", room="")
    said = asked(own, text, kind, person="telegram:54")
    assert said.private == "start"
    assert "Stopped." in as_text(said)
    paths = asked(own, "learn", Kind.COMMAND, person="telegram:54", room="")
    assert "You stand at step" not in as_text(paths)


def test_a_voice_note_and_a_button_of_feedback_are_theirs_alone(own: Assistant) -> None:
    assert asked(own, "", Kind.VOICE).private == "start"
    assert asked(own, "good:en:AAAAAAAAAAA", Kind.BUTTON).private == "start"


def test_nothing_that_a_person_chose_shows_in_a_room(own: Assistant) -> None:
    before = asked(own, FIRST["en"], person="telegram:50")
    about = asked(own, "about", Kind.COMMAND, person="telegram:50")
    asked(own, "language ar", Kind.COMMAND, person="telegram:50", room="")
    asked(own, "country Uganda", Kind.COMMAND, person="telegram:50", room="")
    asked(own, "setting refugee", Kind.COMMAND, person="telegram:50", room="")
    assert asked(own, FIRST["en"], person="telegram:50") == before
    assert asked(own, "about", Kind.COMMAND, person="telegram:50") == about
    spoken = Question(text="ok", person="telegram:50", room=ROOM, language="en")
    assert own.language(spoken) != "ar", "nor in an apology"


def test_what_they_spoke_of_in_private_is_not_taken_up_in_a_room(own: Assistant) -> None:
    asked(own, FIRST["en"], person="telegram:51", room="")
    said = asked(own, "more", person="telegram:51")
    assert "I do not know what we spoke of last" in as_text(said)
    asked(own, FIRST["en"], person="telegram:52")
    assert "“" in as_text(asked(own, "more", person="telegram:51")), "what the room asked last is"
    asked(own, "", Kind.LEFT, person=ROOM, room="")
    assert "I do not know" in as_text(asked(own, "more", person="telegram:51"))


def test_a_draft_that_somebody_writes_in_private_is_not_taken_from_a_room(own: Assistant) -> None:
    asked(own, "share", Kind.COMMAND, person="telegram:53", room="")
    said = asked(own, FIRST["en"], person="telegram:53")
    assert (said.private, any(line.quote for line in said.lines)) == ("", True)


@pytest.mark.parametrize("language", languages())
def test_a_room_is_greeted_with_what_is_read_there(own: Assistant, language: str) -> None:
    said = asked(own, "start", Kind.COMMAND, language=language)
    assert (said.language, said.private, said.buttons) == (language, "", ())
    assert len(as_text(said)) < 1000
    text = speak(language)(
        "In this group I answer only what is written to me: mention me by name, or reply to what I"
        " said. I read and keep nothing else that is written here."
    )
    assert text in as_text(said)


def test_forty_people_neither_silence_a_room_nor_the_bot(starter: Settings) -> None:
    limits = {"rate_person": 3, "rate_room": 40, "rate_all": 60}
    limited = app.open_assistant(starter.model_copy(update=limits), limited=True)
    room = "telegram:-77"

    def thanks(person: int, where: str = room) -> str:
        return as_text(asked(limited, "thanks", person=f"telegram:7700{person}", room=where))

    answers = [thanks(person) for person in range(40)]
    assert all("I am glad" in said for said in answers), "each of forty has an answer"
    beyond = (thanks(person) for person in range(100, 115))  # on a slow machine its pace refills
    assert any(FAST in said for said in beyond)
    assert thanks(42) == "", "the room is told once"
    assert "I am glad" in thanks(43, ""), "in private everybody is answered on"
    assert "I am glad" in thanks(44, "telegram:-78"), "and in another room"
    assert DANGER in as_text(asked(limited, "HELP", person="telegram:770045", room=room))


def test_one_person_cannot_use_up_a_room(starter: Settings) -> None:
    limits = {"rate_person": 2, "rate_room": 5}
    limited = app.open_assistant(starter.model_copy(update=limits), limited=True)
    said = [
        as_text(asked(limited, "thanks", person="telegram:771", room="telegram:-79"))
        for _ in range(9)
    ]
    assert ["I am glad" in text for text in said] == [True, True, *7 * [False]]
    other = asked(limited, "thanks", person="telegram:772", room="telegram:-79")
    assert "I am glad" in as_text(other)
