"""Reads a document in a child process, under limits of time and memory.

Every native parser can be killed by a file that was made for it, and some by files that were
not. The child has a process group, an empty environment and limits of its own; whatever it does,
the parent gets a Document or one line of what is wrong.
"""

import contextlib
import importlib
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from corpus import ocr
from corpus.document import Document, revived
from corpus.errors import ScannedDocument, UnreadableDocument
from corpus.media import READERS, media_type

_ROOT = Path(__file__).resolve().parents[1]
_COMMAND: tuple[str, ...] = (sys.executable, "-m", "corpus.sandbox")
_FILES = 64  # open at once
_FILE_BYTES = 1_000_000  # that the child may write: libraries may cache, documents may not spill
_SPLIT = "split it into parts or save it smaller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one document may cost."""

    seconds: float = 120.0  # of the clock, and of the processor
    memory: int = 1_500_000_000  # bytes of address space, libraries included
    input_bytes: int = 100_000_000
    pages: int = 2_000
    characters: int = 10_000_000  # of text
    ocr: bool = True  # recognise the text of scanned pages, where tesseract is installed


DEFAULT = Limits()


def read_document(data: bytes, name: str, stated: str = "", limits: Limits = DEFAULT) -> Document:
    """Return the document in a file's bytes. `stated` is the media type its server gave, if any.

    Raises UnreadableDocument, one line: "name: what is wrong; what to do". Any thread may call.
    """
    if len(data) > limits.input_bytes:
        raise UnreadableDocument(
            f"{name}: the file has {_megabytes(len(data))}, more than the "
            f"{_megabytes(limits.input_bytes)} allowed; {_SPLIT}"
        )
    # Known before the child is paid for, and again in the child, which trusts nobody.
    try:
        media_type(data, name, stated)
    except UnreadableDocument as error:
        raise UnreadableDocument(f"{name}: {error}") from error
    try:
        return _answered(data, name, stated, limits)
    except ScannedDocument as error:
        if not (limits.ocr and ocr.installed()) or error.pages > limits.pages:
            raise
        pages = min(error.pages, ocr.MOST_PAGES)
        longer = replace(limits, seconds=limits.seconds + pages * ocr.SECONDS_A_PAGE)
        return _answered(data, name, stated, longer, recognise=True)


def _answered(
    data: bytes, name: str, stated: str, limits: Limits, recognise: bool = False
) -> Document:
    """What the child makes of it, or its one line."""
    request = {"name": name, "stated": stated, "limits": asdict(limits), "recognise": recognise}
    status, output = run(_COMMAND, json.dumps(request).encode() + b"\n" + data, limits)
    if status != 0 or not output:
        raise UnreadableDocument(f"{name}: {_verdict(status, limits)}")
    answer = json.loads(output)
    if "scanned" in answer:
        raise ScannedDocument(f"{name}: {answer['error']}", answer["scanned"])
    if "error" in answer:
        raise UnreadableDocument(f"{name}: {answer['error']}")
    return revived(answer)


def run(command: Sequence[str], message: bytes, limits: Limits) -> tuple[int | None, bytes]:
    """Return a child's exit status and output; None for one that had to be ended for its time.

    The child must call `restrict` before it looks at the message.
    """
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(_ROOT)},
        start_new_session=True,
    )
    with child:
        try:
            output, _ = child.communicate(message, timeout=limits.seconds)
        except subprocess.TimeoutExpired:
            return None, b""
        finally:
            # Also what the child has started, and also after it has ended well.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
    return child.returncode, output


def _verdict(status: int | None, limits: Limits) -> str:
    """Why a child gave no answer, from how it ended."""
    if status is None or status in {-signal.SIGXCPU, -signal.SIGKILL}:
        return f"reading took longer than {limits.seconds:g} seconds; {_SPLIT}"
    if status < 0:
        ended = signal.Signals(-status).name
        return (
            f"the reader broke down over this file ({ended}), which is damaged or too large; open "
            "it, save it again as PDF and add that"
        )
    return f"the reader ended without an answer (status {status}); {_SPLIT}"


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"


def _main() -> None:
    """Run in the child: limits first, then the one reader that the file needs."""
    head, _, data = sys.stdin.buffer.read().partition(b"\n")
    request = json.loads(head)
    limits = Limits(**request["limits"])
    restrict(limits)
    try:
        answer = asdict(_checked(_read(data, request), limits))
    except ScannedDocument as error:
        answer = {"error": str(error), "scanned": error.pages}
    except UnreadableDocument as error:
        answer = {"error": str(error)}
    except MemoryError:
        allowed = _megabytes(limits.memory)
        answer = {"error": f"reading it needs more memory than the {allowed} allowed; {_SPLIT}"}
    sys.stdout.buffer.write(json.dumps(answer).encode())
    sys.stdout.buffer.flush()
    # Libraries that are killed by their own clean-up do not cost the answer.
    os._exit(0)


def restrict(limits: Limits) -> None:
    """Put limits on this process that it cannot lift again."""
    seconds = max(1, int(limits.seconds) + 1)
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, _FILE_BYTES),
        (resource.RLIMIT_NOFILE, _FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (value, value))


def _read(data: bytes, request: dict[str, Any]) -> Document:
    reader = READERS[media_type(data, request["name"], request["stated"])]
    module = "corpus.ocr" if request["recognise"] else f"corpus.readers.{reader}"
    try:
        document: Document = importlib.import_module(module).read(data)
    except (UnreadableDocument, MemoryError):
        raise
    except ImportError as error:
        raise UnreadableDocument(
            f"the {reader} reader cannot start ({error.args[0]}); install the project again"
        ) from error
    except Exception as error:
        # Parsers raise what they like: KeyError, struct.error, RecursionError.
        raise UnreadableDocument(
            f"the file is damaged ({type(error).__name__} in the {reader} reader); open it, save "
            "it again and add that"
        ) from error
    return document


def _checked(document: Document, limits: Limits) -> Document:
    if len(document.pages) > limits.pages:
        raise UnreadableDocument(
            f"it has {len(document.pages):,} pages, more than the {limits.pages:,} allowed; "
            f"{_SPLIT}"
        )
    characters = sum(len(page.text) for page in document.pages)
    if characters > limits.characters:
        raise UnreadableDocument(
            f"it has {characters:,} characters of text, more than the {limits.characters:,} "
            f"allowed; {_SPLIT}"
        )
    if not any(char.isalnum() for page in document.pages for char in page.text):
        raise UnreadableDocument("there is no text in it; check that it is the right file")
    return document


if __name__ == "__main__":
    _main()
