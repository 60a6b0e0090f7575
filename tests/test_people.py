import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.keys import DAY, BadKey, Keys
from bot.limits import Limits, Pace
from bot.people import TABLES, People
from tests.doubles.clock import Clock

SECRET = bytes(range(32))


def rows(people: People) -> int:
    return sum(len(people._db.execute(f"select 1 from {name}").rows) for name in TABLES)


def test_a_choice_lasts_and_can_be_forgotten(tmp_path: Path, state_dsn: str) -> None:
    people = People(tmp_path, dsn=state_dsn)
    people.choose("telegram:42", "sw")
    people.close()
    again = People(tmp_path, dsn=state_dsn)
    assert again.language("telegram:42") == "sw"
    assert again.language("telegram:43") is None
    again.forget("telegram:42")
    assert again.language("telegram:42") is None
    again.close()


def test_no_file_names_the_person(tmp_path: Path) -> None:
    people = People(tmp_path)
    people.choose("telegram:4242424242", "fr")
    people.close()
    for file in tmp_path.iterdir():
        assert b"4242424242" not in file.read_bytes(), file.name


def test_the_key_is_the_owners_alone(tmp_path: Path) -> None:
    clock = Clock(1_000_000_000.0)
    people = People(tmp_path, key_days=1, now=clock)
    for _ in range(2):  # the first key and a renewed one
        people.language("telegram:42")
        assert stat.S_IMODE((tmp_path / "people.key").stat().st_mode) == 0o600
        clock.now += 1.5 * DAY
    people.close()


@pytest.mark.parametrize("key", [b"", b"short", b"1.0 zz\n", b"1.0 aa\n", b"\xff" * 40])
def test_a_damaged_key_is_refused_and_never_used(tmp_path: Path, key: bytes) -> None:
    (tmp_path / "people.key").write_bytes(key)
    with pytest.raises(BadKey, match=r"people\.key is damaged; remove it"):
        People(tmp_path)


def test_many_at_once_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "people.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: Keys(path, 30).valid(), range(8)))
    assert len(keys) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["people.key"]


def test_many_at_once_agree_on_the_key_after_it(tmp_path: Path) -> None:
    clock = Clock(1_000_000_000.0)
    every = [Keys(tmp_path / "people.key", 30, clock) for _ in range(8)]
    (first,) = every[0].valid()
    clock.now += 31 * DAY
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(Keys.valid, every))
    assert len(keys) == 1
    fresh, before = keys.pop()
    assert (before, fresh == first) == (first, False)


def test_a_choice_is_carried_over_to_the_new_key_and_to_the_one_after_it(
    tmp_path: Path, state_dsn: str
) -> None:
    clock = Clock(1_000_000_000.0)
    people = People(tmp_path, key_days=30, now=clock, dsn=state_dsn)
    people.choose("telegram:42", "sw")
    for _ in range(4):
        before = people._db.execute("select person from languages").fetchone()
        clock.now += 31 * DAY
        assert people.language("telegram:42") == "sw"
        after = people._db.execute("select person from languages").fetchone()
        assert after != before, "another key, another hash"
    assert rows(people) == 1
    people.close()


def test_who_is_not_seen_for_two_periods_is_gone_and_swept(tmp_path: Path, state_dsn: str) -> None:
    clock = Clock(1_000_000_000.0)
    people = People(tmp_path, key_days=30, now=clock, dsn=state_dsn)
    people.choose("telegram:42", "sw")
    people.choose("telegram:43", "fr")
    clock.now += 31 * DAY
    assert people.language("telegram:43") == "fr"
    clock.now += 30 * DAY
    assert people.language("telegram:42") is None
    assert people.sweep(refilled=0)["lapsed people"] == 1
    assert people.language("telegram:43") == "fr"
    clock.now += 300 * DAY  # the machine was off: also the last key is too old
    assert people.language("telegram:43") is None
    assert people.sweep(refilled=0)["lapsed people"] == 1
    assert rows(people) == 0
    people.close()


def test_forgetting_reaches_what_stands_under_the_key_before(
    tmp_path: Path, state_dsn: str
) -> None:
    clock = Clock(1_000_000_000.0)
    people = People(tmp_path, key_days=30, now=clock, dsn=state_dsn)
    people.choose("telegram:42", "sw")
    clock.now += 31 * DAY
    people.forget("telegram:42")
    assert rows(people) == 0
    people.close()


def test_to_be_forgotten_buys_no_messages_and_leaves_no_row(tmp_path: Path, state_dsn: str) -> None:
    clock = Clock(1_000_000_000.0)
    people = People(tmp_path, now=clock, dsn=state_dsn)
    limits = Limits(people, 2, 100, clock)
    for expected in (Pace.GO, Pace.GO, Pace.TELL):
        assert limits.pace("telegram:42") is expected
    people.forget("telegram:42")
    kept = people._db.execute("select person from limits").fetchall()
    assert kept == [("everybody",)]
    assert limits.pace("telegram:42") is Pace.SILENT
    people.forget("telegram:42")
    clock.now += 61
    assert limits.pace("telegram:43") is Pace.GO
    assert people._emptied == {}, "gone from memory, too"
    assert limits.pace("telegram:42") is Pace.GO
    people.close()


def test_what_is_forgotten_is_overwritten_in_the_file(tmp_path: Path) -> None:
    people = People(tmp_path)
    people.choose("telegram:42", "sw")
    hash = people._hash("telegram:42").encode()
    assert hash in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    people.forget("telegram:42")  # whoever serves keeps the file open
    for file in tmp_path.iterdir():
        assert hash not in file.read_bytes(), file.name
    people.close()


def test_a_key_of_the_first_version_goes_on_with_its_choices(tmp_path: Path) -> None:
    (tmp_path / "people.key").write_bytes(SECRET)
    people = People(tmp_path)
    people.choose("telegram:42", "sw")
    bare = people._hash("telegram:42").partition(":")[2]
    people._db.execute("update languages set person = ?", [bare])
    people.close()
    again = People(tmp_path)
    assert again.language("telegram:42") == "sw"
    again.close()


def test_a_crash_while_the_key_is_renewed_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(1_000_000_000.0)
    path = tmp_path / "people.key"
    (first,) = Keys(path, 30, clock).valid()
    clock.now += 31 * DAY
    with monkeypatch.context() as patch:
        patch.setattr("bot.keys.os.replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            Keys(path, 30, clock)
    fresh, before = Keys(path, 30, clock).valid()
    assert before == first
    assert fresh != first
