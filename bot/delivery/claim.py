"""One data folder, one process that answers from it."""

import fcntl
import os
from pathlib import Path

from bot.delivery.port import StoreFailed

FILE = "queue.lock"


def claimed(data: Path) -> int:
    """A handle that holds the folder for this process until it ends, however it ends.

    Raises StoreFailed where another process holds it, OSError.
    """
    handle = os.open(data / FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise StoreFailed(
            f"another program answers people from {data} already; stop it first, or set"
            " EXCHANGE_DATA to another folder"
        ) from error
    except OSError:
        os.close(handle)
        raise
    return handle
