"""The whole move: nobody serves, state is carried, the library is published there and asked."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import SecretStr

from bot.asking import answer
from bot.changing import changing
from bot.delivery.claim import claimed
from bot.following import follow
from bot.moving.aside import set_aside
from bot.moving.carrying import Noted, Proved, Tell, carry
from bot.moving.kinds import NotMoved
from bot.moving.sides import Files, InDatabase, Side
from bot.publishing import Examination, publish_examined, questioned
from bot.settings import Settings
from index import calibration, recipe, snapshots
from index.calibration import Trial
from index.editing import editing
from index.postgres import passing
from index.postgres.connecting import telling, told
from index.publish import Progress
from index.withdrawn import Withdrawn


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
    here = settings.model_copy(update={"database_url": SecretStr("")})
    there = settings.model_copy(update={"database_url": SecretStr(dsn), "engine": engine})
    data, database = settings.exchange_data, InDatabase(dsn)
    with _nobody_serves(data, database):
        noted = Noted(data, f"to {told(dsn)}")
        if not noted.begun:
            _refuse_other_library(dsn, data)
        moved = _once(noted, (Files(data), database), (here, there), tell, progress)
        set_aside(data)
        noted.end()
    return moved


def to_files(settings: Settings, dsn: str, tell: Tell, progress: Progress) -> Moved:
    """Move from the database to files of the data folder. Raises as `to_database` does."""
    there = settings.model_copy(update={"database_url": SecretStr(""), "engine": "local"})
    here = settings.model_copy(update={"database_url": SecretStr(dsn)})
    data, database = settings.exchange_data, InDatabase(dsn)
    with _nobody_serves(data, database):
        noted = Noted(data, f"from {told(dsn)}")
        moved = _once(noted, (database, Files(data)), (here, there), tell, progress)
        noted.end()
    return moved


def _once(
    noted: Noted,
    sides: tuple[Side, Side],
    settings: tuple[Settings, Settings],
    tell: Tell,
    progress: Progress,
) -> Moved:
    """Move and note what was found; where that was done before the cut, tell what was found then.

    `sides` and `settings`: from where, and to where. Files are set aside by then, some or all: to
    carry what is left would empty the other side.
    """
    if noted.found is None:
        proved = carry(*sides, noted, tell)
        noted.found = asdict(_library(*settings, noted, proved, progress))
        noted.add()
    found = noted.found
    proved = [Proved(**one) for one in found["proved"]]
    return Moved(proved=proved, questions=found["questions"], other=tuple(found["other"]))


def _refuse_other_library(dsn: str, data: Path) -> None:
    """The library that answers in the database would take the place of the hub's own."""
    with telling(dsn):
        passing.ready(dsn)
        current = passing.look(dsn).current
    if current is not None and not snapshots.whole(data, current):
        raise NotMoved(
            f"a library that was not published from {data} answers there already ({current});"
            " take an empty database"
        )


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
    if "library" not in noted.done:
        noted.answers = _answers(_as_it_answers(here), trials)
        with changing(there) as machines, editing(there.exchange_data) as library:
            examine = Examination(there, force=True)
            publish_examined(there, library, progress, examine, machines)
        noted.add("library")
    after = _answers(there, trials)
    other = tuple(question for question, said in noted.answers.items() if after[question] != said)
    return Moved(proved=proved, questions=len(after), other=other)


def _as_it_answers(settings: Settings) -> Settings:
    """With the engine that the library which answers now was made with."""
    follow(settings)
    made = recipe.read(snapshots.current(settings.exchange_data)).engine
    return settings.model_copy(update={"engine": made.partition("/")[0]})


def _trials(settings: Settings) -> list[Trial]:
    trials = calibration.read_trials(settings.calibration)
    if settings.golden is not None:
        trials += calibration.read_trials(settings.golden, "GOLDEN")
    return trials


def _answers(settings: Settings, trials: list[Trial]) -> dict[str, str]:
    """A digest of what is quoted for each question from the library of these settings."""
    data, said = settings.exchange_data, {}
    with questioned(settings, snapshots.current(data), Withdrawn(data)) as opened:
        for trial in trials:
            quotes = answer(opened, trial.question, trial.language).quotes
            whole = "\n".join(f"{quote.passage} {quote.text}" for quote in quotes)
            digest = hashlib.sha256(whole.encode()).hexdigest()
            said[f"{trial.language} {trial.question}"] = digest
    return said
