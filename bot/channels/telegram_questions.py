"""What Telegram delivers, as Questions, and where each reply goes."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatType
from telegram.ext import filters

from bot import again
from bot.channels.port import Asked
from bot.messages import Kind, Question

UPDATES = (
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.MY_CHAT_MEMBER,
)
GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
HELP_LINK = "help"  # t.me/bot?start=help: what it opens is what /help opens
PLAIN_LINK = "start"  # t.me/bot?start=start: Telegram's button above offers must carry something

_AWAY = (ChatMember.BANNED, ChatMember.LEFT)
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
    if question is None:
        return None
    where = {"bot": body["bot"], **_where(update, question)}
    return Asked(question=question, to=json.dumps(where))


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

    In private, a reply to a command or a button needs no pointing at it. In a group the `asker`
    goes along, for what is said to them alone and for what only who leads it may do; a leader who
    stays anonymous there has none.
    """
    if update.inline_query:
        return {"inline_query_id": update.inline_query.id}
    assert update.effective_chat
    where: dict[str, Any] = {"chat_id": update.effective_chat.id}
    if question.room and question.person != question.room:
        where["asker"] = int(question.person.partition(":")[2])
    message = update.effective_message
    if isinstance(message, Message) and message.is_topic_message:
        where["message_thread_id"] = message.message_thread_id
    short = question.kind in (Kind.COMMAND, Kind.BUTTON)  # a link of a colleague's is a button
    plain = update.my_chat_member or (update.effective_chat.type == ChatType.PRIVATE and short)
    if message and not update.callback_query and not plain:
        where["reply_parameters"] = {
            "message_id": message.message_id,
            "allow_sending_without_reply": True,
        }
    return where


def to_question(update: Update, bot: str = "") -> Question | None:
    """Read what a person asked of the bot of this username; None for what is not meant for it."""
    question, chat = _asked(update, bot), update.effective_chat
    if question is None or question.kind is Kind.LEFT or not (chat and chat.type in GROUPS):
        return question
    return replace(question, room=_handle(chat.id))


def _asked(update: Update, bot: str) -> Question | None:
    if update.callback_query:
        return _pressed(update.callback_query)
    if update.inline_query:
        return _question(update.inline_query.from_user, update.inline_query.query, Kind.INLINE)
    if update.my_chat_member:
        return _changed(update.my_chat_member)
    return _said(update, bot)


def _said(update: Update, bot: str) -> Question | None:
    message = update.message or update.edited_message
    if message is None or message.from_user is None or _of_a_bot(message, bot):
        return None
    if filters.StatusUpdate.ALL.check_update(update):  # "joined the group", "pinned a message"
        return None
    text = message.text or message.caption or ""
    if message.chat.type != ChatType.PRIVATE:
        if not _addressed(message, text, bot):
            return None
        text = re.sub(rf"(?<!\S)@{re.escape(bot)}\b", "", text, flags=re.IGNORECASE).strip()
    if update.edited_message:  # a live location edits itself every few seconds: words only
        return _question(_whose(message), text, Kind.EDITED) if text else None
    return _question(_whose(message), *_read(message, text))


def _of_a_bot(message: Message, bot: str) -> bool:
    """Whether no person wrote it; a card of ours that somebody put there says nothing to us."""
    ours = message.via_bot is not None and message.via_bot.username == bot
    return ours or (
        message.from_user is not None and message.from_user.is_bot and not _led(message)
    )


def _led(message: Message) -> bool:
    """Whether a leader of the group wrote it who stays anonymous: then the group is the sender."""
    return message.sender_chat is not None and message.sender_chat.id == message.chat.id


def _whose(message: Message) -> User | Chat:
    assert message.from_user
    return message.chat if _led(message) else message.from_user


def _read(message: Message, text: str) -> tuple[str, Kind]:
    if message.text is None:
        media = (kind for name, kind in _MEDIA.items() if getattr(message, name))
        return text, next(media, Kind.OTHER)
    if command := _COMMAND.fullmatch(text.strip()):
        name, said = command[1].lower(), (command[3] or "").strip()
        if name == "start" and said in (HELP_LINK, PLAIN_LINK):
            return said, Kind.COMMAND
        if name == "start" and (shared := again.opened(said)):
            return shared, Kind.BUTTON
        return f"{name} {said}".strip(), Kind.COMMAND
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


def _changed(change: ChatMemberUpdated) -> Question | None:
    """Whether a person blocked the bot, or a group sent it away or took it in."""
    was, now = change.old_chat_member.status in _AWAY, change.new_chat_member.status in _AWAY
    if change.chat.type == ChatType.PRIVATE:
        return _question(change.from_user, "", Kind.LEFT) if now else None
    if change.chat.type not in GROUPS or was == now:
        return None
    if now:
        return _question(change.chat, "", Kind.LEFT)
    return _question(change.from_user, "start", Kind.COMMAND)


def _handle(id: int) -> str:
    return f"telegram:{id}"


def _question(who: User | Chat, text: str, kind: Kind) -> Question:
    code = who.language_code if isinstance(who, User) else None
    language = (code or "").split("-")[0].lower()
    return Question(
        text=text,
        kind=kind,
        person=_handle(who.id),
        language=language if len(language) == 2 else None,
    )
