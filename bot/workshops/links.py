"""The links that open a workshop, and the QR codes of links.

A network that is not set up gives no link. Telegram's payload takes 64 of A-Z a-z 0-9 _ - at most
(core.telegram.org/api/links#bot-links): the code alone is enough. WhatsApp's link carries the text
that a person then sends (faq.whatsapp.com/5913398998672934).
"""

import functools
import io
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import httpx
import segno

from bot.logs import fault, logger
from bot.settings import Settings
from bot.workshops.workshop import Workshop

SECONDS = 5.0  # that Telegram has to say the bot's name
QUIET = 4  # modules of white around a QR code, as ISO/IEC 18004 asks for

log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Addresses that open the assistant; "" where that network is not set up."""

    telegram: str
    whatsapp: str
    web: str

    def by_network(self) -> list[tuple[str, str]]:
        """The networks that are set up, each with its address."""
        every = (("Telegram", self.telegram), ("WhatsApp", self.whatsapp), ("Web", self.web))
        return [(network, url) for network, url in every if url]


def links(workshop: Workshop, settings: Settings) -> Links:
    """The workshop's links. May ask Telegram for the bot's name, once a process."""
    code, number = workshop.code, settings.whatsapp_number
    bot = bot_name(settings)
    address = urlencode({"lang": workshop.language, "w": code})
    return Links(
        telegram=f"https://t.me/{bot}?start={code}" if bot else "",
        whatsapp=f"https://wa.me/{number}?text={quote(f'/start {code}')}" if number else "",
        web=f"{settings.web_url}?{address}" if settings.web_url else "",
    )


def bot_name(settings: Settings) -> str:
    """The bot's name at Telegram: as set, else as Telegram tells it; "" where neither does."""
    token = settings.telegram_token.get_secret_value().strip()
    if settings.telegram_name or not token:
        return settings.telegram_name
    try:
        return _asked(settings.telegram_api, token)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError) as error:
        log.warning("no bot name", **fault(error))
        return ""


@functools.cache  # a bot's name stays; a fault is not kept
def _asked(api: str, token: str) -> str:
    told = httpx.post(f"{api}{token}/getMe", timeout=SECONDS)
    return str(told.json()["result"]["username"])


def svg(url: str) -> str:
    """The QR code of an address as an SVG element that grows with its place."""
    out = io.BytesIO()
    segno.make_qr(url, error="m").save(
        out, kind="svg", border=QUIET, xmldecl=False, omitsize=True, light="#fff"
    )
    return out.getvalue().decode()


def png(url: str) -> bytes:
    """The same as a PNG, ten pixels a module: about 4 cm at 300 dots an inch."""
    out = io.BytesIO()
    segno.make_qr(url, error="m").save(out, kind="png", border=QUIET, scale=10)
    return out.getvalue()
