"""Commands that answer people on a network."""

import typer

from bot import app, logs
from scripts.shell import plainly


def serve(context: typer.Context) -> None:
    """Answer people on all channels that the settings name, in one process.

    HOST and PORT also show /health, /ready and /metrics.
    """
    if context.invoked_subcommand is not None:
        return
    with plainly() as settings:
        channels = app.open_channels(settings)
        assistant = app.open_assistant(settings, limited=True)
        logs.set_up()
        app.serve(channels, assistant, settings, pages=True)


def serve_telegram() -> None:
    """Answer on Telegram by long polling, with the bot of TELEGRAM_TOKEN."""
    with plainly() as settings:
        channel = app.open_telegram(settings)
        assistant = app.open_assistant(settings, limited=True)
        logs.set_up()
        app.serve([channel], assistant, settings)
