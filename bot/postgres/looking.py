"""What a hub should know of its database server."""

from dataclasses import dataclass

from bot.postgres.writing import written

_SETTINGS = ("server_version", "log_statement", "log_parameter_max_length")
_SLOW = ("log_min_duration_statement", "log_min_duration_sample")
_SQL = "select name, setting from pg_settings where name = any(%s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The server behind a DSN."""

    version: str
    logs: str  # the setting by which it writes what people wrote to its log; "": it does not


def look(dsn: str) -> Server:
    """What it tells of itself. Raises StoreFailed."""
    with written(dsn) as db:
        found = dict(db.execute(_SQL, [[*_SETTINGS, *_SLOW]]).fetchall())
    logging = [name for name in _SLOW if int(found[name]) >= 0]
    if found["log_statement"] in ("mod", "all"):
        logging.append("log_statement")
    whole = found["log_parameter_max_length"] != "0"
    return Server(version=found["server_version"], logs=logging[-1] if logging and whole else "")
