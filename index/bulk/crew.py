"""Workers on this machine: started, replaced where they die, ended with the run."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from index.bulk.leases import named
from index.bulk.port import LeaseStore

DEATHS = 3  # for each worker asked for, in one run
_ROOT = Path(__file__).resolve().parents[2]
_PAUSE = 0.2  # seconds between two looks
Told = Callable[[int], None]  # how many texts are left


class BulkFailed(Exception):
    """The workers could not do it. Its text says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Child:
    """A worker, and the file that it writes its errors to."""

    process: subprocess.Popen[bytes]
    errors: IO[bytes]

    def ended(self) -> str:
        """How it ended: the signal, or its last line."""
        code = self.process.returncode
        if code < 0:
            return f"killed by {signal.Signals(-code).name}"
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return f"ended with status {code}" + (f" ({said[-1]})" if said else "")


class Crew:
    """So many workers on the texts that wait in one store."""

    def __init__(
        self, leases: LeaseStore, size: int, arguments: Sequence[str], **environment: str
    ) -> None:
        """`arguments` are a worker's: store, embedder, model, space. `environment`: more of it."""
        self._leases, self._size, self._arguments = leases, size, arguments
        self._environment = environment
        self._children: list[_Child] = []
        self._deaths = 0

    def work(self, told: Told) -> None:
        """Until no text is left. Raises BulkFailed where workers die again and again."""
        try:
            while left := self._leases.left():
                told(left)
                self._bury()
                while len(self._children) < self._size and self._leases.free():
                    self._children.append(self._started())
                time.sleep(_PAUSE)
            told(0)
        finally:
            self._end()

    def _started(self) -> _Child:
        """A worker with its share of the cores, out of reach of a Ctrl-C that is meant for us."""
        cores = max(1, (os.cpu_count() or 1) // self._size)
        threads = {"OMP_NUM_THREADS": "1", "EMBED_THREADS": str(cores)}
        command = [sys.executable, "-m", "index.bulk.worker", *self._arguments, str(os.getpid())]
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the child is buried
        process = subprocess.Popen(
            command, cwd=_ROOT, env=os.environ | threads | self._environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
            start_new_session=True,
        )  # fmt: skip
        return _Child(process=process, errors=errors)

    def _bury(self) -> None:
        """Release what the dead held; those that found nothing more to do are no loss."""
        for child in [one for one in self._children if one.process.poll() is not None]:
            self._children.remove(child)
            self._leases.release(named(child.process.pid))
            how = child.ended()
            child.errors.close()
            if child.process.returncode:
                self._deaths += 1
            if self._deaths > DEATHS * self._size:
                raise BulkFailed(
                    f"{self._deaths} workers died before all texts were embedded, the last:"
                    f" {how}; {self._leases.left():,} texts are left, the others are kept. Run it"
                    " again, with fewer --workers where memory is short"
                )

    def _end(self) -> None:
        for child in self._children:
            child.process.terminate()
        for child in self._children:
            try:
                child.process.wait(10)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
            self._leases.release(named(child.process.pid))
            child.errors.close()
        self._children.clear()
