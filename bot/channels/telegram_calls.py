"""Calls of Telegram's Bot API, as JSON that can wait: packed from a Reply, and made later."""

import base64
import html
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from telegram import Bot, InputFile
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.channels.cutting import shortened
from bot.channels.errors import Gone, Later, Refused
from bot.channels.telegram_listening import seconds
from bot.channels.telegram_render import LIMIT, keyboard, render
from bot.channels.telegram_rooms import alone, card_link, leads, link_key, vote, way_to_us
from bot.messages import Attachment, Offer, Reply
from bot.phrases import speak

Fields = dict[str, Any]

CAPTION = 1024  # units: https://core.telegram.org/bots/api#sendphoto
TITLE, DESCRIPTION = 100, 200  # units of an offer; phones show about so much
SHARE = "https://t.me/share/url?url="  # core.telegram.org/widgets/share: asks whom to send it to
CACHE = 5  # seconds that Telegram may show the same offers for the same words
_HTML = {"parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
_METHODS: dict[str, Callable[..., Awaitable[object]]] = {
    "sendMessage": Bot.send_message,
    "sendPhoto": Bot.send_photo,
    "sendDocument": Bot.send_document,
    "sendPoll": Bot.send_poll,
    "answerInlineQuery": Bot.answer_inline_query,
}
_WHERE = ("chat_id", "message_thread_id", "reply_parameters")
_FILES = {"sendPhoto": "photo", "sendDocument": "document"}
# Telegram's descriptions may repeat what we sent: these are the ones we know, in our words.
_ENDED = ("chat not found", "user not found", "user is deactivated", "peer_id_invalid")
_LATE = ("query is too old", "query id is invalid")
_REASONS = {
    "not enough rights": "the bot may not write in this group",
    "have no rights": "the bot may not write in this group",
    "topic_closed": "the topic in this group is closed",
    "can't parse entities": "its markup is wrong",
    "too long": "it is too long",
    "button_data_invalid": "a button carries too much",
    "photo": "its picture cannot be used",
    "file": "its file cannot be used",
}


# From a reply to calls.


def pack(reply: Reply, to: str) -> list[str]:
    """The calls that say a reply; `to` is what `telegram_questions.read` gave."""
    where: Fields = json.loads(to)
    name, asker = where.pop("bot", ""), where.pop("asker", None)
    if "inline_query_id" in where:
        return [json.dumps({"method": "answerInlineQuery", **where, **_offered(reply, name)})]
    calls, pointing = _said(reply, name), where.pop("reply_parameters", None)
    if reply.private and where["chat_id"] < 0:
        way = way_to_us(reply.language, name, reply.private)
        return [json.dumps(call) for call in alone(calls, where, asker, way)]
    if calls and pointing:
        calls[0]["reply_parameters"] = pointing
    calls = [{**where, **call} for call in calls]
    if reply.poll:
        calls = [vote(reply.poll, where, asker, calls[0])]
    return [json.dumps(call) for call in calls]


def _said(reply: Reply, bot: str) -> list[Fields]:
    """The messages, then the file; nothing of where they go."""
    calls: list[Fields] = [
        {"method": "sendMessage", "text": text, **_HTML} for text in render(reply)
    ]
    url = card_link(bot, reply.link)
    share = speak(reply.language)("Share this answer")
    buttons = keyboard(reply.buttons, (share, SHARE + quote(url, safe="")) if url else None)
    if calls and buttons:
        calls[-1]["reply_markup"] = buttons.to_dict()
    if reply.attachment:
        calls.append(_file(reply.attachment))
    return calls


def _file(attachment: Attachment) -> Fields:
    picture = attachment.media_type.startswith("image/")
    return {
        "method": "sendPhoto" if picture else "sendDocument",
        "filename": attachment.name,
        "data": base64.b64encode(attachment.data).decode(),
        "caption": shortened(attachment.caption, CAPTION),
    }


def _offered(reply: Reply, bot: str) -> Fields:
    """Offers as articles; one that puts nothing into the chat is a way to the bot itself."""
    articles = [offer for offer in reply.offers if offer.reply.lines]
    fields: Fields = {
        "results": [_article(number, offer, bot) for number, offer in enumerate(articles)],
        "cache_time": CACHE,
        "is_personal": True,
    }
    for offer in reply.offers:
        if not offer.reply.lines:
            text = shortened(offer.title, TITLE)
            fields["button"] = {"text": text, "start_parameter": offer.id}
            fields["cache_time"] = 0
    return fields


def _article(number: int, offer: Offer, bot: str) -> Fields:
    url = card_link(bot, offer.reply.link)
    again = speak(offer.reply.language)("Open in my chat")
    return {
        **({"reply_markup": link_key(again, url)} if url else {}),
        "type": "article",
        "id": str(number),
        "title": shortened(offer.title, TITLE),
        "description": shortened(offer.description, DESCRIPTION),
        "input_message_content": {"message_text": render(offer.reply)[0], **_HTML},
    }


# From a call to Telegram.


async def make(bot: Bot, call: str) -> None:
    """Make one call. Raises Later, Gone, Refused; InvalidToken, where the token is no more."""
    fields: Fields = json.loads(call)
    try:
        await _or_otherwise(bot, fields)
    except InvalidToken:
        raise
    except TelegramError as error:  # its text may hold ours: keep it out of the chain
        raise _told(error, group=fields.get("chat_id", 0) < 0) from None


async def _or_otherwise(bot: Bot, fields: Fields) -> None:
    """The call; or the one in its stead, where there is one and they cannot be reached or lead."""
    leader, other = fields.pop("leader", None), fields.pop("otherwise", fields)
    try:
        if leader is None or await leads(bot, fields["chat_id"], leader):
            await _tried(bot, fields)
            return
    except TelegramError as error:
        unreached = isinstance(error, Forbidden) or _says(error, _ENDED)
        if other is fields or leader is not None or not unreached:
            raise
    if other is not None:
        await _tried(bot, other)


async def _tried(bot: Bot, fields: Fields) -> None:
    """As it is; to where its group has moved; and what Telegram cannot read, plainly."""
    try:
        await _called(bot, fields)
    except ChatMigrated as moved:
        await _called(bot, {**fields, "chat_id": moved.new_chat_id})
    except BadRequest as error:
        if _says(error, _LATE):  # inline search: they have typed on
            return
        second = plainer(fields)
        if second is None or _says(error, _ENDED):
            raise
        await _called(bot, second)


async def _called(bot: Bot, fields: Fields) -> None:
    given = dict(fields)
    method = given.pop("method")
    if method in _FILES:
        data = base64.b64decode(given.pop("data"))
        given[_FILES[method]] = InputFile(data, given["filename"])
    await _METHODS[method](bot, **given)


def plainer(fields: Fields) -> Fields | None:
    """The same with nothing in it that Telegram could refuse; None where that is not possible."""
    if fields["method"] == "sendPhoto":
        return {**fields, "method": "sendDocument"}
    if fields["method"] != "sendMessage":
        return None
    text = re.sub(r'<a href="([^"]*)">(.*?)</a>', r"\2 (\1)", fields["text"], flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^<>]*>", "", text))
    return {
        **{name: fields[name] for name in _WHERE if name in fields},
        "method": "sendMessage",
        "text": shortened(text, LIMIT),
        "link_preview_options": {"is_disabled": True},
    }


def _told(error: TelegramError, *, group: bool) -> Exception:
    """What an error of Telegram means to the post."""
    if isinstance(error, RetryAfter):
        return Later("Telegram asks us to wait", seconds(error))
    if isinstance(error, Forbidden) or _says(error, _ENDED):
        # The person who asked in a group that sent us away is still there, in private.
        return Refused("the group let the bot go") if group else Gone("they blocked the bot")
    if isinstance(error, BadRequest):
        known = (why for said, why in _REASONS.items() if said in error.message.lower())
        return Refused(next(known, "Telegram refuses the call (400)"))
    if isinstance(error, NetworkError):
        return Later("the network or Telegram failed")
    return Later(f"Telegram failed ({type(error).__name__})")


def _says(error: TelegramError, known: tuple[str, ...]) -> bool:
    return isinstance(error, BadRequest) and any(said in error.message.lower() for said in known)
