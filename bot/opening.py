"""The queue that the settings name: a file of one machine, or a database of several."""

from bot.delivery.port import Store
from bot.delivery.sqlite import FILE, SqliteStore
from bot.settings import BadSetting, Settings


def open_store(settings: Settings, *, serving: bool = True) -> Store:
    """The inbox and outbox. `serving`: take messages from it; else only look, or leave replies.

    Raises StoreFailed, BadSetting.
    """
    dsn = settings.database_url.get_secret_value()
    if not dsn:
        return SqliteStore(settings.exchange_data, serving=serving)
    try:
        from bot.postgres.store import PostgresStore  # its library is for who has a database
    except ModuleNotFoundError as error:
        raise BadSetting(
            f"DATABASE_URL: needs the library {error.name};"
            " install it: .venv/bin/pip install -c requirements.lock -e '.[postgres]'"
        ) from error
    return PostgresStore(dsn, settings.exchange_data, serving=serving)


def queue_kept(settings: Settings) -> bool:
    """Whether there is a queue to look at: a file is made by the first who serves."""
    has_database = bool(settings.database_url.get_secret_value())
    return has_database or (settings.exchange_data / FILE).exists()
