"""What Telegram delivers, as Questions."""

import re

from telegram import CallbackQuery, Message, Update, User
from telegram.constants import ChatType
from telegram.ext import filters

from bot.messages import Kind, Question

_COMMAND = re.compile(r"/([A-Za-z0-9_]+)(?:@(\w+))?(?:\s+(.*))?", re.DOTALL)
_MEDIA = {  # in this order: a message with an animation has a document too
    "sticker": Kind.STICKER,
    "voice": Kind.VOICE,
    "audio": Kind.VOICE,
    "photo": Kind.PHOTO,
    "animation": Kind.OTHER,
    "document": Kind.DOCUMENT,
}


def to_question(update: Update, bot: str = "") -> Question | None:
    """Read what a person asked of the bot of this username; None for what is not meant for it."""
    if update.callback_query:
        return _pressed(update.callback_query)
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
    return _question(query.from_user, query.data, Kind.BUTTON) if query.data else None


def _question(user: User, text: str, kind: Kind) -> Question:
    language = (user.language_code or "").split("-")[0].lower()
    return Question(
        text=text,
        kind=kind,
        person=f"telegram:{user.id}",
        language=language if len(language) == 2 else None,
    )
