"""What Telegram delivers, as Questions, and where each reply goes."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from telegram import CallbackQuery, ChatMember, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatType
from telegram.ext import filters

from bot.channels.port import Asked
from bot.messages import Kind, Question

UPDATES = (
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.MY_CHAT_MEMBER,
)
HELP_LINK = "help"  # t.me/bot?start=help: what it opens is what /help opens

_COMMAND = re.compile(r"/([A-Za-z0-9_]+)(?:@(\w+))?(?:\s+(.*))?", re.DOTALL)
_MEDIA = {  # in this order: a message with an animation has a document too
    "sticker": Kind.STICKER,
    "voice": Kind.VOICE,
    "audio": Kind.VOICE,
    "photo": Kind.PHOTO,
    "animation": Kind.OTHER,
    "document": Kind.DOCUMENT,
}


def read(body: Mapping[str, Any]) -> Asked | None:
    """What an update asks, and where the reply goes, as fields of the calls that will say it.

    `body` holds the `update`, and the `bot` (its username) that it came to.
    """
    update = Update.de_json(body["update"], None)
    question = to_question(update, body["bot"])
    return Asked(question=question, to=json.dumps(_where(update, question))) if question else None


def conversation(update: Mapping[str, Any]) -> str:
    """The chat that an update belongs to; whoever types in inline search has one for that."""
    content: Mapping[str, Any] = next((update[kind] for kind in UPDATES if kind in update), {})
    chat = content.get("chat") or (content.get("message") or {}).get("chat")
    return str(chat["id"]) if chat else f"inline {content.get('from', {}).get('id')}"


class Albums:
    """An album is one message a photo: they share one id, so that one is answered."""

    def __init__(self) -> None:
        self._first: dict[str, int] = {}

    def id(self, update: Mapping[str, Any]) -> str:
        """The id that an update is known by. A later photo that says something has its own."""
        number: int = update["update_id"]
        message = update.get("message", {})
        album = message.get("media_group_id")
        if album is None:
            return str(number)
        if len(self._first) > 64:
            self._first.clear()
        first = self._first.setdefault(album, number)
        return str(number) if message.get("caption") and number != first else f"album {album}"


def _where(update: Update, question: Question) -> dict[str, Any]:
    """Fields of a call: the chat, its topic, and the message that is answered.

    In private, a reply to a command or a button needs no pointing at it.
    """
    if update.inline_query:
        return {"inline_query_id": update.inline_query.id}
    assert update.effective_chat
    where: dict[str, Any] = {"chat_id": update.effective_chat.id}
    message = update.effective_message
    if isinstance(message, Message) and message.is_topic_message:
        where["message_thread_id"] = message.message_thread_id
    plain = update.effective_chat.type == ChatType.PRIVATE and question.kind is Kind.COMMAND
    if message and not update.callback_query and not plain:
        where["reply_parameters"] = {
            "message_id": message.message_id,
            "allow_sending_without_reply": True,
        }
    return where


def to_question(update: Update, bot: str = "") -> Question | None:
    """Read what a person asked of the bot of this username; None for what is not meant for it."""
    chat = update.effective_chat
    group = chat is not None and chat.type != ChatType.PRIVATE
    if update.callback_query:
        read = _pressed(update.callback_query)
    elif update.inline_query:
        read = _question(update.inline_query.from_user, update.inline_query.query, Kind.INLINE)
    elif update.my_chat_member:
        read = _left(update.my_chat_member)
    else:
        read = _said(update, bot)
    return replace(read, group=group) if read else None


def _said(update: Update, bot: str) -> Question | None:
    message = update.message or update.edited_message
    if message is None or message.from_user is None or message.from_user.is_bot:
        return None
    if filters.StatusUpdate.ALL.check_update(update):  # "joined the group", "pinned a message"
        return None
    text = message.text or message.caption or ""
    if message.chat.type != ChatType.PRIVATE:
        if not _addressed(message, text, bot):
            return None
        text = re.sub(rf"(?<!\S)@{re.escape(bot)}\b", "", text, flags=re.IGNORECASE).strip()
    if update.edited_message:  # a live location edits itself every few seconds: words only
        return _question(message.from_user, text, Kind.EDITED) if text else None
    return _question(message.from_user, *_read(message, text))


def _read(message: Message, text: str) -> tuple[str, Kind]:
    if message.text is None:
        media = (kind for name, kind in _MEDIA.items() if getattr(message, name))
        return text, next(media, Kind.OTHER)
    if command := _COMMAND.fullmatch(text.strip()):
        if command[1].lower() == "start" and command[3] == HELP_LINK:
            return HELP_LINK, Kind.COMMAND
        return f"{command[1].lower()} {command[3] or ''}".strip(), Kind.COMMAND
    return text, Kind.TEXT


def _addressed(message: Message, text: str, bot: str) -> bool:
    """In a group: a command or a mention with the bot's name, or a reply to the bot."""
    if not bot:
        return False
    asked = message.reply_to_message
    to_bot = bool(asked and asked.from_user and asked.from_user.username == bot)
    command = _COMMAND.fullmatch(text)
    if command and command[2]:
        return command[2].lower() == bot.lower()
    return to_bot or bool(re.search(rf"(?<!\S)@{re.escape(bot)}\b", text, re.IGNORECASE))


def _pressed(query: CallbackQuery) -> Question | None:
    """A button under a message of ours; one that inline search put elsewhere has no chat."""
    if not query.data or query.message is None:
        return None
    return _question(query.from_user, query.data, Kind.BUTTON)


def _left(change: ChatMemberUpdated) -> Question | None:
    """Whether a person blocked the bot. A group that sends it away is no person."""
    gone = change.new_chat_member.status == ChatMember.BANNED
    if not gone or change.chat.type != ChatType.PRIVATE:
        return None
    return _question(change.from_user, "", Kind.LEFT)


def _question(user: User, text: str, kind: Kind) -> Question:
    language = (user.language_code or "").split("-")[0].lower()
    return Question(
        text=text,
        kind=kind,
        person=f"telegram:{user.id}",
        language=language if len(language) == 2 else None,
    )
