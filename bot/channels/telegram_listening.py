"""How updates come from Telegram: fetched by long polls, or brought to our webhook.

Either way Telegram is told that it may forget an update only once that is kept.
"""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.channels.bodies import CLOSE, BadBody, whole
from bot.channels.errors import Later
from bot.channels.telegram_questions import UPDATES
from bot.logs import fault, logger

POLL = 30  # seconds that Telegram holds a getUpdates open when nothing comes
PAUSES = (1.0, 30.0)  # seconds after a failed poll: at first, and at most
LARGEST = 1_000_000  # bytes of one update
HEADER = "X-Telegram-Bot-Api-Secret-Token"
Keep = Callable[[Sequence[dict[str, Any]]], Awaitable[None]]
"""Keeps updates; once it returns they are safe."""

log = logger(__name__)


async def poll(url: str, keep: Keep, wait: int = POLL) -> None:
    """Fetch updates until cancelled; faults of the network are waited out. Raises InvalidToken.

    The library's own loop reads updates before anybody has them, and one that it cannot read
    would hold up all that follow: here they are moved as they come.
    """
    offset, pause = 0, PAUSES[0]
    async with HTTPXRequest(read_timeout=wait * 4 / 3) as request:
        while True:
            asked = {"timeout": wait, "offset": offset, "allowed_updates": json.dumps(UPDATES)}
            try:
                updates: Any = await request.post(f"{url}?{urlencode(asked)}")
                if updates:
                    await keep(updates)
                    offset = updates[-1]["update_id"] + 1
                pause = PAUSES[0]
            except InvalidToken:
                raise
            except Exception as error:
                await asyncio.sleep(_pause(error, pause))
                pause = min(2 * pause, PAUSES[1])


def _pause(error: Exception, pause: float) -> float:
    """Note why a poll failed, and tell how long to wait."""
    if isinstance(error, Conflict):
        log.error("another program polls with this token; stop one of the two")
    elif isinstance(error, TelegramError):
        log.warning("polling failed, trying again", error=type(error).__name__)
    else:  # a full disk: Telegram keeps them, and they come again
        log.error("not kept, trying again", **fault(error))
    return max(pause, seconds(error)) if isinstance(error, RetryAfter) else pause


def seconds(error: RetryAfter) -> float:
    """How long Telegram wants us to wait."""
    after = error.retry_after
    return float(after) if isinstance(after, int) else after.total_seconds()


def webhook(path: str, secret: str, keep: Keep) -> Route:
    """What Telegram calls with one update. It calls again, for hours, until it hears 200."""

    async def take(request: Request) -> Response:
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return Response(status_code=403)
        try:
            body = await whole(request, LARGEST)
        except BadBody as error:
            return Response(status_code=error.status, headers=CLOSE)
        update = _update(body)
        if update is None:
            return Response(status_code=400)
        try:
            await keep([update])
        except Later:  # not ready yet: it comes again
            return Response(status_code=503)
        except Exception as error:  # a full disk: it comes again
            log.error("not kept, Telegram will call again", **fault(error))
            return Response(status_code=503)
        return Response(status_code=200)

    return Route(path, take, methods=["POST"])


def _update(body: bytes) -> dict[str, Any] | None:
    try:
        update = json.loads(body)
    except ValueError:
        return None
    known = isinstance(update, dict) and isinstance(update.get("update_id"), int)
    return update if known else None
