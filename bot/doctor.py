"""Looks at what serving needs, one line each: what is well, what is wrong, what to do.

No secret is in any line. Without a network the networks' lines are warnings.
"""

import os
import platform
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from bot import app
from bot.assistant import WARM
from bot.delivery.port import StoreFailed
from bot.messages import Question
from bot.moving.kinds import FILES
from bot.opening import open_store, queue_kept
from bot.settings import Settings
from bot.workshops.printing import NotPrinted, pdf

TIMEOUT = 10.0  # seconds for a network to reply
SKEW = 60.0  # seconds that the clock may be off: more breaks signatures and TLS
MEGABYTE = 1 << 20
DISK_LEAST, DISK_LOW = 200, 1_000  # megabytes free
MEMORY_LOW = 150  # megabytes


class Level(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    WARNING = "warn"
    FAULT = "FAULT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report."""

    what: str
    level: Level
    text: str


def ok(what: str, text: str) -> Finding:
    """All is well."""
    return Finding(what=what, level=Level.OK, text=text)


def warning(what: str, text: str) -> Finding:
    """It answers, and somebody should look."""
    return Finding(what=what, level=Level.WARNING, text=text)


def fault(what: str, text: str) -> Finding:
    """People get no answer, or soon will not."""
    return Finding(what=what, level=Level.FAULT, text=text)


def examine(settings: Settings) -> Iterator[Finding]:
    """All findings, as they are found."""
    yield _versions()
    yield from _channels(settings)
    with httpx.Client(timeout=TIMEOUT) as client:
        yield from _telegram(settings, client)
        yield from _whatsapp(settings, client)
    data = settings.exchange_data
    yield _disk(data)
    yield _permissions(data)
    yield _memory()
    yield _printing()
    yield from _database(settings)
    yield _queue(settings)
    yield _index(settings)


def _versions() -> Finding:
    held = f"{version('ask-the-exchange')}, Python {platform.python_version()}"
    text = f"{held}, SQLite {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info < (3, 35):
        return fault("versions", f"{text}; SQLite 3.35 or newer is needed: take a newer Python")
    return ok("versions", text)


def _channels(settings: Settings) -> Iterator[Finding]:
    try:
        names = ", ".join(channel.name for channel in app.open_channels(settings))
    except Exception as error:  # ChannelFailed, or a setting that does not fit
        yield fault("settings", str(error))
    else:
        yield ok("settings", f"serving {names} at {settings.host}:{settings.port}")


def _telegram(settings: Settings, client: httpx.Client) -> Iterator[Finding]:
    token = settings.telegram_token.get_secret_value().strip()
    if not token:
        return
    try:
        reply = client.post(f"{settings.telegram_api}{token}/getMe")
        hook = client.post(f"{settings.telegram_api}{token}/getWebhookInfo")
        bot, held = reply.json().get("result"), hook.json().get("result")
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, AttributeError) as error:
        yield _unreached("telegram", settings.telegram_api, error)
        return
    if reply.status_code in (401, 404) or not bot:
        yield fault("telegram", "TELEGRAM_TOKEN is refused: copy it anew from @BotFather")
        return
    yield ok("telegram", f"the token is that of @{bot.get('username')}")
    yield _clock(reply)
    if isinstance(held, dict):
        yield _webhook(held, getattr(settings, "telegram_webhook", ""))


def _webhook(held: dict[str, object], wanted: str) -> Finding:
    """What Telegram tells of the address where it brings messages."""
    what, url = "telegram webhook", str(held.get("url") or "")
    waits = f"{held.get('pending_update_count', 0)} wait at Telegram"
    if held.get("last_error_message"):
        at = time.time() - float(str(held.get("last_error_date", 0)))
        why = f"{held['last_error_message']}, {at / 3600:.1f} hours ago"
        return warning(what, f"{waits}; it could not deliver ({why}): see to TLS and the proxy")
    if not url and not wanted:
        return ok(what, f"none, messages are fetched; {waits}")
    if bool(url) != bool(wanted) or urlsplit(url).hostname != urlsplit(wanted).hostname:
        now = urlsplit(url).hostname or "nowhere"
        return warning(what, f"goes to {now} until exchange serve is started anew; {waits}")
    return ok(what, f"{urlsplit(url).hostname}; {waits}")


def _whatsapp(settings: Settings, client: httpx.Client) -> Iterator[Finding]:
    """The number's id, asked of the Cloud API; nothing where no token is set."""
    token = getattr(settings, "whatsapp_token", None)
    if token is None or not token.get_secret_value().strip():
        return
    api, phone = getattr(settings, "whatsapp_api", ""), getattr(settings, "whatsapp_phone_id", "")
    bearer = {"Authorization": f"Bearer {token.get_secret_value().strip()}"}
    try:
        reply = client.get(f"{api}/{phone}", headers=bearer)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        yield _unreached("whatsapp", api, error)
        return
    if reply.status_code in (401, 403):
        yield fault("whatsapp", "WHATSAPP_TOKEN is refused: make a new one for the system user")
    elif reply.status_code >= 400:
        why = f"WHATSAPP_PHONE_ID is not known to this token (HTTP {reply.status_code})"
        yield fault("whatsapp", f"{why}: copy the id from API Setup")
    else:
        yield ok("whatsapp", "the token and the number's id are taken")
        yield _clock(reply)


