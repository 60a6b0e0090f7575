"""Counts that show no one: by week, whose people's hashes go with it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.counts import FEWEST, Cell, Counts, Names
from bot.files import SqliteTables
from bot.suppression import shown

DAY = date(2026, 3, 2)
NEXT = DAY + timedelta(days=7)


@pytest.fixture
def counts(tmp_path: Path, state_dsn: str) -> Iterator[Counts]:
    opened = Counts(tmp_path, dsn=state_dsn)
    yield opened
    opened.close()


def hashes(*held: str) -> Names:
    """Somebody whose hashes begin so, whatever the cell."""
    return lambda name: [f"hash-{one}- {name}" for one in held]


def ask(counts: Counts, people: int, language: str, first: int = 0, times: int = 1) -> None:
    for person in range(first, first + people):
        for _ in range(times):
            counts.add(DAY, hashes(str(person)), all="all", language=language, channel="telegram")


def seen(cells: list[Cell]) -> dict[tuple[str, str], tuple[int, int]]:
    return {(cell.by, cell.value): (cell.messages, cell.people) for cell in cells}


def stored(counts: Counts, folder: Path) -> bytes:
    """All that is kept; of files all that lies in them, the write-ahead log among them."""
    held = [str(counts._db.execute(f"select * from {name}").rows) for name in ("weekly", "marks")]
    return b"".join(file.read_bytes() for file in folder.iterdir()) + str(held).encode()


def test_who_is_forgotten_leaves_no_hash_and_is_never_counted_twice(
    counts: Counts, tmp_path: Path
) -> None:
    ask(counts, 7, "sw")
    for person in (3, 4):
        counts.forget(hashes("other", str(person)))
    data = stored(counts, tmp_path)
    assert b"hash-2-" in data
    assert b"hash-3-" not in data
    assert b"hash-4-" not in data
    ask(counts, 1, "sw", first=3)  # one comes back
    assert seen(counts.closed(NEXT))["language", "sw"] == (8, 6)
    counts.forget(hashes("3"))
    assert seen(counts.closed(NEXT))["language", "sw"] == (8, 6), "a closed week holds no hashes"


def test_too_few_are_not_shown_where_one_was_forgotten(counts: Counts) -> None:
    ask(counts, FEWEST, "sw")
    counts.forget(hashes("0"))
    assert shown(counts.closed(NEXT)) == []


def test_people_are_counted_once_and_their_hashes_go_when_the_week_closes(
    counts: Counts, tmp_path: Path
) -> None:
    ask(counts, 6, "sw", times=3)
    assert b"hash-3-" in stored(counts, tmp_path)
    assert shown(counts.closed(DAY)) == [], "a week that is open is not shown"
    assert seen(counts.closed(NEXT))["language", "sw"] == (18, 6)
    assert b"hash-" not in stored(counts, tmp_path)


def test_the_first_message_of_a_week_leaves_no_hash_of_the_weeks_before(
    counts: Counts, tmp_path: Path
) -> None:
    ask(counts, 6, "sw")
    counts.add(NEXT, lambda name: [f"tomorrow {name}"], language="sw")
    assert b"hash-" not in stored(counts, tmp_path)


def test_four_people_are_not_shown_and_five_are(counts: Counts) -> None:
    ask(counts, FEWEST - 1, "sw")
    assert shown(counts.closed(NEXT)) == []


def test_five_people_are_shown(counts: Counts) -> None:
    ask(counts, FEWEST, "sw", times=2)
    told = seen(shown(counts.closed(NEXT)))
    assert told == dict.fromkeys(
        (("all", "all"), ("channel", "telegram"), ("language", "sw")), (10, 5)
    )


def test_each_cell_knows_its_people_by_other_hashes(counts: Counts) -> None:
    """Whoever asked in Swahili cannot be found again among those who asked about a topic."""
    key = "a key of this test"
    for person in range(6):
        names = lambda name, person=person: [f"{key} {name} {person}"]  # noqa: E731
        counts.add(DAY, names, all="all", language="sw", topic="kin")
    hashes = [row[0] for row in counts._db.execute("select hash from marks").rows]
    assert len(hashes) == len(set(hashes)) == 18


def test_a_person_is_one_over_a_week_and_under_a_new_key(counts: Counts) -> None:
    sunday = date(2026, 3, 8)
    for day, held in ((DAY, ["old"]), (sunday, ["new", "old"])):
        counts.add(day, lambda name, held=held: [f"{key} {name}" for key in held], all="all")  # type: ignore[misc]
    assert seen(counts.closed(sunday + timedelta(days=1)))["all", "all"] == (2, 1)


def test_once_is_once_a_week_and_can_be_taken_back(counts: Counts) -> None:
    names = hashes("1")
    assert counts.first(DAY, names, "rated p1")
    assert not counts.first(DAY, names, "rated p1")
    assert counts.did(DAY, names, "rated p1")
    assert not counts.did(DAY, hashes("2"), "rated p1")
    for one in ("1", "2"):
        counts.add(DAY, hashes(one), reason="not said")
    counts.take_back(DAY, names, reason="not said")
    assert seen(counts.closed(NEXT)) == {("reason", "not said"): (1, 1)}
    assert counts.first(NEXT, names, "rated p1"), "another week"


def test_a_cell_of_lists_counts_in_each(counts: Counts) -> None:
    counts.add(DAY, hashes("1"), source=("S001", "S002"), topic="kin")
    assert set(seen(counts.closed(NEXT))) == {
        ("source", "S001"), ("source", "S002"), ("topic", "kin"),
    }  # fmt: skip


def test_disclosures_leave_a_monthly_counter_and_nothing_else(
    counts: Counts, tmp_path: Path
) -> None:
    for _ in range(FEWEST):
        counts.disclosed(DAY)
    counts.disclosed(date(2026, 4, 1))
    assert counts.cards(date(2026, 4, 2)) == [("2026-03", 5)]
    assert counts.cards(date(2026, 5, 2)) == [("2026-04", None), ("2026-03", 5)]
    assert counts.closed(NEXT) == []
    rows = counts._db.query("select * from disclosures order by month")
    assert rows[0] == {"month": "2026-03", "cards": 5}


def test_what_is_older_than_the_setting_is_erased(counts: Counts) -> None:
    ask(counts, 5, "sw")
    counts.disclosed(DAY)
    later = DAY + timedelta(days=400)
    assert counts.sweep(later, later - timedelta(days=365)) == {"week hashes": 15, "old counts": 4}
    assert counts.closed(later) == []


class Steps:
    """Counts twenty steps of SQLite's machine at a time: no other program on this one adds any."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> int:
        self.count += 1
        return 0


def test_a_message_costs_no_more_the_more_people_write(tmp_path: Path) -> None:
    costs = list[int]()
    with closing(Counts(tmp_path)) as counts:
        assert isinstance(counts._db, SqliteTables)
        for people in (50, 1_000):
            ask(counts, people, "sw", first=len(costs) * 50)
            steps = Steps()
            counts._db._db.set_progress_handler(steps, 20)
            counts.add(DAY, hashes("7", "earlier"), all="all", language="sw", channel="telegram")
            counts._db._db.set_progress_handler(None, 0)
            costs.append(steps.count)
    assert 0 < costs[1] < 2 * costs[0]
