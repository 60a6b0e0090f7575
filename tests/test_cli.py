"""The command as people type it: a real process, its output and its exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.doubles import forked
from tests.libraries import copy_library

QUESTION = "What is the difference between community-based and community-led child protection?"

UNANSWERED = """question,language,source
will it rain tomorrow,en,
who won the football match,en,
how do I bake bread,en,
what does a litre of petrol cost,en,
when does the bus leave,en,
which planet is the largest,en,
how tall is a giraffe,en,
what is the capital of France,en,
"""  # what a hub knows that its library does not answer


def exchange(
    *words: str, data: Path, typed: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(data), "EXCHANGE_DATA": str(data)}
    return forked.run("scripts.cli", words, environment | settings, typed=typed)


def test_ask_json_gives_one_object_a_question(starter: Settings) -> None:
    done = exchange(
        "ask", "--json", "-", data=starter.exchange_data, typed=f"{QUESTION}\n\nprice of rice\n"
    )
    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["answered"] is True
    assert first["language"] == "en"
    assert {"text", "source_id", "page", "printed_label"} <= set(first["quotes"][0])
    assert {"id", "title", "url", "page"} <= set(first["sources"][0])
    assert first["milliseconds"] > 0
    assert second["answered"] is False
    assert second["quotes"] == second["sources"] == []
    assert second["nearest"]


@pytest.mark.parametrize("words", [("ask", "help"), ("chat", "MSAADA"), ("ask", "--json", "sos")])
def test_a_safe_word_shows_the_help_card_here_too(
    starter: Settings, words: tuple[str, ...]
) -> None:
    done = exchange(*words, data=starter.exchange_data)
    assert "childhelplineinternational.org" in done.stdout
    assert "“" not in done.stdout


def test_a_reader_that_has_seen_enough_is_no_error(starter: Settings) -> None:
    command = f"{sys.executable} -m scripts.cli library --json | head -c 10"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False,
        cwd=Path(__file__).resolve().parents[1],
        env={"PATH": os.environ["PATH"], "EXCHANGE_DATA": str(starter.exchange_data)},
    )  # fmt: skip
    assert (done.stderr, len(done.stdout)) == ("", 10)


def test_chat_answers_a_question_and_exits(starter: Settings) -> None:
    done = exchange("chat", QUESTION, data=starter.exchange_data)
    assert done.returncode == 0, done.stderr
    assert "https://communityledcp.org/" in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stderr == "", "a second run sets nothing up"


def test_a_chat_through_a_pipe(starter: Settings) -> None:
    done = exchange("chat", data=starter.exchange_data, typed="/language fr\nAIDE\n")
    assert done.returncode == 0, done.stderr
    assert "Désormais j'utilise le français" in done.stdout
    assert "childhelplineinternational.org" in done.stdout


def test_the_whole_road_of_a_document(tmp_path: Path, data: Path) -> None:
    """Catalogue, refresh, add, ask, remove: what is removed never answers again."""
    catalogue = tmp_path / "c.csv"
    catalogue.write_text(
        "id,title,url,key_points\nS1,Radio,https://a.org,Radio reaches people over WhatsApp\n"
    )
    note = tmp_path / "note.md"
    note.write_text(
        "# The weekly circle\n\nIn the weekly circle, grandmothers teach girls to swim.\n"
    )
    trials = tmp_path / "trials.csv"
    trials.write_text(UNANSWERED)
    settings = {"CATALOGUE": str(catalogue), "CALIBRATION": str(trials)}
    question = "what do grandmothers teach girls?"

    done = exchange("refresh", data=data, **settings)
    assert "1 added" in done.stdout, done.stderr
    done = exchange("add", str(note), str(tmp_path / "none.pdf"), data=data, **settings)
    assert done.returncode == 1, "one document could not be read"
    assert "added: " in done.stdout
    assert "none.pdf: cannot be opened" in done.stderr
    id = json.loads(exchange("library", "--json", data=data).stdout.splitlines()[0])["source"]
    assert "The weekly circle" in exchange("library", data=data).stdout
    assert "grandmothers teach girls to swim" in exchange("ask", question, data=data).stdout
    assert exchange("remove", id, data=data, **settings).returncode == 0
    assert "grandmothers" not in exchange("ask", question, data=data).stdout
    assert "unchanged" in exchange("refresh", data=data, **settings).stdout


@pytest.mark.parametrize(
    ("words", "settings", "said"),
    [
        (("ask", "x"), {}, "no index in"),
        (("ask", "x"), {"ENGINE": "locl"}, "no 'locl' in index.engines; there is local"),
        (("ask", "x"), {"EMBEDDER": "bert"}, "no 'bert' in index.embedders; there is e5_use"),
        (("ask", "x"), {"EMBEDDER": "sentence_transformers"}, "needs EMBEDDER_MODEL"),
        (("refresh",), {"CATALOGUE": "none.csv"}, "none.csv: cannot be read"),
        (("refresh",), {"CALIBRATION": "none.csv"}, "CALIBRATION=none.csv"),
        (("remove", "S999"), {}, "no source 'S999'"),
        (("serve", "telegram"), {}, "TELEGRAM_TOKEN"),
        (("serve", "telegram"), {"TELEGRAM_TOKEN": "wrong"}, "TELEGRAM_TOKEN"),
        (("ask", "x"), {"FETCH_PRIVATE": "perhaps"}, "FETCH_PRIVATE"),
        (("refresh",), {"CALIBRATION": "tests/golden/none.csv"}, "CALIBRATION=tests/golden/none"),
        (("links",), {}, "yet; run: exchange refresh"),
        (("rollback",), {}, "no snapshot before the current one"),
    ],
)
def test_what_can_be_expected_to_go_wrong_is_one_clear_line(
    tmp_path: Path, words: tuple[str, ...], settings: dict[str, str], said: str
) -> None:
    done = exchange(*words, data=tmp_path / "data", **settings)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "wrong:" not in done.stderr, "a token is never printed"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--source", "S001", "--url", "https://a.org/x.pdf"), "--url says nothing beside"),
        (("--language", "Kiswahili"), "--language 'Kiswahili' is no language's two letters"),
    ],
)
def test_options_that_would_be_lost_are_refused(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = exchange("add", "x.pdf", *words, data=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert said in done.stderr


@pytest.mark.parametrize("option", ["--json", "--html"])
@pytest.mark.parametrize("place", ["no/such/report", ""])
def test_a_report_without_a_place_is_refused_before_the_work(
    tmp_path: Path, option: str, place: str
) -> None:
    done = exchange("refresh", option, str(tmp_path / place), data=tmp_path / "data")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"{option} {tmp_path / place} cannot be written" in done.stderr
    assert not (tmp_path / "data").exists(), "nothing was done"


@pytest.mark.parametrize(
    ("file", "words"),
    [("shelf.db", ("refresh",)), ("links.db", ("links",)), ("people.db", ("ask", "x"))],
)
def test_a_damaged_file_of_the_data_folder_is_one_clear_line(
    starter: Settings, tmp_path: Path, file: str, words: tuple[str, ...]
) -> None:
    data = tmp_path / "data"
    copy_library(starter.exchange_data, data)
    (data / file).write_bytes(b"no database" * 500)
    done = exchange(*words, data=data)
    assert done.returncode == 1
    assert "is not a database" in done.stderr
    assert "Traceback" not in done.stderr
