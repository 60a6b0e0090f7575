import re
import tomllib
from pathlib import Path

import typer

from scripts import docs
from scripts.cli import cli

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_settings_and_help_are_those_of_the_code() -> None:
    assert docs.filled(README) == README, "run: python -m scripts.docs"


def test_the_picture_is_of_the_question_and_fetches_nothing() -> None:
    picture = docs.PICTURE.read_text(encoding="utf-8").replace("&#160;", " ")
    assert docs.ASKED in picture
    assert "@font-face" not in picture
    assert len(picture) < 60_000


def test_every_library_is_named_with_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for wanted in (project["dependencies"], extras["models"], extras["rewrite"]):
        for dependency in wanted:
            name = re.match(r"[\w-]+", dependency)
            assert name
            assert f"| {name[0]} |" in README
    for dependency in extras["dev"]:
        name = re.match(r"[\w-]+", dependency)
        assert name
        assert name[0] in README


def test_every_command_in_the_text_exists() -> None:
    commands = typer.main.get_command(cli).commands  # type: ignore[attr-defined]
    for name in re.findall(r"`exchange (\w+)", README):
        assert name in commands, name
    for name in re.findall(r"(?<![\w/])scripts/(\w+)(?=[ `\n])", README):
        assert (ROOT / "scripts" / name).exists(), name


def test_every_relative_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_every_setting_in_the_text_exists() -> None:
    names = {name for name, _, _ in docs.described()}
    for name in re.findall(r"`([A-Z]+_[A-Z_]+)(?:=[^`]*)?`", README):
        assert name in names, name
