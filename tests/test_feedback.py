"""Helpful or not: counted once, nothing kept but what its person lets the staff see."""

import csv
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import app, moments
from bot.assistant import Assistant
from bot.channels.telegram_render import keyboard
from bot.channels.whatsapp_render import render
from bot.counts import Counts, today
from bot.desk.feedback import REASONS
from bot.desk.proposals import KEPT, BadProposal, Proposals
from bot.desk.themes import OTHER, theme_of, themes
from bot.evaluation.sets import read_set
from bot.messages import Button, Kind, Question, Reply
from bot.moments import LAPSES
from bot.people import People
from bot.phrases import languages
from bot.settings import Settings
from index.calibration import read_trials
from index.opened import Current
from tests.doubles.clock import Clock
from tests.test_cli import exchange

ASKED = "What is the difference between community-based and community-led child protection?"
NAMED = "What can Amina Wanjiru, 0712 345 678, do about kinship care in her community?"
ADA, BEN = "lines:ada", "lines:ben"
NEXT = today() + timedelta(days=7)


class Desk:
    """An assistant over the starter library, with state of its own, and one who presses."""

    def __init__(self, starter: Settings, folder: Path) -> None:
        self.starter, self.folder, self.clock = starter, folder, Clock()
        self.counts, self.proposals = Counts(folder), Proposals(folder)
        current = Current(starter.exchange_data, starter.engine, app.open_embedder(starter))
        self.assistant = Assistant(
            current, People(folder), counts=self.counts, proposals=self.proposals
        )
        self.library = current().library
        self.assistant._feedback._moments._clock = self.clock

    def ask(self, text: str = ASKED, person: str = ADA, language: str = "en") -> Reply:
        return self.assistant.reply(Question(text=text, person=person, language=language))

    def press(self, button: Button, person: str = ADA) -> Reply:
        assert len(button.data.encode()) <= 64
        return self.assistant.reply(
            Question(text=button.data, kind=Kind.BUTTON, person=person, language="en")
        )

    def complain(self, text: str = ASKED, reason: int = 0) -> Reply:
        """To the question whether staff may see it."""
        return self.press(self.press(self.ask(text).buttons[-1]).buttons[reason])

    def counted(self, by: str) -> dict[str, int]:
        return {c.value: c.messages for c in self.counts.closed(NEXT) if c.by == by}

    def close(self) -> None:
        self.counts.close()
        self.proposals.close()