def _unreached(what: str, address: str, error: Exception) -> Finding:
    """A token may stand in the error's own text: only its kind is told."""
    host = address.partition("://")[2].partition("/")[0] or address
    return warning(what, f"could not reach {host} ({type(error).__name__}): see to the network")


def _clock(reply: httpx.Response) -> Finding:
    try:
        theirs = parsedate_to_datetime(reply.headers.get("date", "")).timestamp()
    except (TypeError, ValueError):
        return warning("clock", "not compared: the network tells no time")
    off = time.time() - theirs
    if abs(off) > SKEW:
        return fault("clock", f"{off:+.0f} s off: switch on time synchronisation (timedatectl)")
    return ok("clock", f"right to {max(1, abs(round(off)))} s")


def _disk(data: Path) -> Finding:
    try:
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data) as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
        free = shutil.disk_usage(data).free // MEGABYTE
    except OSError as error:
        return fault("disk", f"{data} cannot be written ({error.strerror}): mend space or rights")
    text = f"{free:,} MB free"
    if free < DISK_LEAST:
        return fault("disk", f"{text}: make room, messages cannot be kept soon")
    return warning("disk", f"{text}: make room") if free < DISK_LOW else ok("disk", text)


def _permissions(data: Path) -> Finding:
    secret = [path for path in (*data.glob("*.key"), *data.glob("queue.db*")) if path.is_file()]
    open_to = [path.name for path in secret if path.stat().st_mode & 0o077]
    if open_to:
        names = " ".join(open_to)
        return fault("rights", f"others can read {names} in {data}: chmod 600 them")
    if data.exists() and data.stat().st_mode & 0o007:
        return warning("rights", f"others on this machine can look into {data}: chmod o-rwx it")
    return ok("rights", "keys and waiting messages are for this account alone")


def _memory() -> Finding:
    try:
        rows = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        held = {name: int(rest.split()[0]) for name, _, rest in (r.partition(":") for r in rows)}
        free = held["MemAvailable"] // 1024
    except (OSError, KeyError, ValueError):
        return ok("memory", "not told by this system")
    if free < MEMORY_LOW:
        return warning("memory", f"{free:,} MB available: end other programs, or add swap")
    return ok("memory", f"{free:,} MB available")


def _printing() -> Finding:
    try:
        pdf("<p>")
    except NotPrinted as error:
        return warning("printing", str(error))
    return ok("printing", "handouts can be made as PDF")


def _database(settings: Settings) -> Iterator[Finding]:
    """Of the database server, where there is one: that it answers, and keeps no texts in a log."""
    if not settings.dsn:
        return
    try:
        open_store(settings, serving=False).close()  # it says what is missing, the library too
        from bot.postgres.looking import look

        server = look(settings.dsn)
    except StoreFailed as error:
        yield fault("database", str(error))
        return
    if server.logs:
        yield warning(
            "database",
            f"PostgreSQL {server.version} writes messages to its log ({server.logs}): set"
            " log_parameter_max_length = 0 there",
        )
    else:
        yield ok("database", f"PostgreSQL {server.version} answers")
    left = [name for name in FILES if (settings.exchange_data / name).exists()]
    if left:
        yield warning(
            "database",
            f"what {', '.join(left)} in {settings.exchange_data} hold is in no answer: move it"
            " with exchange migrate, or take it away",
        )


def _queue(settings: Settings) -> Finding:
    if not queue_kept(settings):
        return ok("queue", "none yet")
    try:
        with closing(open_store(settings, serving=False)) as store:
            held = store.waiting()
    except StoreFailed as error:
        return fault("queue", str(error))
    except sqlite3.Error as error:
        return fault("queue", f"the queue in {settings.exchange_data} cannot be read ({error})")
    text = f"{held.messages} messages and {held.calls} calls wait, {held.failures} were given up"
    if held.oldest > SKEW:
        return warning("queue", f"{text}; the oldest for {held.oldest:.0f} s: does serve run?")
    if held.failures:
        return warning("queue", f"{text}: see exchange queue")
    return ok("queue", text)


def _index(settings: Settings) -> Finding:
    try:
        assistant = app.open_assistant(settings)
        began = time.monotonic()
        reply = assistant.reply(Question(text=WARM))
    except Exception as error:  # each names its file or its setting
        return fault("library", f"{error or type(error).__name__}")
    took = time.monotonic() - began
    if not reply.lines:
        return fault("library", "a question got no reply: run exchange refresh")
    return ok("library", f"answered a question in {1000 * took:.0f} ms")
