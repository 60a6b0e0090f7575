"""The whole move: nobody serves, state is carried, the library is published there and asked."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot import app, upkeep
from bot.asking import answer
from bot.delivery.claim import claimed
from bot.keys import DAY
from bot.moving.carrying import Noted, NotMoved, Proved, Tell, carry
from bot.moving.kinds import KEYS, KINDS
from bot.moving.sides import Files, InDatabase
from bot.settings import Settings
from corpus.library import Library
from index import calibration, snapshots
from index.calibration import Trial
from index.editing import LIBRARY
from index.postgres.connecting import told
from index.publish import Progress

ASIDE = "moved"  # folder of the files whose content was moved
KEPT = 7 * DAY  # seconds until the daily sweep erases it


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a move did and proved."""

    proved: list[Proved]
    questions: int  # that were asked on both sides
    other: tuple[str, ...]  # those that were answered with other quotes


def to_database(settings: Settings, dsn: str, engine: str, tell: Tell, progress: Progress) -> Moved:
    """Move from the files of the data folder to the database, which then answers the same.

    Raises NotMoved, StoreFailed (somebody serves), TablesFailed, and what publishing raises.
    """
    here = settings.model_copy(update={"database_url": SecretStr(""), "engine": "local"})
    there = settings.model_copy(update={"database_url": SecretStr(dsn), "engine": engine})
    data, database = settings.exchange_data, InDatabase(dsn)
    with _nobody_serves(data, database):
        noted = Noted(data, f"to {told(dsn)}")
        proved = carry(Files(data), database, noted, tell)
        moved = _library(here, there, noted, proved, progress)
        _set_aside(data)
        noted.end()
    return moved


def to_files(settings: Settings, dsn: str, tell: Tell, progress: Progress) -> Moved:
    """Move from the database to files of the data folder. Raises as `to_database` does."""
    there = settings.model_copy(update={"database_url": SecretStr(""), "engine": "local"})
    here = settings.model_copy(update={"database_url": SecretStr(dsn)})
    data, database = settings.exchange_data, InDatabase(dsn)
    with _nobody_serves(data, database):
        noted = Noted(data, f"from {told(dsn)}")
        proved = carry(database, Files(data), noted, tell)
        moved = _library(here, there, noted, proved, progress)
        noted.end()
    return moved


def sweep(data: Path) -> int:
    """Erase the files that were set aside KEPT seconds ago; how many."""
    aside = data / ASIDE
    try:
        if time.time() - aside.stat().st_mtime < KEPT:
            return 0
    except FileNotFoundError:
        return 0
    count = sum(1 for _ in aside.iterdir())
    shutil.rmtree(aside)
    return count


@contextmanager
def _nobody_serves(data: Path, database: InDatabase) -> Iterator[None]:
    data.mkdir(parents=True, exist_ok=True)
    handle = claimed(data)
    try:
        if served := database.served():
            raise NotMoved(
                f"{served} programs answer people from the database; stop them, and wait half a"
                " minute for one that was killed"
            )
        yield
    finally:
        os.close(handle)


def _library(
    here: Settings, there: Settings, noted: Noted, proved: list[Proved], progress: Progress
) -> Moved:
    """Publish the library there, and ask both the golden and the calibration questions.

    What was embedded is kept (`vectors.db`), so nothing is embedded again.
    """
    trials = _trials(here)
    before = _answers(here, trials)
    if "library" not in noted.done:
        upkeep.republish(there, progress)
        noted.add("library")
    after = _answers(there, trials)
    other = tuple(question for question in before if before[question] != after[question])
    return Moved(proved=proved, questions=len(before), other=other)


def _trials(settings: Settings) -> list[Trial]:
    trials = calibration.read_trials(settings.calibration)
    if settings.golden is not None:
        trials += calibration.read_trials(settings.golden, "GOLDEN")
    return trials


Answers = dict[str, tuple[str, ...]]


def _answers(settings: Settings, trials: list[Trial]) -> Answers:
    """What is quoted for each question; from the library that answers with these settings."""
    opened = app.open_current(settings)()
    return {
        trial.question: tuple(
            quote.text for quote in answer(opened, trial.question, trial.language).quotes
        )
        for trial in trials
    }


def _set_aside(data: Path) -> None:
    """Put the files that were moved where nothing reads them."""
    aside = data / ASIDE
    aside.mkdir(mode=0o700, exist_ok=True)
    names = {kind.file for kind in KINDS} | {f"{name}.key" for name in KEYS}
    for path in sorted(data.iterdir()):
        if path.name.removesuffix("-wal").removesuffix("-shm") in names:
            path.replace(aside / path.name)
    os.utime(aside)