@pytest.fixture
def desk(starter: Settings, tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(starter, tmp_path)
    yield opened
    opened.close()


def text(reply: Reply) -> str:
    return "\n".join(line.text for line in reply.lines)


def test_an_answer_ends_with_two_buttons_and_a_refusal_or_nobody_gets_none(desk: Desk) -> None:
    told = desk.ask()
    assert [button.label for button in told.buttons[-2:]] == ["Helpful", "Not helpful"]
    assert told.buttons[0].label == "More", "what opens more of the answer comes first"
    assert not desk.ask("How much is a litre of petrol in Nairobi today?").buttons
    nobody = desk.assistant.reply(Question(text=ASKED))
    assert "Helpful" not in [button.label for button in nobody.buttons]


def test_they_fit_each_network(desk: Desk) -> None:
    told = desk.ask()
    extra = Button(label="See the page", data="page:en:x")
    five = replace(told, buttons=(*told.buttons[:2], extra, *told.buttons[-2:]))
    (*_, choice) = render(five)
    assert choice["interactive"]["type"] == "list", "WhatsApp shows three buttons at most"
    assert len(choice["interactive"]["action"]["sections"][0]["rows"]) == 5
    keys = keyboard(five.buttons)
    assert keys
    assert [key.text for key in keys.inline_keyboard[-1]] == ["Helpful", "Not helpful"]


def test_helpful_is_counted_once_for_a_person_and_an_answer(desk: Desk) -> None:
    helpful, poor = desk.ask().buttons[-2:]
    for _ in range(3):
        assert "Thank you" in text(desk.press(helpful))
    desk.press(poor)  # and they do not vote twice
    desk.press(helpful, BEN)
    assert desk.counted("feedback") == {"helpful": 2}
    topic = theme_of(helpful.data.split(":")[2].split(",")[0], desk.library)
    assert topic != OTHER
    assert desk.counted("topic feedback") == {f"{topic}|helpful": 2}
    assert set(desk.counted("source feedback").values()) == {2}


def test_a_reason_takes_the_place_of_none(desk: Desk) -> None:
    poor = desk.ask().buttons[-1]
    why = desk.press(poor)
    assert len(why.buttons) == len(REASONS)
    assert desk.counted("reason") == {"not said": 1}
    desk.press(poor, BEN)


def test_one_reason_counts(desk: Desk) -> None:
    why = desk.press(desk.ask().buttons[-1])
    desk.press(why.buttons[3])
    desk.press(why.buttons[2])
    assert desk.counted("feedback") == {"not helpful": 1}
    assert desk.counted("reason") == {"outdated": 1}


def test_a_reason_for_what_was_called_helpful_takes_nobody_elses(desk: Desk) -> None:
    helpful, poor = desk.ask().buttons[-2:]
    why = desk.press(poor, BEN)
    desk.press(helpful, ADA)
    desk.press(why.buttons[0], ADA)
    assert desk.counted("reason") == {"not said": 1}


def test_only_on_a_yes_is_the_question_kept_and_without_names(desk: Desk) -> None:
    leave = desk.complain(NAMED, reason=1)
    assert not desk.proposals.listed()
    assert "Amina" not in text(leave)
    assert "kinship care" in text(leave), "they see what the staff would see"
    desk.press(leave.buttons[0])
    (kept,) = desk.proposals.listed()
    assert kept.question in text(leave)
    assert "Wanjiru" not in kept.question
    assert "0712" not in kept.question
    assert (kept.language, kept.reason) == ("en", "off the point")
    assert kept.sources
    assert "no longer have" in text(desk.press(leave.buttons[0])), "once"
    assert len(desk.proposals.listed()) == 1


def test_staff_are_not_shown_what_may_tell_of_harm(desk: Desk) -> None:
    feared = f"I am afraid for the child next door. {ASKED}"
    assert desk.ask(feared).buttons[-1].label == "Not helpful", "it is answered, and counted"
    assert "May the Exchange" in text(desk.complain())
    assert "May the Exchange" not in text(desk.complain(feared))
    assert desk.proposals.listed() == []


def test_no_and_ten_minutes_and_another_person_keep_nothing(desk: Desk) -> None:
    leave = desk.complain()
    assert "no longer have" in text(desk.press(leave.buttons[0], BEN))
    assert "not kept" in text(desk.press(leave.buttons[1]))
    assert "no longer have" in text(desk.press(leave.buttons[0]))
    leave = desk.complain()
    desk.clock.now += LAPSES + 1
    assert "no longer have" in text(desk.press(leave.buttons[0]))
    leave = desk.complain()
    desk.assistant.reply(Question(text="forget", kind=Kind.COMMAND, person=ADA))
    assert "no longer have" in text(desk.press(leave.buttons[0]))
    assert not desk.proposals.listed()
    data = b"".join(path.read_bytes() for path in desk.folder.iterdir())
    assert b"community-led child protection?" not in data


def test_after_a_restart_it_is_counted_and_nothing_asked(desk: Desk, tmp_path: Path) -> None:
    helpful, poor = desk.ask().buttons[-2:]
    desk.press(helpful)
    again = Desk(desk.starter, desk.folder)
    again.press(helpful)
    why = again.press(poor, BEN)
    assert not again.press(why.buttons[0], BEN).buttons, "the question is gone: no leave is asked"
    assert again.counted("feedback") == {"helpful": 1, "not helpful": 1}
    again.close()


@pytest.mark.parametrize("language", languages())
def test_it_speaks_the_language_of_the_answer(desk: Desk, language: str) -> None:
    english = desk.ask()
    data = english.buttons[-1].data.replace("poor:en:", f"poor:{language}:")
    why = desk.press(Button(label="", data=data))
    leave = desk.press(why.buttons[0])
    assert leave.language == language
    assert len(text(leave)) < 1_000
    assert all(len(button.label) <= 24 for button in (*why.buttons, *leave.buttons))
    if language != "en":
        assert text(why) != text(desk.press(english.buttons[-1]))


@pytest.mark.parametrize(
    "data",
    ["good", "good:", "good:xx:nothing", "poor:en", "why:en:z:gone", "why:en:w:gone", "mend:en:x",
     "mend", "good:en:" + "x" * 55],
)  # fmt: skip
def test_buttons_that_nobody_made_do_no_harm(desk: Desk, data: str) -> None:
    assert text(desk.press(Button(label="", data=data)))


def test_questions_are_counted_by_topic_country_and_source(desk: Desk) -> None:
    desk.assistant.reply(Question(text="country Uganda", kind=Kind.COMMAND, person=ADA))
    desk.ask()
    desk.ask("How much is a litre of petrol in Nairobi today?", BEN)
    assert desk.counted("country") == {"UG": 1, "none": 1}
    assert sum(desk.counted("topic").values()) == 2
    assert set(desk.counted("topic")) <= {*themes(), OTHER}
    outcomes = {value.rpartition("|")[2] for value in desk.counted("topic outcome")}
    assert outcomes == {"answered", "not found"}
    assert set(desk.counted("source")) <= set(desk.library.sources())


# The desk's side.


def keep(proposals: Proposals, question: str = ASKED) -> int:
    proposals.add(question, "en", "wrong", ["S033"])
    return proposals.listed()[-1].id


def test_what_is_accepted_is_a_golden_question_that_all_readers_take(
    desk: Desk, tmp_path: Path
) -> None:
    golden, held = tmp_path / "golden.csv", {"S001", "S033"}
    desk.proposals.accept(keep(desk.proposals), ["S033", "S001"], golden, held)
    desk.proposals.accept(keep(desk.proposals, 'Who says "no, thanks"?'), [], golden, held)
    first, second = read_trials(golden, "GOLDEN")
    assert first.sources == {"S033", "S001"}
    assert (second.question, second.sources) == ('Who says "no, thanks"?', frozenset())
    assert len(read_set(golden).cases) == 2
    assert not desk.proposals.listed()


def test_a_golden_file_keeps_its_own_columns(desk: Desk, tmp_path: Path) -> None:
    golden = tmp_path / "golden.csv"
    golden.write_bytes("\ufeffid,source,question,language,note\nQ1,S1,A?,en,n".encode())
    desk.proposals.accept(keep(desk.proposals), ["S033"], golden, {"S033"})
    with golden.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {"id": "Q1", "source": "S1", "question": "A?", "language": "en", "note": "n"}
    assert (rows[1]["question"], rows[1]["source"], rows[1]["id"]) == (ASKED, "S033", "")


def test_what_cannot_be_accepted_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    id, golden = keep(desk.proposals), tmp_path / "golden.csv"
    with pytest.raises(BadProposal, match="S999"):
        desk.proposals.accept(id, ["S999"], golden, {"S033"})
    with pytest.raises(BadProposal, match="GOLDEN is not set"):
        desk.proposals.accept(id, [], None, ())
    golden.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(BadProposal, match="no column 'language'"):
        desk.proposals.accept(id, [], golden, ())
    golden.write_text(f'question,language,source\n"{ASKED}",en,S1\n', encoding="utf-8")
    with pytest.raises(BadProposal, match="holds this question already"):
        desk.proposals.accept(id, [], golden, ())
    with pytest.raises(BadProposal, match="no proposal 77"):
        desk.proposals.dismiss(77)
    assert [one.id for one in desk.proposals.listed()] == [id]


def test_what_is_accepted_at_the_same_time_is_all_in_the_file(tmp_path: Path) -> None:
    """By two editors on the pages, and one in a terminal."""
    held = [Proposals(tmp_path) for _ in range(3)]
    ids = [keep(held[0], f"Question number {n}?") for n in range(30)]
    golden = tmp_path / "golden.csv"

    def accept(n: int) -> None:
        held[n % 3].accept(ids[n], ["S033"], golden, {"S033"})

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(accept, range(30)))
    assert len({trial.question for trial in read_trials(golden)}) == 30
    assert held[0].listed() == []
    with pytest.raises(BadProposal, match="no proposal"):
        accept(0)


