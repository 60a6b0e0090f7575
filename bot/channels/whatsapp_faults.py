"""What the Cloud API's error codes mean for a reply, and what whoever runs the bot must do.

https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

import time
from collections.abc import Mapping
from typing import Any

from bot.channels.errors import Later, Refused
from bot.logs import logger

WAIT = 300.0  # seconds between two tries while somebody has to act
PAIR = 6.0  # seconds: one message to one person each, where it goes on
TOLD = 60.0  # seconds in which the same thing is logged once

_TOKEN = (
    "WHATSAPP_TOKEN is expired or wrong: make a permanent one for a system user in"
    " business.facebook.com, with whatsapp_business_messaging"
)
_RIGHT = (
    "WHATSAPP_TOKEN may not send: give its system user the WhatsApp account, with"
    " whatsapp_business_messaging"
)
_NUMBER = "WHATSAPP_PHONE_ID is not a number that WHATSAPP_TOKEN may use: copy it anew"
_ACCOUNT = "WhatsApp has locked or restricted the account: look into business.facebook.com"

# Nobody's reply is lost meanwhile: it is tried again.
ACT: Mapping[int, str] = {
    0: _TOKEN,
    3: _RIGHT,
    10: _RIGHT,
    33: _NUMBER,
    190: _TOKEN,
    **dict.fromkeys(range(200, 300), _RIGHT),
    368: _ACCOUNT,
    131005: _RIGHT,
    131031: _ACCOUNT,
    131037: "the number's display name is not approved: see WhatsApp Manager, Phone numbers",
    131042: "there is no valid means of payment: see WhatsApp Manager, Billing",
    131045: "the number is not registered: see WhatsApp Manager, Phone numbers",
    131048: "people reported messages as spam: see the number's quality in WhatsApp Manager",
    133010: "the number is not registered: see WhatsApp Manager, Phone numbers",
}
BUSY = {1, 2, 4, 80007, 130429, 131000, 131016, 131057, 133016}  # of itself over after a while
PAIR_LIMIT = 131056
CLOSED = 131047
NEVER: Mapping[int, str] = {
    100: "WhatsApp finds a value of the message wrong",
    130472: "WhatsApp leaves this person out for an experiment",
    130497: "WhatsApp does not let this account write to people in that country",
    131008: "WhatsApp misses a value of the message",
    131009: "WhatsApp finds a value of the message wrong",
    131021: "the bot's own number wrote to the bot",
    131026: "the person cannot be reached: no WhatsApp, an old one, or its terms not accepted",
    131030: "a test number reaches only numbers that are listed: add it under API Setup, or use a"
    " real number",
    131051: "WhatsApp does not know this type of message",
    131053: "WhatsApp does not take this file",
    131062: "WhatsApp takes this message only for a phone number",
    132001: "WHATSAPP_TEMPLATE is not an approved template in WHATSAPP_TEMPLATE_LANGUAGE",
    132015: "WHATSAPP_TEMPLATE is paused for its quality: see WhatsApp Manager, Templates",
    132016: "WHATSAPP_TEMPLATE is switched off for its quality: see WhatsApp Manager, Templates",
}

log = logger(__name__)


class Closed(Exception):
    """The person wrote more than 24 hours ago: only a template may be sent now."""


class Telling:
    """Tells in the log what somebody must do; the same thing once a minute."""

    def __init__(self) -> None:
        self._told: dict[str, float] = {}

    def __call__(self, what: str, **about: int) -> None:
        """Log it, unless that was done just now."""
        now = time.monotonic()
        if now - self._told.get(what, -TOLD) >= TOLD:
            self._told[what] = now
            log.error("act", what=what, **about)


def meaning(code: int) -> str:
    """What a code means, in words."""
    if code == CLOSED:
        return "the person wrote more than 24 hours ago; name a template in WHATSAPP_TEMPLATE"
    return ACT.get(code) or NEVER.get(code) or "a fault that the list of error codes explains"


def fault_of(status: int, body: Any, tell: Telling) -> Exception:  # noqa: ANN401 - any JSON
    """The error that an answer other than success means: Closed, Later or Refused."""
    error = body.get("error") if isinstance(body, dict) else None
    error = error if isinstance(error, dict) else {}
    code = error.get("code") if isinstance(error.get("code"), int) else None
    if code == 100 and error.get("error_subcode") == 33:  # "object does not exist"
        code = 33
    if code is None:
        code = {401: 190, 403: 10, 404: 33}.get(status)
    return _fault(status, code, transient=error.get("is_transient") is True, tell=tell)


def _fault(status: int, code: int | None, *, transient: bool, tell: Telling) -> Exception:
    why = f"WhatsApp answers {status}, error {code}"
    if code == CLOSED:
        return Closed()
    if code in ACT and code is not None:
        tell(ACT[code], code=code)
        return Later(f"{why}: {ACT[code]}", WAIT)
    if code == PAIR_LIMIT:
        return Later(why, PAIR)
    if code in BUSY or transient or status == 429 or status >= 500:
        return Later(why)
    if status < 400:
        return Later(f"{why}: not an answer of the Cloud API; see WHATSAPP_API", WAIT)
    return Refused(f"{why}: {meaning(code or 0) if code in NEVER else 'the code says why'}")
