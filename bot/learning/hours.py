"""When the next step is sent: on the next day, and at no time of night that can be known."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global

# A little under a day: WhatsApp takes what we send by ourselves for 24 hours after a message.
LATER = 23.75 * 3600.0  # seconds
MORNING, EVENING = 6, 21  # hours between which nobody is woken


def next_day(now: float, country: str = "") -> float:
    """The same hour tomorrow, both in seconds since 1970.

    Where that is night in `country` (ISO 3166; "" unknown), the evening before it: later it might
    come too late. A country with several zones is judged by the first.
    """
    due = now + LATER
    zone = _zone(country)
    if zone is None:
        return due
    local = datetime.fromtimestamp(due, UTC).astimezone(zone)
    if MORNING <= local.hour < EVENING:
        return due
    before = local if local.hour >= EVENING else local - timedelta(days=1)
    evening = before.replace(hour=EVENING - 1, minute=30, second=0)
    return max(now, evening.timestamp())


def _zone(country: str) -> ZoneInfo | None:
    zones = sorted(z for z, where in get_global("zone_territories").items() if where == country)
    try:
        return ZoneInfo(zones[0]) if zones else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
