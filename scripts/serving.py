"""Commands that answer people on a network."""

from typing import Annotated

import typer

from bot import app, logs
from scripts.shell import plainly


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
        app.serve([channel], assistant.respond, settings)


def serve_whatsapp() -> None:
    """Answer on WhatsApp, with the number of WHATSAPP_PHONE_ID."""
    with plainly() as settings:
        channel = app.open_whatsapp(settings)
        assistant = app.open_assistant(settings, limited=True)
        logs.set_up()
        app.serve([channel], assistant.respond, settings)


def serve_web(
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at.")] = 8000,
) -> None:
    """Answer on a web page, at /chat."""
    from scripts.web_alone import alone  # other commands need no server

    with plainly() as settings:
        channel = app.open_web(settings)
        assistant = app.open_assistant(settings, limited=True)
        logs.set_up()
        app.serve([alone(channel, host, port)], assistant.respond, settings)
