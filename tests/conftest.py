"""The starter library over the real default model, built once for a whole run."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from filelock import FileLock

from bot import app, upkeep
from bot.assistant import Assistant
from bot.settings import Settings
from index.embedders.e5_use import OPENING
from index.languages import identify
from tests.doubles.postgres import Server, database

BUILDING = 400  # seconds: embedding the library on a machine that does other things as well


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the first test build the library, and no other worker wait for it.

    They are handed the tests in this order, so the others do what needs no library meanwhile.
    """
    needing = [item for item in items if "starter" in getattr(item, "fixturenames", ())]
    for item in needing:
        item.add_marker(pytest.mark.timeout(BUILDING))
    first = needing[:1]
    items.sort(key=lambda item: -1 if item in first else item in needing)


@pytest.fixture(scope="session", autouse=True)
def _models_are_open() -> None:
    """No thread unpacks the default models while a test parses a module.

    NumPy reads the head of a file by `ast`, and CPython 3.11 before 3.11.8 counts the depth of two
    threads that use it in one number: either may end with "AST constructor recursion depth
    mismatch" (its issue 106905).
    """
    app.open_embedder(Settings()).embed_question("ready", "en")
    identify("ready")


@pytest.fixture(autouse=True)
def _no_model_is_being_opened() -> Iterator[None]:
    """Nor does one go on after a test that opened a model and did not wait for it."""
    yield
    for thread in threading.enumerate():
        if thread.name == OPENING:
            thread.join()


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a finished starter library. Tests only read it; the workers share one."""
    folder = tmp_path_factory.getbasetemp()
    if folder.name.startswith("popen-"):  # a worker of pytest-xdist: one floor up is shared by all
        folder = folder.parent
    settings = Settings(exchange_data=folder / "starter")
    with FileLock(folder / "starter.lock"):
        if not (settings.exchange_data / "current").exists():
            upkeep.refresh(settings, lambda *_: None)
    return settings


@pytest.fixture(scope="session")
def assistant(starter: Settings) -> Assistant:
    return app.open_assistant(starter)


@pytest.fixture
def data(starter: Settings, tmp_path: Path) -> Path:
    """A data folder without a library, but with the starter's store of vectors.

    So the parallel sentences need not be embedded again: they are the same for every library, and
    most of the work of publishing a small one.
    """
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(starter.exchange_data / "vectors.db", folder)
    return folder


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the person who runs the tests has set must not decide them."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)  # no .env of theirs either


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server of this worker's, with a template that has pgvector."""
    server = Server().create()
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as admin:
        admin.execute("create database template_exchange")
    with psycopg.connect(server.dsn("template_exchange"), autocommit=True) as admin:
        admin.execute("create extension vector")
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgres"])
def state_dsn(request: pytest.FixtureRequest) -> str:
    """Where state is kept: "" in files, else in an empty database of this test's alone."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("dsn"))


@pytest.fixture
def dsn(postgres: Server) -> Iterator[str]:
    """An empty database of this test's alone, whose address carries no password."""
    with database(postgres) as address:
        yield address
