"""What Telegram takes from a bot, and what it refuses, in its own words."""

import json
import re
from dataclasses import dataclass
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.requests import Request

from tests.doubles.telegram_html import Parsed, Unparsable, parse, shows, units

Fields = dict[str, Any]
JSON = {
    *{"offset", "timeout", "chat_id", "allowed_updates", "commands", "results", "button"},
    *{"reply_markup", "link_preview_options", "reply_parameters", "cache_time", "is_personal"},
    *{"max_connections", "message_thread_id", "options", "is_anonymous"},
}


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file, as it came."""

    name: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message of the bot's, as the person sees it. Of a file, the text is its caption."""

    chat: int
    html: str
    parsed: Parsed
    buttons: dict[str, str]  # label to callback data
    preview_off: bool
    reply_to: int | None
    thread: int | None = None
    photo: Upload | None = None
    document: Upload | None = None


@dataclass(frozen=True, kw_only=True)
class Vote:
    """A poll of the bot's."""

    chat: int
    question: str
    options: list[str]
    anonymous: bool
    thread: int | None


class Refused(Exception):
    """Telegram's description, with its status and parameters."""

    def __init__(self, said: str, status: int = 400, **parameters: int) -> None:
        super().__init__(said)
        self.status, self.parameters = status, parameters


async def fields_of(request: Request) -> Fields:
    """The parameters of a call, wherever they stand, and its files."""
    kind, body = request.headers.get("content-type", ""), await request.body()
    texts, files = dict(request.query_params), {}
    if kind.startswith("multipart/form-data"):
        for part in message_from_bytes(f"Content-Type: {kind}\n\n".encode() + body).walk():
            name = str(part.get_param("name", "", "content-disposition"))
            data = part.get_payload(decode=True)
            if isinstance(data, bytes) and (file := part.get_filename()):
                files[name] = Upload(name=file, data=data)
            elif isinstance(data, bytes):
                texts[name] = data.decode()
    else:
        texts |= dict(parse_qsl(body.decode()))
    read = {name: json.loads(text) if name in JSON else text for name, text in texts.items()}
    return {**read, **files}


def sent(fields: Fields, kind: str = "text") -> Sent:
    """The message that a call makes. Raises Refused."""
    html = str(fields.get("text" if kind == "text" else "caption", ""))
    parsed = formatted(html) if fields.get("parse_mode") == "HTML" else Parsed(html)
    if kind == "text" and not shows(parsed.text):
        raise Refused("message text is empty")
    if units(parsed.text) > (4096 if kind == "text" else 1024):
        raise Refused("message is too long" if kind == "text" else "message caption is too long")
    upload = fields.get(kind)
    if kind == "photo" and upload and not upload.data.startswith(b"\xff\xd8"):
        raise Refused("IMAGE_PROCESS_FAILED photo")
    return Sent(
        chat=fields["chat_id"],
        html=html,
        parsed=parsed,
        buttons=_buttons(fields.get("reply_markup", {})),
        preview_off=bool(fields.get("link_preview_options", {}).get("is_disabled")),
        reply_to=fields.get("reply_parameters", {}).get("message_id"),
        thread=fields.get("message_thread_id"),
        photo=upload if kind == "photo" else None,
        document=upload if kind == "document" else None,
    )


def vote(fields: Fields) -> Vote:
    """The poll that a call makes: core.telegram.org/bots/api#sendpoll. Raises Refused."""
    options = [option["text"] for option in fields["options"]]
    if not 1 <= units(fields["question"]) <= 300:
        raise Refused("poll question length must not exceed 300")
    if not 2 <= len(options) <= 12:
        raise Refused("poll must have at least 2 option")
    if not all(option.strip() and units(option) <= 100 for option in options):
        raise Refused("poll options length must not exceed 100")
    return Vote(
        chat=fields["chat_id"],
        question=fields["question"],
        options=options,
        anonymous=bool(fields.get("is_anonymous", True)),
        thread=fields.get("message_thread_id"),
    )


def check_start(button: Fields | None) -> None:
    """Refuse a button above offers that opens nothing: #inlinequeryresultsbutton."""
    if button and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", button.get("start_parameter", "")):
        raise Refused("START_PARAM_INVALID")
    if button and not button["text"].strip():
        raise Refused("button text must be non-empty")


def check_offers(results: list[Fields]) -> None:
    """Raises Refused for what cannot be a list of articles."""
    ids = [result["id"] for result in results]
    if len(ids) > 50 or len(set(ids)) < len(ids):
        raise Refused("RESULT_ID_DUPLICATE")
    for result in results:
        content = result["input_message_content"]
        if not 1 <= len(result["id"].encode()) <= 64 or not result["title"]:
            raise Refused("RESULT_ID_INVALID")
        _buttons(result.get("reply_markup", {}))
        if units(formatted(content["message_text"]).text) > 4096:
            raise Refused("MESSAGE_TOO_LONG")


def formatted(html: str) -> Parsed:
    try:
        return parse(html)
    except Unparsable as error:
        raise Refused(f"can't parse entities: {error}") from error


def _buttons(markup: Fields) -> dict[str, str]:
    keys = [key for row in markup.get("inline_keyboard", []) for key in row]
    for key in keys:
        if "url" in key:
            _check_url(key)
        elif not 1 <= len(key["callback_data"].encode()) <= 64:
            raise Refused("BUTTON_DATA_INVALID")
        if not key["text"].strip():
            raise Refused("inline keyboard button text is empty")
    return {key["text"]: key.get("callback_data", key.get("url")) for key in keys}


def _check_url(key: Fields) -> None:
    """A key has one thing to do; an address of our chat takes 64 of A-Z a-z 0-9 _ -."""
    if "callback_data" in key or not re.match(r"https?://\S+$|tg://\S+$", key["url"]):
        raise Refused("BUTTON_URL_INVALID")
    opens = re.search(r"[?&]start=([^&]*)", unquote(key["url"]))
    if opens and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", opens[1]):
        raise Refused("START_PARAM_INVALID")
