"""Commands in processes of their own, forked from one that has imported the program.

Importing takes a second of a core, and the tests run a command some hundred times. Nothing was run
in the process that is forked: a command finds the arguments, environment, folder and ends that it
was given, and ends as Python ends. `exchange` is started from nothing where a test serves or chats.

    python -m tests.doubles.forked DESCRIPTOR
"""

import atexit
import functools
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MODULES = ("scripts.cli", "tests.doubles.crashing")
ENDS = 3  # descriptors: input, output, errors
MOST = 1_000_000  # bytes of a request


class Forks:
    """The process that is forked, and the line to it. Threads take turns."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair()
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()], cwd=ROOT, env={"PATH": os.environ["PATH"]},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        theirs.close()
        self._answers = self._line.makefile()
        atexit.register(self.close)

    def close(self) -> None:
        """It ends as nobody is on the line any more."""
        self._answers.close()
        self._line.close()
        self._process.wait()

    def run(self, request: Mapping[str, Any], ends: Sequence[int], seconds: float) -> int:
        """The exit status, negative where a signal ended it."""
        with self._turn:
            socket.send_fds(self._line, [json.dumps(request).encode()], list(ends))
            pid = int(self._answers.readline())
            late = threading.Timer(seconds, os.kill, (pid, signal.SIGKILL))
            late.start()
            status = int(self._answers.readline())
            late.cancel()
        return status


@functools.cache
def _forks() -> Forks:
    return Forks()


def run(
    module: str, words: Sequence[str], environment: Mapping[str, str], *,
    typed: str = "", folder: Path = ROOT, seconds: float = 110,
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """`python -m MODULE WORDS…`, of MODULES; killed once it has taken so many `seconds`."""
    request = {
        "module": module, "words": list(words), "environment": dict(environment),
        "folder": str(folder),
    }  # fmt: skip
    with (
        tempfile.TemporaryFile("w+") as given,
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as errors,
    ):
        given.write(typed)
        given.flush()
        given.seek(0)
        ends = [file.fileno() for file in (given, out, errors)]
        status = _forks().run(request, ends, seconds)
        told = []
        for file in (out, errors):
            file.seek(0)
            told.append(file.read())
    return subprocess.CompletedProcess([module, *words], status, *told)


def _become(request: dict[str, Any], ends: Sequence[int], imported: Mapping[str, str]) -> None:
    """What was asked for, as if started so."""
    for target, end in enumerate(ends):
        os.dup2(end, target)
        os.close(end)
    os.environ.clear()
    os.environ.update(imported | request["environment"])
    os.chdir(request["folder"])
    program = importlib.import_module(request["module"])
    sys.modules["__main__"] = program
    sys.argv = [str(program.__file__), *request["words"]]
    program.main()


def _serve(line: socket.socket) -> None:
    """Fork for each request, and tell its process and its exit status."""
    before = dict(os.environ)
    for module in MODULES:
        importlib.import_module(module)
    imported = {name: told for name, told in os.environ.items() if name not in before}
    while True:
        message, ends, _, _ = socket.recv_fds(line, MOST, ENDS)
        if not message:
            return
        pid = os.fork()
        if pid == 0:
            line.close()
            _become(json.loads(message), ends, imported)
            return
        for end in ends:
            os.close(end)
        line.sendall(b"%d\n" % pid)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        line.sendall(b"%d\n" % status)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
