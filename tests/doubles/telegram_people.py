"""What people do in Telegram, as the updates that their doing makes."""

from collections.abc import Iterator
from typing import Any

from tests.doubles.telegram_sends import Sent

Fields = dict[str, Any]
NAME = "ExchangeTestBot"
ME = {"id": 7, "is_bot": True, "first_name": "Exchange", "username": NAME}


class People:
    """Whoever writes to the bot. 42 is Amina, where nobody else is named."""

    messages: list[Sent]
    sounds: dict[str, bytes]  # by file id
    _numbers: Iterator[int]

    def happens(self, kind: str, content: Fields) -> None:
        """An update is due to the bot."""
        raise NotImplementedError

    def say(self, text: str, user: int = 42, language: str | None = "en", **more: object) -> int:
        return self.post(user, "message", language, text=text, **more)

    def edit(self, text: str, user: int = 42) -> int:
        return self.post(user, "edited_message", text=text, edit_date=2)

    def sticker(self, user: int = 42) -> int:
        kind = {"type": "regular", "is_animated": False, "is_video": False}
        return self.post(user, sticker=_file(width=512, height=512, **kind))

    def voice(self, user: int = 42, sound: bytes = b"sound") -> int:
        self.sounds[f"voice{user}"] = sound
        return self.post(user, voice=_file(duration=3) | {"file_id": f"voice{user}"})

    def photo(self, caption: str | None = None, user: int = 42, album: str | None = None) -> int:
        return self.post(
            user, media_group_id=album, photo=[_file(width=90, height=90)], caption=caption
        )

    def document(
        self, caption: str | None = None, user: int = 42, data: bytes = b"", name: str = ""
    ) -> int:
        """With `data` it can be fetched, as a file of this name."""
        file = _file()
        if data:
            id = f"file{len(self.sounds)}"
            self.sounds[id] = data
            file |= {"file_id": id, "file_name": name, "file_size": len(data)}
        return self.post(user, document=file, caption=caption)

    def press(self, label: str, user: int = 42) -> None:
        """Press the newest button of this label."""
        sent = next(sent for sent in reversed(self.messages) if label in sent.buttons)
        under = {**message(next(self._numbers), user), "text": "?"}
        self.press_data(sent.buttons[label], under, user)

    def press_data(self, data: str, under: Fields, user: int = 42) -> None:
        """Press a button of these data under a message of the bot's."""
        query = {"id": "1", "from": person(user), "chat_instance": "1", "data": data}
        self.happens("callback_query", {**query, "message": {**under, "from": ME}})

    def type_inline(self, text: str, user: int = 42, language: str = "en") -> str:
        """Type `@bot text` in some chat; returns the query's id."""
        id = str(next(self._numbers))
        asked = {"id": id, "from": person(user, language), "query": text, "offset": ""}
        self.happens("inline_query", asked)
        return id

    def change(
        self, status: str, user: int = 42, chat: Fields | None = None, was: str = "member"
    ) -> None:
        """The bot's standing in a chat changes: "kicked" in private is "blocked"."""
        new, old = standing(status), standing(was)
        where = chat or message(0, user)["chat"]
        changed = {"chat": where, "from": person(user), "date": 1}
        self.happens("my_chat_member", {**changed, "old_chat_member": old, "new_chat_member": new})

    def post(
        self,
        user: int = 42,
        kind: str = "message",
        language: str | None = "en",
        **fields: object,
    ) -> int:
        """Have a person send something; returns the message's number. None leaves a field out."""
        number = next(self._numbers)
        written = {**message(number, user, language), **fields}
        self.happens(kind, {key: value for key, value in written.items() if value is not None})
        return number


def standing(status: str) -> Fields:
    """The bot as a ChatMember, with the rights that Telegram lists of an administrator."""
    rights = (
        "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats"
        " can_restrict_members can_promote_members can_change_info can_invite_users"
        " can_post_stories can_edit_stories can_delete_stories"
    )
    return {"user": ME, "status": status, "until_date": 0, **dict.fromkeys(rights.split(), False)}


def person(user: int, language: str | None = "en") -> Fields:
    fields = {"id": user, "is_bot": False, "first_name": "Amina"}
    return {**fields, "language_code": language} if language else fields


def message(number: int, user: int, language: str | None = "en") -> Fields:
    chat = {"id": user, "type": "private", "first_name": "Amina"}
    return {"message_id": number, "date": 1, "from": person(user, language), "chat": chat}


def _file(**more: object) -> Fields:
    return {"file_id": "f", "file_unique_id": "f", **more}