def test_what_is_wrong_is_told_in_the_language_of_who_reads_it(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(BadProposal) as raised:
        desk.proposals.accept(keep(desk.proposals), ["S999"], None, ())
    assert "'S999' is no source" in str(raised.value)
    told = {raised.value.said(language) for language in languages()}
    assert len(told) == len(languages())
    assert all("'S999'" in one for one in told)


def test_ninety_days_and_a_dismissal_leave_nothing_on_the_disk(tmp_path: Path) -> None:
    clock = Clock()
    held = Proposals(tmp_path, now=clock)
    first = keep(held, "zqone and some words more?")
    keep(held, "zqtwo and some words more?")
    held.dismiss(first)
    clock.now += KEPT
    assert held.sweep() == 0
    clock.now += 86_401
    assert held.sweep() == 1
    data = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"zqone" not in data
    assert b"zqtwo" not in data
    held.close()


def test_of_its_time_only_the_day_is_kept(tmp_path: Path) -> None:
    held = Proposals(tmp_path, now=lambda: 1_700_000_123.4)
    keep(held)
    assert held.listed()[0].at % 86_400 == 0
    (columns,) = sqlite3.connect(tmp_path / "desk.db").execute(
        "select group_concat(name) from pragma_table_info('proposals')"
    )
    assert columns == ("id,at,question,language,reason,sources",)
    held.close()


def test_the_commands_as_they_are_typed(starter: Settings, tmp_path: Path) -> None:
    for name in ("snapshots", "current"):
        (tmp_path / name).symlink_to(starter.exchange_data / name)
    held = Proposals(tmp_path)
    one, two = keep(held), keep(held, "Another one?")
    golden = tmp_path / "golden.csv"
    listed = exchange("desk", "proposals", data=tmp_path)
    assert ASKED in listed.stdout
    assert "wrong; shown: S033" in listed.stdout
    unclear = exchange("desk", "accept", str(one), data=tmp_path)
    assert unclear.returncode == 1
    assert unclear.stderr.count("\n") == 1
    done = exchange(
        "desk", "accept", str(one), "--source", "S033", data=tmp_path, GOLDEN=str(golden)
    )
    assert done.returncode == 0, done.stderr
    assert exchange("desk", "dismiss", str(two), data=tmp_path).returncode == 0
    assert "0 proposals" in exchange("desk", "proposals", data=tmp_path).stdout
    assert read_trials(golden)[0].sources == {"S033"}
    held.close()


def test_at_most_a_thousand_questions_wait(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moments, "MOST", 1)
    leave = desk.complain()
    desk.ask(person=BEN)
    assert "no longer have" in text(desk.press(leave.buttons[0]))
