"""Commands that answer people on a network."""

from bot import app, logs
from scripts.shell import plainly


def serve_telegram() -> None:
    """Answer on Telegram by long polling, with the bot of TELEGRAM_TOKEN."""
    with plainly() as settings:
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
