"""The scores: what they are of, that they are right, and how sure they are."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.evaluation import answers, comparing, intervals, ranking, running
from bot.evaluation.beir import Text, shelve
from bot.evaluation.scorecard import (
    ALL,
    ANSWERS,
    Observation,
    Scorecard,
    figures,
)
from bot.evaluation.sets import BadSet, Case, half, read_set
from bot.messages import Answer, Citation, Quote
from bot.settings import Settings
from corpus.document import Passage
from corpus.library import Library
from index.calibration import QUESTIONS, read_trials
from index.ports import Evidence, Hit

GOLDEN = Path(__file__).parent / "golden" / "questions.csv"


def case(id: str, *expected: str, **more: str) -> Case:
    return Case(
        id=id, question=f"what of {id}", language=more.get("language", "en"),
        expected=dict.fromkeys(expected, 1), same=more.get("same", ""),
    )  # fmt: skip


# Question sets


def test_one_reader_takes_the_golden_and_the_calibration_questions() -> None:
    golden = read_set(GOLDEN)
    first = golden.cases[0]
    assert (first.id, first.language, first.same) == ("Q001", "en", "led or based")
    assert set(first.expected) == {"S033", "S025", "S001", "S004"}
    assert any(not c.expected for c in golden.cases)
    assert golden.remarks, "rows of another scope are named"
    trials = read_trials(QUESTIONS)
    calibration = read_set(QUESTIONS).cases
    assert [(c.question, set(c.expected)) for c in calibration] == [
        (t.question, set(t.sources)) for t in trials
    ]
    assert [c.tunes for c in calibration] == [t.tunes for t in trials], "the same two halves"


def test_pages_answers_and_what_is_not_held(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(
        "question,language,source,page,scope,answers\n"
        "one,EN,A;B,4,,ten| eleven\ntwo,pt-BR,A;B,4;iv,answer,\nthree,sw,not held,,,\n"
        "four,,,,not held,\n",
        encoding="utf-8-sig",
    )
    one, two, three, four = read_set(path).cases
    assert one.places == {("A", "4"), ("B", "4")}
    assert one.answers == ("ten", "eleven")
    assert two.places == {("A", "4"), ("B", "iv")}
    assert (one.language, two.language, four.language) == ("en", "pt", "")
    assert not three.expected
    assert not four.expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no question"),
        ("question,language\nx,en\n", "no column 'expected'"),
        ("text,language,source\nx,en,A\n", "no column 'question'"),
        ("question,language,source\n ,en,A\n", "row 2: the question is empty"),
        ("question,language,source\nx,en,A\nx,en,B\n", "row 3"),
        ("question,language,source,page\nx,en,A;B;C,1;2\n", "row 2: 2 pages for 3 sources"),
        ("question,language,source,scope\nx,en,,answer\n", "no source is expected"),
        ('question,language,source\n"x,en,A\n', "cannot be read"),
    ],
)
def test_a_set_that_cannot_be_used_is_one_clear_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "s.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadSet, match=said) as raised:
        read_set(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_halves_are_told_by_the_crc_and_make_the_whole() -> None:
    cases = [case(f"q{n}", "A") for n in range(40)]
    tuning, reporting = half(cases, "tuning"), half(cases, "reporting")
    assert {c.id for c in tuning} | {c.id for c in reporting} == {c.id for c in cases}
    assert not {c.id for c in tuning} & {c.id for c in reporting}
    assert case("123456789").tunes, "its CRC-32 is the check value CBF43926, which is even"
    with pytest.raises(BadSet, match="--half both"):
        half(cases, "both")


# Ranking


def hit(source: str, dense: float, words: float, id: str = "") -> Hit:
    passage = Passage(
        id=id or source, source=source, page=None, label=None, headings=(), language="en", text="x"
    )
    evidence = Evidence(dense=dense, words=words, domain=0.0)
    return Hit(passage=passage, score=dense + words, evidence=evidence, sentences=())


def test_a_document_ranks_by_its_best_passage_in_each_part() -> None:
    hits = [hit("A", 0.5, 0.4), hit("B", 0.8, 0.0), hit("A", 0.9, 0.0, "A2"), hit("C", 0.1, 0.5)]
    assert ranking.sources(hits, ranking.FUSED) == ["A", "B", "C"]
    assert ranking.sources(hits, ranking.VECTORS) == ["A", "B", "C"]
    assert ranking.sources(hits, ranking.WORDS) == ["C", "A"], "B shares no word"


def test_ranking_metrics_are_those_computed_by_hand() -> None:
    cases = [case("q1", "A"), case("q2", "A", "B"), case("q3", "Z"), case("q4")]
    rankings = {
        "q1": ["X", "A"],
        "q2": ["B", *[f"x{n}" for n in range(10)], "A"],
        "q3": [],
        "q4": ["A"],
    }
    found = ranking.values(cases, rankings)
    assert set(found["nDCG@10"]) == {"q1", "q2", "q3"}, "q4 has no answer to rank"
    assert found["nDCG@10"]["q1"] == pytest.approx(1 / math.log2(3))
    assert found["nDCG@10"]["q2"] == pytest.approx(1 / (1 + 1 / math.log2(3)))
    assert found["MRR@10"] == pytest.approx({"q1": 0.5, "q2": 1.0, "q3": 0.0})
    assert found["recall@5"] == pytest.approx({"q1": 1.0, "q2": 0.5, "q3": 0.0})
    assert found["recall@20"] == pytest.approx({"q1": 1.0, "q2": 1.0, "q3": 0.0})


def test_nothing_found_at_all_is_zero() -> None:
    found = ranking.values([case("q1", "A")], {"q1": []})
    assert {by["q1"] for by in found.values()} == {0.0}


# Answers


def cited(source: str, page: int | None = None, label: str | None = None) -> Citation:
    return Citation(
        source=source, title="", publisher="", year="", page=page, label=label, language="en",
        kind="page", mirror="", url="https://a.org",
    )  # fmt: skip


def answered(*sources: Citation, quotes: Sequence[Quote] = ()) -> Answer:
    return Answer(answered=True, language="en", quotes=tuple(quotes), sources=sources, nearest=())


def declined(*nearest: Citation) -> Answer:
    return Answer(answered=False, language="en", quotes=(), sources=(), nearest=nearest)


@pytest.fixture
def library() -> Library:
    library = Library(":memory:")
    assert shelve([], library) == []
    return library


def seen(case: Case, answer: Answer, library: Library) -> dict[str, float]:
    return {one.metric: one.value for one in answers.observations(case, answer, library)}


def test_sources_and_pages_are_those_that_are_shown(library: Library) -> None:
    asked = replace(case("q", "A"), places=frozenset({("A", "iv")}))
    assert seen(asked, answered(cited("B"), cited("A", 4, "iv")), library) == {
        "answered": 1, "source@1": 0, "source@3": 1, "page@1": 0,
    }  # fmt: skip
    assert seen(asked, declined(cited("A", 9, "iv")), library) == {
        "answered": 0, "source@1": 1, "source@3": 1, "page@1": 1,
    }  # fmt: skip
    assert seen(case("q"), answered(cited("A")), library) == {"answered wrongly": 1}
    assert seen(case("q"), declined(), library) == {"answered wrongly": 0}


def test_a_quote_verifies_only_on_its_own_stored_page() -> None:
    library = Library(":memory:")
    text = "Elders and mothers meet under the mango tree to speak about children at work."
    shelve([Text(id="tree", title="", text=text, language="en")], library)
    passage = next(p for p in library.passages() if p.source == "tree")
    true = Quote(
        text="Elders and mothers\nmeet under the mango tree", passage=passage.id, source="tree",
        page=None, label=None, language="en", summary=False,
    )  # fmt: skip
    assert answers.stands(true, library)
    for wrong in (
        replace(true, text="Elders and mothers meet under the baobab tree"),
        replace(true, text=" "),
        replace(true, page=3),
        replace(true, source="clinic"),
        replace(true, passage="none"),
    ):
        assert not answers.stands(wrong, library), wrong
    made = answered(cited("tree"), quotes=[true, replace(true, page=3)])
    one = [o for o in answers.observations(case("q", "tree"), made, library)][-1]
    assert (one.metric, one.value, one.weight) == ("quotes verify", 0.5, 2)


@pytest.mark.parametrize(
    ("said", "spans", "holds"),
    [
        ("En tout, ÉLEVÉE à 24 enfants.", ["elevee a  24"], True),
        ("En tout 24 enfants.", ["4", "2"], False),
        ("En tout 24 enfants.", ["none", "24"], True),
        ("والمدرسة قريبة", ["المدرسه"], True),
        ("anything", [" "], False),
    ],
)
def test_a_known_answer_is_found_in_the_quotes(said: str, spans: list[str], holds: bool) -> None:
    quote = Quote(
        text=said, passage="p", source="A", page=None, label=None, language="fr", summary=False
    )
    assert answers.quotes_span([quote], spans) is holds


def test_span_counts_only_where_the_source_was_found(library: Library) -> None:
    asked = replace(case("q", "A"), answers=("ten",))
    assert "span quoted" not in seen(asked, answered(cited("B")), library)
    assert "span quoted" not in seen(asked, declined(cited("A")), library)
    assert seen(asked, answered(cited("A")), library)["span quoted"] == 0


def test_agreement_is_the_share_of_the_other_languages() -> None:
    cases = [
        case(f"q{n}", "A", same="s", language=code) for n, code in enumerate(("en", "fr", "sw"))
    ]
    given = {
        "q0": answered(cited("A", 1)),
        "q1": answered(cited("A", 2)),
        "q2": declined(cited("A", 1)),
    }
    found = {(o.metric, o.question): o.value for o in answers.agreement(cases, given)}
    assert found["same source", "q0"] == found["same source", "q1"] == 1.0
    assert [found["same page", f"q{n}"] for n in range(3)] == [0.5, 0.0, 0.5]
    nothing = dict.fromkeys(given, declined())
    assert {o.value for o in answers.agreement(cases, nothing)} == {0.0}


# Intervals


def test_wilson_is_the_textbook_interval() -> None:
    """10 of 10: [.722, 1]; 8 of 10: [.490, .943] (Newcombe 1998, method 3)."""
    every = intervals.interval([1.0] * 10, [1.0] * 10, range(10), share=True)
    assert (every.value, every.n) == (1.0, 10)
    assert (every.low, every.high) == pytest.approx((0.7225, 1.0), abs=1e-4)
    most = intervals.interval([1.0] * 8 + [0.0] * 2, [1.0] * 10, range(10), share=True)
    assert (most.low, most.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    quotes = intervals.interval([0.5, 1.0], [2.0, 8.0], "ab", share=True)
    assert (quotes.value, quotes.n) == (0.9, 10)


def test_the_bootstrap_is_steady_and_draws_groups_whole() -> None:
    draw = random.Random(1)
    values = [draw.random() for _ in range(100)]
    one = intervals.interval(values, [1.0] * 100, range(100), share=False)
    assert one == intervals.interval(values, [1.0] * 100, range(100), share=False)
    error = 1.96 * math.sqrt(sum((v - one.value) ** 2 for v in values) / 100 / 100)
    assert one.low == pytest.approx(one.value - error, abs=0.01)
    assert one.high == pytest.approx(one.value + error, abs=0.01)
    sure = intervals.interval([0.0, 1.0] * 50, [1.0] * 100, range(100), share=False)
    tied = intervals.interval(
        [0.0] * 50 + [1.0] * 50, [1.0] * 100, [n // 25 for n in range(100)], share=False
    )
    assert tied.high - tied.low > 2 * (sure.high - sure.low), "four groups tell less than 100"


# Two runs


def card(values: dict[str, float], name: str = "s") -> Scorecard:
    observations = tuple(
        Observation(metric="nDCG@10", question=id, language="en", value=value, section="fused")
        for id, value in values.items()
    )
    return Scorecard(
        name=name, half="all", questions=len(values), documents=1, passages=1, embedder="e",
        engine="local/1", seconds=0.1, figures=figures(observations), observations=observations,
    )  # fmt: skip


def test_the_same_run_twice_differs_by_nothing() -> None:
    one = card({f"q{n}": n / 30 for n in range(30)})
    (difference,) = comparing.compare(one, one)
    assert (difference.change, difference.chance, difference.n) == (0.0, 1.0, 30)


def test_a_run_that_is_better_everywhere_is_told_from_luck() -> None:
    before = card({f"q{n}": n / 60 for n in range(30)})
    after = card({f"q{n}": n / 60 + 0.3 for n in range(30)} | {"new": 0.0})
    (difference,) = comparing.compare(before, after)
    assert difference.change == pytest.approx(0.3)
    assert difference.n == 30, "only questions of both runs"
    assert difference.chance < 0.001


def test_a_few_questions_prove_little() -> None:
    """Three of three better: 2 of the 8 arrangements of signs are as extreme."""
    assert intervals.chance([0.1, 0.2, 0.3]) == pytest.approx(0.25)
    assert intervals.chance([0.1, -0.1, 0.0]) == pytest.approx(1.0)


def test_runs_are_paired_by_name_and_strangers_are_refused() -> None:
    one, two = card({"q": 1.0}, "one"), card({"q": 0.5}, "two")
    assert comparing.paired([one, two], [two, one]) == [(one, one), (two, two)]
    assert comparing.paired([one], [two]) == [(one, two)]
    with pytest.raises(BadSet, match="no set in common"):
        comparing.paired([one, two], [card({"q": 1.0}, "three")])
    with pytest.raises(BadSet, match="no question in common"):
        comparing.compare(one, card({"r": 1.0}))


# The hub's own index


def test_the_hub_answers_its_golden_questions_through_the_very_assistant(
    starter: Settings, assistant: Assistant, tmp_path: Path
) -> None:
    path = tmp_path / "hub.csv"
    lines = GOLDEN.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [lines[0], *(line for line in lines if ",led or based" in line or "abstain" in line)]
    path.write_text("".join(kept), encoding="utf-8")
    (found,) = running.evaluate_sets(starter, [path], "", lambda *_: None, tmp_path / "kept")
    cases = read_set(path).cases
    for one in cases:
        answer = assistant.answer(one.question, one.language)
        values = {o.metric: o.value for o in found.observations if o.question == one.id}
        if answer.language == one.language and not one.expected:
            assert values["answered wrongly"] == answer.answered, one.id
    assert found.figures[ANSWERS]["quotes verify"][ALL].value == 1.0
    assert set(found.figures[ANSWERS]["same source"]) == {ALL, "en", "sw", "fr", "es", "pt", "ar"}


def test_without_a_set_the_golden_questions_else_the_reporting_half_of_the_trials(
    starter: Settings, tmp_path: Path
) -> None:
    few = tmp_path / "calibration.csv"
    head, *rows = QUESTIONS.read_text(encoding="utf-8").splitlines()
    few.write_text("\n".join([head, *rows[::10]]), encoding="utf-8")
    starter = starter.model_copy(update={"calibration": few})
    (found,) = running.evaluate_sets(starter, [], "", lambda *_: None, tmp_path / "kept")
    assert (found.name, found.half) == ("calibration", "reporting")
    trials = read_trials(few)
    assert 0 < found.questions == sum(not trial.tunes for trial in trials) < len(trials)
    path = tmp_path / "mine.csv"
    path.write_text("question,language,source\nwhat is a committee,en,S007\n", encoding="utf-8")
    own = starter.model_copy(update={"golden": path})
    (found,) = running.evaluate_sets(own, [], "", lambda *_: None, tmp_path / "kept")
    assert (found.name, found.half, found.questions) == ("mine", "all", 1)
