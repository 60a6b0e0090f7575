"""Calls to a group: what is said to one person alone, and votes. Each has another in its stead.

`otherwise` is the call that is made where the first one cannot be: where they who asked have no
chat with the bot yet, or do not lead the group. Nobody sees which of the two it was.
"""

from typing import Any

from telegram import Bot
from telegram.error import ChatMigrated

from bot import again
from bot.channels.telegram_questions import HELP_LINK
from bot.messages import Poll
from bot.phrases import speak

Fields = dict[str, Any]


def chat_link(bot: str, opens: str = "") -> str:
    """The address of our chat; `opens` is what follows /start there, 64 of A-Z a-z 0-9 _ -."""
    return f"https://t.me/{bot}?start={opens}" if opens else f"https://t.me/{bot}"


def card_link(bot: str, link: str) -> str:
    """The address that shows a card again; "" without one."""
    return chat_link(bot, again.payload(link)) if bot and link else ""


def link_key(text: str, url: str) -> Fields:
    """A keyboard of one key that opens an address."""
    return {"inline_keyboard": [[{"text": text, "url": url}]]}


def alone(calls: list[Fields], where: Fields, asker: int | None, way: Fields) -> list[Fields]:
    """The calls to who asked in a group, or `way` to the group; a leader unknown to us gets that.

    The group sees nothing where the first is possible.
    """
    if not calls or asker is None:
        return [{**where, **way}] if calls else []
    made: list[Fields] = [{"chat_id": asker, **call, "otherwise": None} for call in calls]
    made[0]["otherwise"] = {**where, **way}
    return made


def way_to_us(language: str, bot: str, opens: str) -> Fields:
    """What a group reads where its member must open our chat first."""
    say = speak(language)
    url = chat_link(bot, HELP_LINK if opens == HELP_LINK else "")
    return {
        "method": "sendMessage",
        "text": say("I answer this in private. Please open my chat and write to me there."),
        "reply_markup": link_key(say("Open my chat"), url),
    }


def vote(poll: Poll, where: Fields, asker: int | None, refusal: Fields) -> Fields:
    """A native poll, anonymous: https://core.telegram.org/bots/api#sendpoll."""
    call: Fields = {
        **where,
        "method": "sendPoll",
        "question": poll.question,
        "options": list(poll.options),
        "is_anonymous": True,
    }
    return call if poll.named or asker is None else {**call, "leader": asker, "otherwise": refusal}


async def leads(bot: Bot, chat: int, person: int) -> bool:
    """Whether they are an administrator of the group. Raises TelegramError."""
    try:
        members = await bot.get_chat_administrators(chat)
    except ChatMigrated as moved:
        members = await bot.get_chat_administrators(moved.new_chat_id)
    return any(member.user.id == person for member in members)
