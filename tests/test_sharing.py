"""/share: what people give, step by step; nothing is written down before they agree."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.channels.terminal import as_text
from bot.desk.contributions import WAITS, Contributions, NoContribution, State
from bot.desk.sharing import LAPSES, LONGEST, Sharing
from bot.messages import Kind, Question, Reply
from bot.phrases import languages
from tests.doubles.clock import Clock
from tests.test_no_trace import held

WORKED = (
    "The elders of our zqvillage met each month with the parents. They agreed that every child"
    " walks to school with a neighbour, and fewer children were left alone."
)
DAY = 86_400.0


class Person:
    """Somebody who shares."""

    def __init__(self, sharing: Sharing, name: str = "lines:ada", language: str = "en") -> None:
        self._sharing, self._name, self._language = sharing, name, language
        self.reply: Reply | None = None

    def send(self, text: str, kind: Kind = Kind.TEXT) -> str:
        asked = Question(text=text, kind=kind, person=self._name)
        self.reply = self._sharing.hear(asked, self._language)
        return as_text(self.reply) if self.reply else ""

    def share(self) -> str:
        return self.send("share", Kind.COMMAND)

    def press(self, choice: str) -> str:
        assert self.reply
        button = next(b for b in self.reply.buttons if b.data.endswith(f":{choice}"))
        return self.send(button.data, Kind.BUTTON)


@pytest.fixture
def clock() -> Clock:
    return Clock(1_000_000_000.0)


@pytest.fixture
def kept(tmp_path: Path, clock: Clock, state_dsn: str) -> Contributions:
    return Contributions(tmp_path, now=clock, dsn=state_dsn)


@pytest.fixture
def sharing(kept: Contributions, clock: Clock) -> Sharing:
    return Sharing(kept, clock)


def traces(kept: Contributions, folder: Path) -> Iterator[tuple[str, str]]:
    """Where something is kept, and what: files and their tables, or the database's."""
    yield from held(folder)
    yield "contributions", str(kept._db.query("select * from contributions"))


def to_consent(person: Person, text: str = WORKED) -> str:
    person.share()
    person.send(text)
    person.press("done")
    person.press("right")
    person.send("Kilifi, 2026")
    return person.press("unnamed")


def code_in(text: str) -> str:
    return text.split("/withdraw ")[1].split()[0].strip("*_")


def test_the_whole_way_without_a_name(sharing: Sharing, kept: Contributions) -> None:
    ada = Person(sharing)
    told = ada.share()
    assert "an editor of the Exchange reads it" in told
    assert len(told) < 1000
    ada.send(WORKED)
    ada.send("It took a year.")
    shown = ada.press("done")
    assert WORKED in shown
    assert "It took a year." in shown
    assert "Kilifi" in ada.press("right")
    ada.send("Kilifi, 2026")
    asked = ada.press("unnamed")
    assert "From practice: Kilifi, 2026" in asked
    assert "Without a name." in asked
    assert kept.listed() == []
    assert code_in(ada.press("agree"))
    (one,) = kept.listed()
    assert (one.text, one.place, one.year) == (f"{WORKED}\n\nIt took a year.", "Kilifi", "2026")
    assert (one.name, one.language, one.state) == ("", "en", State.WAITING)
    assert ada.reply
    assert ada.reply.reach == one.reach


def test_a_name_is_kept_only_where_it_is_wanted(sharing: Sharing, kept: Contributions) -> None:
    ada = Person(sharing)
    to_consent(ada)
    ada.press("agree")
    ada.share()
    ada.send(WORKED)
    ada.press("done")
    ada.press("right")
    ada.press("skip")
    assert "only case" in ada.press("named")
    assert "Name: Mary Wanjiru" in ada.send("Mary  Wanjiru")
    ada.press("agree")
    given = {(one.name, one.place) for one in kept.listed()}
    assert given == {("", "Kilifi"), ("Mary Wanjiru", "")}


@pytest.mark.parametrize("stop", range(6))
def test_nothing_is_written_before_consent(
    sharing: Sharing, kept: Contributions, tmp_path: Path, stop: int
) -> None:
    """Wherever somebody leaves off."""
    ada = Person(sharing)
    steps: list[Callable[[], str]] = [
        ada.share,
        lambda: ada.send(WORKED),
        lambda: ada.press("done"),
        lambda: ada.press("right"),
        lambda: ada.send("Zqplace, 2026"),
        lambda: ada.press("unnamed"),
    ]
    for step in steps[: stop + 1]:
        step()
    needles = ("zqvillage", "zqplace")  # two letters alone also stand in a random key, at times
    assert not [
        w for w, text in traces(kept, tmp_path) if any(n in text.casefold() for n in needles)
    ]
    assert "nothing of it was kept" in ada.press("stop")
    assert kept.listed() == []
    assert ada.send("What is a committee?") == "", "a question is a question again"


def test_after_consent_the_search_of_the_files_finds_it(
    sharing: Sharing, kept: Contributions, tmp_path: Path
) -> None:
    ada = Person(sharing)
    to_consent(ada)
    ada.press("agree")
    assert [where for where, text in traces(kept, tmp_path) if "zqvillage" in text]
    assert not [where for where, text in traces(kept, tmp_path) if "lines:ada" in text]


