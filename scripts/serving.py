"""Commands that answer people on a network."""

from typing import Annotated

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


def serve_telegram(
    webhook: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="This server's public https address, where Telegram shall bring messages"
            " (TELEGRAM_WEBHOOK); without one they are fetched.",
        ),
    ] = "",
) -> None:
    """Answer on Telegram with the bot of TELEGRAM_TOKEN, by long polling or by webhook."""
    with plainly() as settings:
        if webhook:
            settings = settings.model_copy(update={"telegram_webhook": webhook})
        channel = app.open_telegram(settings)
        assistant = app.open_assistant(settings, limited=True)
        logs.set_up()
        app.serve([channel], assistant, settings)


def serve_whatsapp() -> None:
    """Answer on WhatsApp, with the number of WHATSAPP_PHONE_ID."""
    with plainly() as settings:
        channel = app.open_whatsapp(settings)
        assistant = app.open_assistant(settings, limited=True)
        logs.set_up()
        app.serve([channel], assistant, settings)


def serve_web(
    host: Annotated[str, typer.Option(help="Address to listen at (HOST).")] = "",
    port: Annotated[int, typer.Option(help="Port to listen at (PORT).")] = 0,
) -> None:
    """Answer on a web page, at /chat."""
    with plainly() as settings:
        asked = {"host": host or settings.host, "port": port or settings.port}
        settings = settings.model_copy(update=asked)
        channel = app.open_web(settings)
        assistant = app.open_assistant(settings, limited=True)
        logs.set_up()
        app.serve([channel], assistant, settings)


def serve_console(
    host: Annotated[str, typer.Option(help="Address to listen at (HOST).")] = "",
    port: Annotated[int, typer.Option(help="Port to listen at (PORT).")] = 0,
) -> None:
    """Show the staff's pages alone, at /console; accounts: exchange console account add."""
    with plainly() as settings:
        asked = {"host": host or settings.host, "port": port or settings.port}
        logs.set_up()
        app.serve_console(settings.model_copy(update=asked))
