"""What the parts of the desk promise, over both stores; its pages have tests of their own."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from bot.console.audit import KEPT, Audit
from bot.desk.curated import CuratedAnswers, NoAnswer
from bot.desk.passed import OF_ONE, NoQuestion, Passed
from bot.desk.proposals import KEPT as PROPOSED
from bot.desk.proposals import BadProposal, Proposals
from bot.desk.writing import Written
from bot.keys import DAY
from index.ports import Vectors
from tests.doubles.clock import Clock

OWN = Written(text="Ask them to speak about it on Fridays.", language="en")
Part = TypeVar("Part")
Opens = Callable[..., Part]


class Opening:
    """Opens a part of the desk as each process would: with one store and one clock."""

    def __init__(self, data: Path, dsn: str) -> None:
        self._data, self._dsn, self.clock = data, dsn, Clock(1_000_000_000.0)

    def __call__(self, part: Opens[Part]) -> Part:
        return part(self._data, self.clock, dsn=self._dsn)


@pytest.fixture
def opening(tmp_path: Path, state_dsn: str) -> Opening:
    return Opening(tmp_path, state_dsn)


def test_a_question_waits_until_it_is_answered_forgotten_or_too_old(opening: Opening) -> None:
    passed, elsewhere = opening(Passed), opening(Passed)
    for token, person in (("t1", "a:1"), ("t2", "a:2"), ("t3", "a:3"), ("t3", "a:3")):
        passed.keep(token, f"What does {person} ask?\0", "en", "a", person)
    first, second, third = elsewhere.open()
    assert first.text.startswith("What does a:1 ask?")
    assert (first.token, first.channel, first.at) == ("t1", "a", opening.clock.now)
    assert elsewhere.holds("t1")
    elsewhere.done(first.id)
    with pytest.raises(NoQuestion, match=f"question {first.id}: is not open"):
        passed.get(first.id)
    passed.forget("a:2")
    assert [one.id for one in elsewhere.open()] == [third.id]
    assert second.id != third.id
    opening.clock.now += 15 * DAY
    assert elsewhere.sweep(14) == ["t3"]
    assert passed.open() == []


def test_one_person_has_room_for_a_few(opening: Opening) -> None:
    passed = opening(Passed)
    for number in range(OF_ONE):
        assert passed.room("a:1")
        passed.keep(f"t{number}", "What?", "en", "a", "a:1")
    assert not opening(Passed).room("a:1")
    assert passed.room("a:2")


def test_a_kept_answer_is_changed_retired_and_erased(opening: Opening) -> None:
    answers, elsewhere = opening(CuratedAnswers), opening(CuratedAnswers)
    before = answers.version()
    first = answers.keep([("Who pays?", "en"), ("Nani analipa?", "sw")], OWN)
    second = elsewhere.keep([("Who speaks?", "en")], OWN)
    assert elsewhere.version() != before
    assert answers.get(first).questions == (("Who pays?", "en"), ("Nani analipa?", "sw"))
    opening.clock.now += 1
    elsewhere.retire(first, "old")
    assert [one.id for one in answers.all()] == [second, first], "those that answer come first"
    assert answers.keep([("Who pays for it?", "en")], OWN, first) == first
    assert [(one.id, one.retired) for one in elsewhere.all()] == [(first, ""), (second, "")]
    elsewhere.erase(second)
    for lost in (lambda: answers.get(second), lambda: answers.keep([("?", "en")], OWN, second)):
        with pytest.raises(NoAnswer, match=f"kept answer {second}: there is none"):
            lost()


def test_vectors_are_computed_once_and_go_with_their_question(opening: Opening) -> None:
    answers, computed = opening(CuratedAnswers), list[str]()
    asked = [("Who pays?", "en"), ("Who speaks?", "en")]

    def embed(text: str, language: str) -> Vectors:
        computed.append(text)
        return np.full(3, len(text), np.float32)

    first, _ = (answers.keep([one], OWN) for one in asked)
    for _ in range(2):
        found = opening(CuratedAnswers).vectors(asked, "model", embed)
        assert found.tolist() == [[9.0] * 3, [11.0] * 3]
    assert computed == ["Who pays?", "Who speaks?"]
    answers.erase(first)
    answers.vectors(asked[1:], "model", embed)
    rows = answers._db.execute("select space, question from curated_vectors").rows
    assert rows == [("model", "Who speaks?")]
    answers.vectors(asked[1:], "another", embed)
    assert answers._db.execute("select space from curated_vectors").rows == [("another",)]


def test_a_proposal_is_accepted_dismissed_or_too_old(opening: Opening, tmp_path: Path) -> None:
    proposals, golden = opening(Proposals), tmp_path / "golden.csv"
    for question in ("Who pays?", "Who speaks?", "Who hears?"):
        proposals.add(question, "en", "wrong", ["S001"])
    first, second, _ = opening(Proposals).listed()
    assert (first.question, first.sources, first.at % DAY) == ("Who pays?", ("S001",), 0)
    opening(Proposals).accept(first.id, ["S002"], golden, {"S002"})
    proposals.dismiss(second.id)
    with pytest.raises(BadProposal):
        proposals.dismiss(second.id)
    assert golden.read_text() == "question,language,source\nWho pays?,en,S002\n"
    opening.clock.now += PROPOSED + DAY
    assert (proposals.sweep(), proposals.listed()) == (1, [])


def test_the_log_is_read_from_its_end_and_not_kept_for_ever(opening: Opening) -> None:
    audit = opening(Audit)
    for number in range(5):
        audit.note("ada", "signed in", str(number))
    (last, entry), _ = opening(Audit).latest(2)
    assert (entry.detail, entry.at) == ("4", opening.clock.now)
    assert [one.detail for _, one in audit.latest(9, last)] == ["3", "2", "1", "0"]
    opening.clock.now += KEPT + 1
    audit.note("ada", "signed in", "later")
    assert [one.detail for _, one in audit.latest(9)] == ["later"]