def test_who_a_child_is_is_taken_out_before_it_is_shown(
    sharing: Sharing, kept: Contributions
) -> None:
    ada = Person(sharing)
    ada.share()
    ada.send("Our group visited Amina Yusuf, 12, from the village of Quxenda, at 0712 345 678.")
    shown = ada.press("done")
    for private in ("Amina", "Yusuf", "Quxenda", "0712"):
        assert private not in shown
    ada.press("right")
    ada.send("Mary Wanjiru in Kilifi 2026")
    ada.press("unnamed")
    ada.press("agree")
    (one,) = kept.listed()
    assert "Amina" not in one.text
    assert "Mary" not in one.place
    assert one.year == "2026"


def test_messages_that_disclose_only_together_are_not_taken(
    sharing: Sharing, kept: Contributions
) -> None:
    """Each alone is harmless; the card comes before anything is shown back."""
    ada = Person(sharing)
    ada.share()
    ada.send("My uncle")
    ada.send("beats me every night, please help me now")
    card = ada.press("done")
    assert "116" in card or "helpline" in card.lower()
    assert ada.send("hello") == ""
    assert kept.listed() == []


def test_a_restart_and_half_an_hour_lose_it_with_a_kind_word(
    sharing: Sharing, kept: Contributions, clock: Clock
) -> None:
    ada = Person(sharing)
    to_consent(ada)
    button = next(b for b in ada.reply.buttons if b.data.endswith(":agree"))  # type: ignore[union-attr]
    after = Person(Sharing(kept, clock))
    assert "I am sorry: I no longer have" in after.send(button.data, Kind.BUTTON)
    clock.now += LAPSES + 1
    assert "I am sorry: I no longer have" in ada.send(button.data, Kind.BUTTON)
    assert kept.listed() == []


def test_forget_erases_a_draft(sharing: Sharing) -> None:
    ada = Person(sharing)
    to_consent(ada)
    sharing.forget("lines:ada")
    assert "no longer have" in ada.press("agree")


def test_people_do_not_get_each_others_drafts(sharing: Sharing, kept: Contributions) -> None:
    ada, bob = Person(sharing), Person(sharing, "lines:bob")
    to_consent(ada)
    bob.share()
    bob.reply = ada.reply
    assert "no longer have" in bob.press("agree")
    assert kept.listed() == []
    ada.press("agree")
    assert len(kept.listed()) == 1


def test_what_is_too_long_not_text_or_pressed_too_early(sharing: Sharing) -> None:
    ada = Person(sharing)
    ada.share()
    token = ada.reply.buttons[0].data.split(":")[1]  # type: ignore[union-attr]
    assert "not written anything" in ada.send(f"share:{token}:done", Kind.BUTTON)
    assert "only text" in ada.send("", Kind.DOCUMENT)
    ada.send("a" * (LONGEST - 10))
    assert str(LONGEST) in ada.send("b" * 20)
    assert "first wording" in ada.send("c", Kind.EDITED)
    assert "in several" in ada.send(f"share:{token}:agree", Kind.BUTTON)
    shown = ada.press("done")
    assert "b" * 20 not in shown
    assert "in several" in ada.press("anew")


def test_a_code_takes_it_back_from_any_chat_and_is_kept_nowhere(
    sharing: Sharing, kept: Contributions, tmp_path: Path
) -> None:
    ada, bob = Person(sharing), Person(sharing, "lines:bob")
    to_consent(ada)
    code = code_in(ada.press("agree"))
    assert not [where for where, text in traces(kept, tmp_path) if code.replace("-", "") in text]
    assert "know nothing" in bob.send("withdraw ABCD-EFGH-JKMN", Kind.COMMAND)
    assert "know nothing" in bob.send("withdraw", Kind.COMMAND)
    said = bob.send(f"withdraw {code.lower().replace('-', ' ')}", Kind.COMMAND)
    assert "taken back" in said
    assert "taken back" in ada.send(f"withdraw {code}", Kind.COMMAND), "a second time does no harm"
    (one,) = kept.listed()
    assert (one.state, one.text, one.place) == (State.WITHDRAWN, "", "")
    assert not [where for where, text in traces(kept, tmp_path) if "zqvillage" in text]


def test_ninety_days_without_an_editor_erase_it(
    sharing: Sharing, kept: Contributions, clock: Clock, tmp_path: Path
) -> None:
    ada = Person(sharing)
    to_consent(ada)
    ada.press("agree")
    clock.now += WAITS * DAY - 1
    assert kept.sweep() == 0
    clock.now += 2
    assert kept.sweep() == 1
    assert kept.listed() == []
    assert not [where for where, text in traces(kept, tmp_path) if "zqvillage" in text]


def test_an_editor_rewords_only_what_waits(sharing: Sharing, kept: Contributions) -> None:
    ada = Person(sharing)
    to_consent(ada)
    ada.press("agree")
    (one,) = kept.listed()
    kept.reword(one.id, "Shorter.")
    assert kept.one(one.id).text == "Shorter."
    kept.withdraw(one.id)
    with pytest.raises(NoContribution, match="is withdrawn, not waiting"):
        kept.reword(one.id, "Longer.")
    with pytest.raises(NoContribution, match="there is no contribution 'x'"):
        kept.one("x")


@pytest.mark.parametrize("language", languages())
def test_each_step_is_one_screen_in_each_language(sharing: Sharing, language: str) -> None:
    ada = Person(sharing, language=language)
    said = [ada.share(), to_consent(ada, "Short."), ada.press("agree")]
    assert all(0 < len(text) < 1000 for text in said), [len(text) for text in said]
