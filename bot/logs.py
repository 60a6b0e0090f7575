"""Logs: what happened, by ids and durations; never a text that a person wrote or read.

Ours say an event and values. What a library logs may hold anything: of it only the logger, the
level and the kind of error are kept.
"""

import logging
import os
import sys
from pathlib import Path
from typing import Any

import structlog
from structlog.typing import EventDict

OURS = ("bot", "index", "corpus", "scripts")
_ROOT = Path(__file__).resolve().parents[1]


def logger(name: str) -> Any:  # noqa: ANN401 - structlog's loggers take any method name
    """A logger of ours: `logger(__name__).info("answered", update=7, milliseconds=12)`."""
    return structlog.wrap_logger(
        logging.getLogger(name),
        processors=[structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def set_up() -> None:
    """Write logs as JSON lines to standard error: once, at the edge."""
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # else each rate limit warns of a coming change
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _no_text,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ]
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    logging.captureWarnings(True)


def fault(error: BaseException) -> dict[str, str]:
    """What may be logged of an error: its kind, and the last line of ours that it came through."""
    where, frame = "", error.__traceback__
    while frame:
        path = Path(frame.tb_frame.f_code.co_filename)
        if path.is_relative_to(_ROOT) and path.relative_to(_ROOT).parts[0] in OURS:
            where = f"{path.relative_to(_ROOT).as_posix()}:{frame.tb_lineno}"
        frame = frame.tb_next
    return {"error": type(error).__name__, "where": where}


def _no_text(_: Any, __: str, event: EventDict) -> EventDict:  # noqa: ANN401 - structlog's own
    """Take the message out of a library's record, and the words out of every error."""
    record: logging.LogRecord = event["_record"]
    if not record.name.startswith(tuple(f"{room}." for room in OURS)):
        event["event"] = "from a library"
    raised = event.pop("exc_info", None) or record.exc_info
    error = sys.exc_info()[1] if raised is True else raised
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event.update(fault(error))
    for extra in ("stack_info", "exception", "positional_args"):
        event.pop(extra, None)
    return event
