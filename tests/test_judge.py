from pathlib import Path

from index import judge
from index.calibration import Trial, decidable, measure, read_trials
from index.ports import Evidence

NEAR = [Evidence(dense=0.5 + step / 100, words=0.3, domain=0.4) for step in range(40)]
FAR = [Evidence(dense=0.1 + step / 100, words=0.0, domain=0.0) for step in range(40)]


def fitted() -> judge.Judge:
    seen = [(evidence, "en") for evidence in [*NEAR, *FAR]]
    return judge.fit(seen, [True] * 40 + [False] * 40)


def test_more_evidence_is_more_confidence_and_a_confidence_is_a_probability() -> None:
    made = fitted()
    confidences = [made.confidence(evidence, "en") for evidence in [*FAR, *NEAR]]
    assert all(0 < confidence < 1 for confidence in confidences)
    assert confidences[:40] == sorted(confidences[:40])
    assert min(confidences[40:]) > max(confidences[:40])


def test_the_threshold_lets_few_of_the_unanswerable_through() -> None:
    made = fitted()
    wrong = sum(made.confidence(evidence, "en") >= made.threshold for evidence in FAR)
    assert wrong <= judge.MOST_WRONG * len(FAR)
    assert all(made.confidence(evidence, "en") >= made.threshold for evidence in NEAR)


def test_a_hub_that_told_no_answers_yet_still_declines_what_is_far() -> None:
    """Its own library, the shipped questions: only those without an answer can be judged."""
    made = judge.fit([(evidence, "en") for evidence in FAR], [False] * 40)
    wrong = sum(made.confidence(evidence, "en") >= made.threshold for evidence in FAR)
    assert wrong <= judge.MOST_WRONG * len(FAR)
    assert made.confidence(NEAR[10], "en") >= made.threshold


def test_with_nothing_to_decline_by_nothing_is_answered() -> None:
    for seen, answerable in (([], []), ([(NEAR[0], "en")], [True])):
        made = judge.fit(seen, answerable)
        assert made.confidence(NEAR[-1], "sw") < made.threshold


def test_a_judge_is_the_same_after_reading_it_back(tmp_path: Path) -> None:
    made = fitted()
    made.write(tmp_path)
    assert judge.read(tmp_path) == made


def trial(question: str, *sources: str) -> Trial:
    return Trial(question=question, language="en", sources=frozenset(sources))


def test_a_trial_about_a_source_that_is_not_held_is_left_out() -> None:
    trials = [trial("a", "S1"), trial("b", "S2"), trial("c")]
    assert decidable(trials, {"S1"}) == [trials[0], trials[2]]


def test_the_figures_are_of_the_other_half() -> None:
    asked = [trial(f"in {n}", "S1") for n in range(60)] + [trial(f"out {n}") for n in range(60)]
    made = measure(asked, lambda t: NEAR[5] if t.sources else FAR[5])
    assert made.figures["questions"] == sum(not t.tunes for t in asked)
    assert made.figures["answered"] == 1
    assert made.figures["answered wrongly"] == 0


def test_the_shipped_trials_are_balanced_over_the_languages() -> None:
    from index.calibration import QUESTIONS

    trials = read_trials(QUESTIONS)
    for language in ("en", "sw", "fr", "es", "pt", "ar"):
        own = [t for t in trials if t.language == language]
        assert sum(bool(t.sources) for t in own) >= 30
        assert sum(not t.sources for t in own) >= 30
    assert len({t.question for t in trials}) == len(trials)


def test_no_golden_question_set_the_threshold() -> None:
    import csv

    from index.calibration import QUESTIONS

    with (Path(__file__).parent / "golden" / "questions.csv").open(encoding="utf-8") as file:
        golden = {row["question"].casefold() for row in csv.DictReader(file)}
    assert not golden & {t.question.casefold() for t in read_trials(QUESTIONS)}
