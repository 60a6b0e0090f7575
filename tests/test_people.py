import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.people import BadKey, People, _secret


def test_a_choice_lasts_and_can_be_forgotten(tmp_path: Path) -> None:
    people = People(tmp_path)
    people.choose("telegram:42", "sw")
    people.close()
    again = People(tmp_path)
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
    People(tmp_path).close()
    assert stat.S_IMODE((tmp_path / "people.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("key", [b"", b"short"])
def test_a_damaged_key_is_refused_and_never_used(tmp_path: Path, key: bytes) -> None:
    (tmp_path / "people.key").write_bytes(key)
    with pytest.raises(BadKey, match=r"people\.key is damaged; remove it"):
        People(tmp_path)


def test_many_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: _secret(tmp_path / "people.key"), range(8)))
    assert len(keys) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["people.key"]
