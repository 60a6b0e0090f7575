"""Counts that show no one: five people or more, and nothing to be worked out from the rest."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.counts import FEWEST, Cell, Counts, shown

DAY = date(2026, 3, 2)
NEXT = DAY + timedelta(days=1)


@pytest.fixture
def counts(tmp_path: Path) -> Iterator[Counts]:
    opened = Counts(tmp_path)
    yield opened
    opened.close()


def ask(counts: Counts, people: int, language: str, first: int = 0, times: int = 1) -> None:
    for person in range(first, first + people):
        for _ in range(times):
            counts.add(DAY, f"hash-{person}", language=language, channel="telegram")


def seen(cells: list[Cell]) -> dict[tuple[str, str], tuple[int, int]]:
    return {(cell.by, cell.value): (cell.messages, cell.people) for cell in cells}


def stored(folder: Path) -> bytes:
    """All that lies in the files, the write-ahead log among them."""
    return b"".join(file.read_bytes() for file in folder.iterdir())


def test_who_is_forgotten_leaves_no_hash_and_is_never_counted_twice(
    counts: Counts, tmp_path: Path
) -> None:
    ask(counts, 7, "sw")
    for person in (3, 4):
        counts.forget(lambda day, person=person: [f"other-{day}", f"hash-{person}"])  # type: ignore[misc]
    data = stored(tmp_path)
    assert b"hash-2" in data
    assert b"hash-3" not in data
    assert b"hash-4" not in data
    ask(counts, 1, "sw", first=3)  # one comes back
    assert seen(counts.closed(NEXT))["language", "sw"] == (8, 6)
    counts.forget(lambda _: ["hash-3"])
    assert seen(counts.closed(NEXT))["language", "sw"] == (8, 6), "a closed day holds no hashes"


def test_too_few_are_not_shown_where_one_was_forgotten(counts: Counts) -> None:
    ask(counts, FEWEST, "sw")
    counts.forget(lambda _: ["hash-0"])
    assert shown(counts.closed(NEXT)) == []


def test_people_are_counted_once_and_their_hashes_go_when_the_day_closes(
    counts: Counts, tmp_path: Path
) -> None:
    ask(counts, 6, "sw", times=3)
    assert b"hash-3" in stored(tmp_path)
    assert shown(counts.closed(DAY)) == [], "a day that is open is not shown"
    assert seen(counts.closed(NEXT))["language", "sw"] == (18, 6)
    assert b"hash-" not in stored(tmp_path)


def test_the_first_message_of_a_day_leaves_no_hash_of_the_days_before(
    counts: Counts, tmp_path: Path
) -> None:
    ask(counts, 6, "sw")
    counts.add(NEXT, "tomorrow", language="sw")
    assert b"hash-" not in stored(tmp_path)


def test_four_people_are_not_shown_and_five_are(counts: Counts) -> None:
    ask(counts, FEWEST - 1, "sw")
    assert shown(counts.closed(NEXT)) == []


def test_five_people_are_shown(counts: Counts) -> None:
    ask(counts, FEWEST, "sw", times=2)
    told = seen(shown(counts.closed(NEXT)))
    assert told == dict.fromkeys(
        (("all", "all"), ("channel", "telegram"), ("language", "sw")), (10, 5)
    )


def test_a_small_cell_takes_the_smallest_other_one_with_it(counts: Counts) -> None:
    """Else all = 20 less en = 9 less fr = 10 gives the one person who asked in Arabic away."""
    ask(counts, 9, "en")
    ask(counts, 10, "fr", first=9)
    ask(counts, 1, "ar", first=19)
    told = seen(shown(counts.closed(NEXT)))
    assert ("language", "fr") in told
    assert ("language", "en") not in told
    assert ("language", "ar") not in told
    assert told["all", "all"] == (20, 20)


def test_what_is_hidden_on_any_day_holds_five_people_or_more_together() -> None:
    random.seed(5)
    for _ in range(500):
        table = [
            Cell(day="2026-03-02", by="language", value=str(n), messages=9, people=people)
            for n, people in enumerate(random.choices(range(1, 12), k=random.randint(1, 6)))
        ]
        everybody = sum(cell.people for cell in table)
        all_ = Cell(day="2026-03-02", by="all", value="all", messages=9, people=everybody)
        kept = shown([all_, *table])
        assert all(cell.people >= FEWEST for cell in kept)
        hidden = [cell for cell in table if cell not in kept]
        if all_ in kept and hidden:
            assert sum(cell.people for cell in hidden) >= FEWEST
            if len(hidden) == 1:
                pytest.fail("one hidden cell is what the total leaves")


def test_disclosures_leave_a_monthly_counter_and_nothing_else(
    counts: Counts, tmp_path: Path
) -> None:
    for _ in range(FEWEST):
        counts.disclosed(DAY)
    counts.disclosed(date(2026, 4, 1))
    assert counts.cards(date(2026, 4, 2)) == [("2026-03", 5)]
    assert counts.cards(date(2026, 5, 2)) == [("2026-04", None), ("2026-03", 5)]
    assert counts.closed(NEXT) == []
    row = counts._db.table("disclosures").get("2026-03")
    assert row == {"month": "2026-03", "cards": 5}


def test_what_is_older_than_the_setting_is_erased(counts: Counts) -> None:
    ask(counts, 5, "sw")
    counts.disclosed(DAY)
    later = DAY + timedelta(days=400)
    assert counts.sweep(later, later - timedelta(days=365)) == {"day hashes": 15, "old counts": 4}
    assert counts.closed(later) == []
