"""Files of this machine, read without waiting for ever and without taking more than is allowed."""

import os
import stat
from pathlib import Path

from corpus.errors import UnreadableDocument


def read_file(path: Path, most: int) -> bytes:
    """The bytes of a regular file of at most `most` bytes. Raises UnreadableDocument, one line."""
    try:
        # O_NONBLOCK: opening a FIFO that nobody writes to would never return.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such name"
        raise UnreadableDocument(f"{path}: cannot be opened ({reason}); check the name") from error
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        what = "a folder" if stat.S_ISDIR(mode) else "no ordinary file"
        raise UnreadableDocument(f"{path}: this is {what}; give a document")
    try:
        with os.fdopen(handle, "rb") as file:
            data = file.read(most + 1)
    except OSError as error:  # a failing disk, a share that has gone
        raise UnreadableDocument(
            f"{path}: cannot be read ({error.strerror}); copy it to this machine and try again"
        ) from error
    if len(data) > most:
        raise UnreadableDocument(f"{path}: larger than {most / 1e6:g} MB; split it into parts")
    return data
