"""Changes of the library that the console starts: each in a process of its own, one at a time.

The process goes on when nobody looks, and writes how far it is to a file, so that every page and
every process of ours can see it. The lock is taken before the process starts and handed on to it:
the system lets go of it however the process ends.
"""

import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.desk.telling import Told
from bot.reports import write_whole
from bot.settings import Settings

FILE, LOCK = "job.json", "job.lock"  # in the data folder
_ROOT = Path(__file__).resolve().parents[2]
_COMMAND = [sys.executable, "-m", "bot.console.working"]


class What(StrEnum):
    """What a job does."""

    LOOK = "look"  # a dry run
    PUBLISH = "publish"
    BACK = "back"  # to an earlier library
    ADD = "add"  # a document
    APPROVE = "approve"  # what somebody shared
    TAKE_OUT = "take out"  # what is withdrawn


class Running(Told):
    """Another job is not done yet. Its text says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job, as far as it is."""

    what: What
    by: str  # whose
    started: float  # seconds since 1970
    step: str = ""  # what is being done, as `Progress` calls it
    done: int = 0
    total: int = 0
    ended: float = 0.0  # 0: not yet, or it was broken off
    error: str = ""  # one line, in English
    rows: tuple[Mapping[str, Any], ...] = ()  # of ADD: what became of the document
    name: str = ""  # of BACK: the library that answers now


class Jobs:
    """Starts jobs and tells of the last."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._data = settings, settings.exchange_data
        self._starting = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def last(self) -> Job | None:
        """The last job, done or not; None where there was none."""
        return read(self._data)

    def running(self) -> bool:
        """Whether a job is under way."""
        if self._child:
            self._child.poll()  # lets the system forget it once it has ended
        path = self._data / LOCK
        if not path.exists():
            return False
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return True
        return False

    def start(self, what: What, by: str, **options: object) -> None:
        """Start it. Raises Running.

        `options`: `name` of BACK, `force` of PUBLISH, those of ADD, `id` of APPROVE.
        """
        self._data.mkdir(parents=True, exist_ok=True)
        with self._starting, (self._data / LOCK).open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise Running(
                    "Another change of the library is under way; wait until it is done."
                ) from error
            job = Job(what=what, by=by, started=time.time())
            write(self._data, job)
            self._child = _started(file.fileno(), self._settings, job, options)


def _started(
    lock: int, settings: Settings, job: Job, options: Mapping[str, object]
) -> subprocess.Popen[bytes]:
    """The process, which inherits the lock. No secret of ours is told to it but by .env."""
    secrets = {name for name, value in settings if isinstance(value, SecretStr)}
    told = {
        "settings": settings.model_dump(mode="json", exclude=secrets),
        "job": asdict(job),
        "options": options,
    }
    child = subprocess.Popen(
        _COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        pass_fds=[lock],
        start_new_session=True,  # Ctrl-C in the server's terminal does not break it off
    )
    assert child.stdin
    with child.stdin as stdin:
        stdin.write(json.dumps(told).encode())
    return child


def read(data: Path) -> Job | None:
    """The last job in the folder `data`, if any."""
    try:
        held = json.loads((data / FILE).read_text(encoding="utf-8"))
        return Job(**{**held, "what": What(held["what"]), "rows": tuple(held["rows"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write(data: Path, job: Job) -> None:
    """Tell how far the job is."""
    write_whole(data / FILE, json.dumps(asdict(job), ensure_ascii=False))
