import stat
from pathlib import Path

from bot.people import People


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
