"""Nobody who subtracts what is shown learns a count of fewer than five people."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from bot.counts import FEWEST, Cell
from bot.suppression import shown

Key = tuple[str, str]
WEEK = "2026-W10"
THEMES = ("kin", "work", "online", "camps")
_one = st.fixed_dictionaries(
    {
        "person": st.integers(0, 14),
        "channel": st.sampled_from(("telegram", "web", "whatsapp")),
        "language": st.sampled_from(("sw", "en", "fr", "ar")),
        "outcome": st.sampled_from(("answered", "answered", "not found", "command or button")),
        "topic": st.sampled_from(THEMES),
        "country": st.sampled_from(("none", "UG", "KE")),
        "feedback": st.sampled_from(("", "helpful", "wrong", "too long", "not said")),
        "workshop": st.sampled_from(("none", "abcd", "efgh")),
    }
)
_in_none = _one.map(lambda message: {**message, "workshop": ""})  # of a week without any
messages = st.lists(_one, max_size=60) | st.lists(_in_none, max_size=60)


def keys(message: dict[str, object]) -> list[Key]:
    """The cells that a message counts in, as the assistant counts it."""
    m = {name: str(value) for name, value in message.items()}
    found = [("all", "all"), *((by, m[by]) for by in ("channel", "language", "outcome"))]
    if m["workshop"]:
        found += [("workshop", m["workshop"])]
        found += [("workshop outcome", f"{m['workshop']}|{m['outcome']}")]
    if m["outcome"] == "command or button":
        if m["feedback"]:
            kind = "helpful" if m["feedback"] == "helpful" else "not helpful"
            found += [("feedback", kind), ("topic feedback", f"{m['topic']}|{kind}")]
            found += [("reason", m["feedback"])] if kind == "not helpful" else []
        return found
    found += [("topic", m["topic"]), ("country", m["country"])]
    if m["workshop"]:
        found += [("workshop topic", f"{m['workshop']}|{m['topic']}")]
    return [*found, ("topic outcome", f"{m['topic']}|{m['outcome']}")]


def cells(said: list[dict[str, object]]) -> list[Cell]:
    counted: Counter[Key] = Counter()
    people: dict[Key, set[object]] = defaultdict(set)
    for message in said:
        for key in keys(message):
            counted[key] += 1
            people[key].add(message["person"])
    return [
        Cell(week=WEEK, by=by, value=value, messages=n, people=len(people[by, value]))
        for (by, value), n in sorted(counted.items())
    ]


class Attacker:
    """Who knows which cells there may be, how they add up, and all that is shown; else nothing.

    They solve linear programmes: how small and how large can a cell, or some cells together, be?
    The sums are written anew here, from the kinds of message there are, not taken from the code.
    """

    def __init__(self, table: list[Cell], told: list[Cell]) -> None:
        self.told = {(c.by, c.value): c.messages for c in told}
        names = {(c.by, c.value) for c in table}
        topics = sorted({v for by, v in names if by == "topic"})
        groups = [[k for k in names if k[0] == by] for by in ("channel", "language", "outcome")]
        self.index = {key: at for at, key in enumerate(sorted(names))}
        rows: list[dict[Key, int]] = [{("all", "all"): -1, **dict.fromkeys(g, 1)} for g in groups]
        asked = [k for k in names if k in {("outcome", "answered"), ("outcome", "not found")}]
        for by in ("topic", "country"):
            parts = [k for k in names if k[0] == by]
            rows.append({**dict.fromkeys(parts, 1), **dict.fromkeys(asked, -1)})
        crossed = [k for k in names if k[0] == "topic outcome"]
        for topic in topics:
            own = [k for k in crossed if k[1].startswith(f"{topic}|")]
            rows.append({("topic", topic): -1, **dict.fromkeys(own, 1)})
        for outcome in asked:
            own = [k for k in crossed if k[1].endswith(f"|{outcome[1]}")]
            rows.append({outcome: -1, **dict.fromkeys(own, 1)})
        for key in [k for k in names if k[0] == "feedback"]:
            own = [k for k in names if k[0] == "topic feedback" and k[1].endswith(f"|{key[1]}")]
            rows.append({key: -1, **dict.fromkeys(own, 1)})
            if key[1] == "not helpful":
                rows.append({key: -1, **dict.fromkeys([k for k in names if k[0] == "reason"], 1)})
        rows += self.by_workshop(names)
        rows = [row for row in rows if 1 in row.values()]
        self.ties = np.zeros((len(rows), len(self.index)))
        for at, row in enumerate(rows):
            for key, sign in row.items():
                self.ties[at, self.index[key]] = sign

    @staticmethod
    def by_workshop(names: set[Key]) -> list[dict[Key, int]]:
        def of(by: str, what: str, place: int) -> list[Key]:
            return [k for k in names if k[0] == by and k[1].split("|")[place] == what]

        held = [value for by, value in names if by == "workshop"]
        rows = [{("all", "all"): -1, **{("workshop", one): 1 for one in held}}] if held else []
        for one in held:
            outcomes = of("workshop outcome", one, 0)
            asked = [k for k in outcomes if k[1].split("|")[1] in ("answered", "not found")]
            rows.append({("workshop", one): -1, **dict.fromkeys(outcomes, 1)})
            topics = of("workshop topic", one, 0)
            rows.append({**dict.fromkeys(topics, 1), **dict.fromkeys(asked, -1)})
        for by in ("outcome", "topic") if held else ():
            for _, value in [name for name in names if name[0] == by]:
                parts = of(f"workshop {by}", value, 1)
                rows.append({(by, value): -1, **dict.fromkeys(parts, 1)})
        return rows

    def bounds(self, wanted: list[Key]) -> tuple[float, float]:
        aim = np.zeros(len(self.index))
        aim[[self.index[key] for key in wanted]] = 1
        held = [
            (float(self.told[key]),) * 2 if key in self.told else (0.0, None) for key in self.index
        ]
        ends = [
            linprog(sign * aim, A_eq=self.ties, b_eq=np.zeros(len(self.ties)), bounds=held)
            for sign in (1, -1)
        ]
        assert all(end.status in (0, 3) for end in ends)  # solved, or without bound
        return ends[0].fun, -ends[1].fun if ends[1].status == 0 else np.inf


@settings(max_examples=150, deadline=None)
@given(messages, st.data())
def test_no_small_cell_follows_from_what_is_shown(
    said: list[dict[str, object]], picked: st.DataObject
) -> None:
    table = cells(said)
    told = shown(table)
    assert all(cell.people >= FEWEST for cell in told)
    assert set(told) <= set(table)
    small = [cell for cell in table if cell.people < FEWEST]
    if not told or not small:
        return
    attacker = Attacker(table, told)
    for cell in small:
        least, most = attacker.bounds([(cell.by, cell.value)])
        assert most - least > 0.5, f"{cell} is known to be {least}"
    some = picked.draw(st.lists(st.sampled_from(small), unique=True, max_size=4))
    while some and sum(cell.people for cell in some) >= FEWEST:
        some.pop()
    if some:
        least, most = attacker.bounds([(cell.by, cell.value) for cell in some])
        assert most - least > 0.5, f"{some} are known to be {least} together"


def table(**rows: dict[str, int]) -> list[Cell]:
    """Cells of as many people as messages."""
    return [
        Cell(week=WEEK, by=by.replace("_", " "), value=value, messages=n, people=n)
        for by, values in rows.items()
        for value, n in values.items()
    ]


def told(found: list[Cell]) -> set[Key]:
    return {(cell.by, cell.value) for cell in shown(found)}


def test_a_small_cell_takes_the_smallest_other_with_it() -> None:
    """Else all = 20 less en = 9 less fr = 10 gives the one person who asked in Arabic away."""
    found = table(all={"all": 20}, language={"en": 9, "fr": 10, "ar": 1})
    assert told(found) == {("all", "all"), ("language", "fr")}


def test_two_small_cells_are_no_mask_for_each_other() -> None:
    found = table(all={"all": 20}, language={"en": 9, "fr": 7, "ar": 2, "sw": 2})
    assert told(found) == {("all", "all"), ("language", "en")}


def test_small_topics_alone_leave_the_total_that_is_shown_anyway() -> None:
    """They are 8 people together, and the only small cell beside them has no mask but them."""
    found = table(
        all={"all": 12},
        outcome={"answered": 8, "command or button": 4},
        topic={"kin": 4, "work": 4},
        topic_outcome={"kin|answered": 4, "work|answered": 4},
    )
    assert told(found) == {("all", "all")}


def test_a_topic_shown_whole_does_not_give_its_outcomes_away() -> None:
    found = table(
        all={"all": 40},
        outcome={"answered": 25, "not found": 15},
        topic={"kin": 20, "work": 20},
        topic_outcome={
            "kin|answered": 18,
            "kin|not found": 2,
            "work|answered": 7,
            "work|not found": 13,
        },
    )
    assert {"kin|not found", "kin|answered"}.isdisjoint(v for _, v in told(found))
    # The columns' totals would give kin away: another topic goes as well.
    assert {v for by, v in told(found) if by == "topic outcome"} == set()
    assert {("topic", "kin"), ("topic", "work")} <= told(found)


def test_a_way_round_over_two_tables_is_seen() -> None:
    """Each row and column hides two cells, but a bridge between two squares would be known."""
    squares = {f"{t}|{o}": 9 for t in "abcd" for o in ("answered", "not found")}
    squares["a|answered"] = 2
    rows = {t: 18 for t in "bcd"} | {"a": 11}
    found = table(
        all={"all": 65},
        outcome={"answered": 29, "not found": 36},
        topic=rows,
        topic_outcome=squares,
    )
    assert "a|answered" not in {v for _, v in told(found)}
    least, most = Attacker(found, shown(found)).bounds([("topic outcome", "a|answered")])
    assert most - least >= FEWEST


def test_a_week_of_four_people_shows_nothing_and_does_not_touch_another() -> None:
    few = [
        Cell(week="2026-W11", by="all", value="all", messages=40, people=FEWEST - 1),
        Cell(week="2026-W11", by="language", value="sw", messages=40, people=FEWEST - 1),
    ]
    found = table(all={"all": 5}, language={"sw": 5})
    assert shown([*few, *found]) == found


def test_it_would_catch_a_naive_table() -> None:
    """The attacker finds what hiding alone leaves open."""
    found = table(all={"all": 20}, language={"en": 9, "fr": 10, "ar": 1})
    naive = [cell for cell in found if cell.people >= FEWEST]
    assert Attacker(found, naive).bounds([("language", "ar")]) == pytest.approx((1, 1))


def test_how_many_joined_is_shown_also_where_nobody_asked() -> None:
    """It is in no sum: what it leaves of anything else cannot be told."""
    found = table(all={"all": 3}, joined={"abcd": 40, "efgh": 4})
    assert told(found) == {("joined", "abcd")}


def test_the_few_who_are_in_no_workshop_hide_what_the_many_asked() -> None:
    found = table(
        all={"all": 43},
        outcome={"answered": 43},
        workshop={"abcd": 40, "none": 3},
        workshop_outcome={"abcd|answered": 40, "none|answered": 3},
    )
    assert told(found) == {("all", "all"), ("outcome", "answered")}


def test_a_workshop_is_shown_where_enough_others_wrote() -> None:
    found = table(
        all={"all": 46},
        outcome={"answered": 46},
        workshop={"abcd": 40, "none": 6},
        workshop_outcome={"abcd|answered": 40, "none|answered": 6},
    )
    assert len(told(found)) == len(found)
