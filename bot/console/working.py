"""The process of a job: calls what `exchange refresh`, `rollback` and `add` call."""

import hashlib
import json
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bot import logs, upkeep
from bot.console.audit import Audit
from bot.console.jobs import Job, What, write
from bot.desk import approving
from bot.desk.approving import NotPublished
from bot.desk.contributions import Contributions, NoContribution
from bot.opening import open_part
from bot.settings import BadSetting, Settings
from bot.tables import TablesFailed
from corpus.adding import Details
from corpus.errors import BadCatalogue
from corpus.report import Row
from index.calibration import BadCalibration
from index.editing import Busy
from index.plugins import UnknownPart
from index.ports import StaleIndex
from index.postgres import DatabaseFailed
from index.snapshots import NoSnapshot

EXPECTED = (
    BadCalibration, BadCatalogue, BadSetting, Busy, DatabaseFailed, NoContribution, NoSnapshot,
    NotPublished, OSError, StaleIndex, TablesFailed, UnknownPart, sqlite3.Error,
)  # fmt: skip
_OFTEN = 0.3  # seconds between two lines of progress

log = logs.logger(__name__)


class Working:
    """A job under way: what it does is written down as it goes."""

    def __init__(self, settings: Settings, job: Job, options: Mapping[str, Any]) -> None:
        self._settings, self._options, self.job = settings, options, job
        self._told = 0.0

    def run(self) -> None:
        """Do it, and write down how it ended."""
        works: dict[What, Callable[[], None]] = {
            What.LOOK: self._look, What.PUBLISH: self._publish, What.BACK: self._back,
            What.ADD: self._add, What.APPROVE: self._approve, What.TAKE_OUT: self._take_out,
        }  # fmt: skip
        try:
            works[self.job.what]()
        except EXPECTED as error:
            self.job = replace(self.job, error=str(error) or type(error).__name__)
        except Exception as error:
            log.error("job failed", **logs.fault(error))
            kind = type(error).__name__
            self.job = replace(self.job, error=f"a fault of the program ({kind}); see its log")
        self.job = replace(self.job, ended=time.time())
        write(self._settings.exchange_data, self.job)
        detail = self.job.error and f"failed: {self.job.error}"
        open_part(Audit, self._settings).note(self.job.by, f"{self.job.what} ended", detail)

    def _progress(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._told >= _OFTEN or step != self.job.step:
            self._told = now
            self.job = replace(self.job, step=step, done=done, total=total)
            write(self._settings.exchange_data, self.job)

    def _look(self) -> None:
        upkeep.refresh(self._settings, self._progress, agree=lambda rows: False)

    def _publish(self) -> None:
        force = bool(self._options.get("force"))
        upkeep.refresh(self._settings, self._progress, force=force)

    def _back(self) -> None:
        name = upkeep.rollback(self._settings, str(self._options["name"]))
        self.job = replace(self.job, name=name)

    def _add(self) -> None:
        """The file that was uploaded is read and goes; what it says is in the library then."""
        put = Path(self._options["file"])
        file = _by_content(put)
        told: list[Row] = []
        try:
            details = Details(**self._options["details"])
            upkeep.add_documents(self._settings, [str(file)], details, self._progress, told.append)
        finally:  # also what a job that was broken off has left
            shutil.rmtree(file.parent.parent)
        rows = (_named(row, file) for row in told)
        self.job = replace(self.job, rows=tuple(asdict(row) for row in rows))

    def _approve(self) -> None:
        held = open_part(Contributions, self._settings)
        id, tell = str(self._options["id"]), approving.teller(self._settings)
        approving.approve(self._settings, held, id, tell, self._progress)

    def _take_out(self) -> None:
        upkeep.take_out(self._settings, self._progress)


def _by_content(put: Path) -> Path:
    """The file in a folder named by what is in it: a source's id is made of its path."""
    with put.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    folder = put.parent.parent / digest[:16]
    folder.mkdir(exist_ok=True)
    return put.rename(folder / put.name)


def _named(row: Row, file: Path) -> Row:
    """The row with the file's name in place of where it lay."""
    title, why = (text.replace(str(file), file.name) for text in (row.title, row.why))
    return replace(row, place=file.name, title=title, why=why)


def main() -> None:
    """Run the job that stands on standard input."""
    told = json.loads(sys.stdin.buffer.read())
    settings, job = Settings(**told["settings"]), told["job"]
    logs.set_up()
    held = Job(**{**job, "what": What(job["what"]), "rows": ()})
    Working(settings, held, told["options"]).run()


if __name__ == "__main__":
    main()
