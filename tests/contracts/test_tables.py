"""One suite for both stores of people, counts and the desk: what `bot.tables.Tables` promises."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.keeping import Room, open_tables
from bot.tables import Tables

HASH = "0a1b2c3d:ada"


class Opening:
    """Opens the same tables again and again, as other processes would."""

    def __init__(self, data: Path, dsn: str) -> None:
        self._data, self._dsn, self._held = data, dsn, list[Tables]()

    def __call__(self, room: Room = Room.PEOPLE) -> Tables:
        self._held.append(open_tables(room, self._data, self._dsn))
        return self._held[-1]

    def close(self) -> None:
        for one in self._held:
            one.close()


@pytest.fixture
def opening(tmp_path: Path, state_dsn: str) -> Iterator[Opening]:
    opened = Opening(tmp_path, state_dsn)
    yield opened
    opened.close()


@pytest.fixture
def tables(opening: Opening) -> Tables:
    return opening()


def put(tables: Tables, person: str, language: str = "sw") -> None:
    tables.insert("languages", {"person": person, "language": language})


def people(tables: Tables) -> list[str]:
    rows = tables.execute("select person from languages order by person").rows
    return [person for (person,) in rows]


def test_what_is_put_lasts(opening: Opening) -> None:
    put(opening(), HASH)
    assert opening().query("select * from languages") == [{"person": HASH, "language": "sw"}]


def test_a_statement_tells_how_many_rows_it_changed(tables: Tables) -> None:
    for name in "ab":
        put(tables, name)
    changed = tables.execute("update languages set language = 'fr' where person = ?", ["a"])
    assert changed.rowcount == 1
    assert tables.execute("delete from languages").rowcount == 2
    assert tables.execute("select * from languages").fetchone() is None


def test_an_upsert_changes_the_columns_that_are_given_alone(tables: Tables) -> None:
    tables.upsert("standing", {"person": "a", "country": "KE", "setting": "urban"}, "person")
    tables.upsert("standing", {"person": "a", "setting": "refugee"}, "person")
    tables.upsert("standing", {"person": "b", "country": "UG"}, "person")
    assert tables.execute("select * from standing order by person").rows == [
        ("a", "KE", "refugee"), ("b", "UG", None),
    ]  # fmt: skip


def test_no_row_gets_the_number_of_one_that_was_erased(opening: Opening) -> None:
    desk = opening(Room.DESK)
    first, second = (desk.number("curated", {"text": text}) for text in ("one", "two"))
    desk.execute("delete from curated where id = ?", [second])
    assert first < second < desk.number("curated", {"text": "three"})


@pytest.mark.parametrize("value", ["50 % of all?", "it's ? %s", "مرحبا 🌍", "", 'a "b" \\ c\n'])
def test_texts_come_back_as_they_were(tables: Tables, value: str) -> None:
    put(tables, "a", value)
    assert tables.execute("select language from languages where language = ?", [value]).rows == [
        (value,)
    ]


def test_no_text_is_another_for_a_nul_in_it(tables: Tables) -> None:
    put(tables, "a\0b")
    assert tables.execute("select 1 from languages where person = ?", ["ab"]).rows == []
    (kept,) = people(tables)
    assert kept.replace("\ufffd", "\0") == "a\0b"


def test_signs_of_both_stores_within_a_statement_are_its_own(tables: Tables) -> None:
    for name in ("a:1", "b?", "c%s"):
        put(tables, name)
    found = tables.execute(
        "select person from languages where (person like '%:%' or person = 'b?' or person like ?)"
        " and language || '%?' = 'sw%?' order by person", ["c%"],
    )  # fmt: skip
    assert found.rows == [("a:1",), ("b?",), ("c%s",)]


def test_bytes_and_numbers_come_back_as_they_were(opening: Opening) -> None:
    desk = opening(Room.DESK)
    row = {"space": "s", "language": "en", "question": "q", "vector": bytes(range(256))}
    desk.insert("curated_vectors", row)
    assert desk.query("select * from curated_vectors") == [row]
    people = opening()
    at = 1_790_000_000.123456
    people.insert("limits", {"person": "a", "tokens": float("inf"), "at": at, "told": 1})
    assert people.execute("select tokens, at, told from limits").rows == [(float("inf"), at, 1)]


def put_and_fail(tables: Tables, meanwhile: Callable[[], None] = lambda: None) -> None:
    with tables.changing():
        put(tables, "within")
        with tables.changing():  # a part of it
            put(tables, "deeper")
        meanwhile()
        raise KeyError


def test_an_error_undoes_the_whole_transaction(tables: Tables) -> None:
    put(tables, "before")
    with pytest.raises(KeyError):
        put_and_fail(tables)
    assert people(tables) == ["before"]
    with tables.changing():
        put(tables, "after")
    assert people(tables) == ["after", "before"]


def test_another_sees_nothing_of_a_transaction_before_its_end(opening: Opening) -> None:
    one, two = opening(), opening()
    with one.changing():
        put(one, "a")
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(people, two).result() == []
    assert people(two) == ["a"]


def test_a_statement_of_another_thread_is_no_part_of_a_transaction(tables: Tables) -> None:
    with ThreadPoolExecutor(1) as pool:
        beside = list[Future[None]]()
        with pytest.raises(KeyError):
            put_and_fail(tables, lambda: beside.append(pool.submit(put, tables, "other")))
        beside[0].result()
    assert people(tables) == ["other"]


def test_what_two_read_and_write_at_once_is_counted_whole(opening: Opening) -> None:
    """Each reads, then writes one more: without the lock from the start some would be lost."""

    def add(tables: Tables) -> None:
        for _ in range(20):
            with tables.changing():
                row = tables.execute("select tokens from limits where person = 'a'").fetchone()
                tokens = (row[0] if row else 0) + 1
                tables.upsert("limits", {"person": "a", "tokens": tokens}, "person")

    every = [opening() for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, every * 2))  # two threads share each
    assert every[0].execute("select tokens from limits").rows == [(160,)]


def test_erasing_and_vacuum_leave_the_other_rows(opening: Opening) -> None:
    tables, other = opening(), opening()
    for name in "abc":
        put(tables, name)
    with tables.erasing():
        tables.execute("delete from languages where person = ?", ["b"])
    tables.leave_nothing()
    tables.vacuum("languages", "turns")
    assert people(other) == ["a", "c"]
    put(other, "d")
    assert people(tables) == ["a", "c", "d"]
