"""Imports run one way only: scripts -> bot -> index -> corpus."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROAD = ("corpus", "index", "bot", "scripts")  # each may import those before it, and itself
FILES = sorted(path for room in ROAD for path in (ROOT / room).rglob("*.py"))


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: write imports in full"
            names.add(node.module)
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_down_the_road_only(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    ahead = set(ROAD[ROAD.index(room) + 1 :])
    assert not imported(path) & ahead
    assert "tests" not in imported(path)


def test_only_plugins_imports_by_name() -> None:
    users = {
        str(path.relative_to(ROOT))
        for path in FILES
        if "importlib" in imported(path)
        and path.name not in ("sandbox.py", "doctor.py")  # the doctor asks for our version
        and path.name != "unpacked.py"  # which asks for the models'
        and path.parent.name != "peers"  # which are asked for theirs
    }
    assert users == {"index/plugins.py"}


def test_the_core_names_no_network() -> None:
    for name in (
        "answering",
        "quoting",
        "wording",
        "comparing",
        "wishes",
        "turns",
        "standing",
        "assistant",
        "replies",
        "messages",
        "links",
        "people",
    ):
        text = (ROOT / "bot" / f"{name}.py").read_text(encoding="utf-8").lower()
        assert "whatsapp" not in text, name
        assert "import telegram" not in text, name


def test_no_library_of_a_database_is_needed_without_one(tmp_path: Path) -> None:
    """A hub in files installs none; all that is kept is opened and swept there as ever."""
    program = (
        "import sys; sys.modules |= dict.fromkeys(['psycopg', 'psycopg_pool', 'pgvector'])\n"
        "from pathlib import Path\n"
        "import scripts.cli\n"
        "from bot import app, doctor, retention\n"
        "from bot.changing import changing\n"
        "from bot.following import follow\n"
        "from bot.opening import open_store\n"
        "from bot.settings import Settings\n"
        "settings = Settings(exchange_data=Path(sys.argv[1]))\n"
        "open_store(settings).close()\n"
        "retention.sweep(settings)\n"
        "follow(settings)\n"
        "with changing(settings): pass\n"
        "assert not list(doctor._database(settings))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "data")], cwd=ROOT, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
