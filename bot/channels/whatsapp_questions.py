"""What WhatsApp delivers, as messages to keep and as Questions.

A person is known by a business-scoped id ("US.1349…", since 2026) or by the number of a phone;
either may be missing from what comes, so both are understood.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot import again
from bot.channels.port import Asked, Incoming
from bot.messages import Kind, Question

Fields = dict[str, Any]

_COMMAND = re.compile(r"/([A-Za-z0-9_]+)(?:\s+(.*))?", re.DOTALL)
_HALF = re.compile(r"[\ud800-\udfff]")
_MEDIA = {
    "audio": Kind.VOICE,
    "voice": Kind.VOICE,
    "image": Kind.PHOTO,
    "document": Kind.DOCUMENT,
    "sticker": Kind.STICKER,
}
_NO_QUESTION = {"reaction", "revoke", "button"}  # "button": that of a template opens the window
_MOVED = {"user_changed_number", "user_changed_user_id", "customer_changed_number"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One webhook call, taken apart."""

    messages: tuple[Incoming, ...]
    faults: tuple[int, ...]  # error codes of replies that WhatsApp could not deliver
    strangers: int  # changes of other numbers of the same business


def split(raw: bytes, phone: str) -> Delivered:
    """Take a webhook call apart; `phone` is the id of our number.

    What is not of the form that we know is kept whole, under its digest: it is never lost, and
    staff see that it could not be read.
    """
    try:
        changes = list(_changes(json.loads(raw)))
    except (ValueError, TypeError, AttributeError, RecursionError):
        text = raw.decode("utf-8", errors="replace")
        return Delivered(messages=(_unread(text),), faults=(), strangers=0)
    messages: list[Incoming] = []
    faults: list[int] = []
    strangers = 0
    for change in changes:
        try:
            ours, own, failed = _taken_apart(change, phone)
        except (ValueError, TypeError, AttributeError):
            messages.append(_unread(json.dumps(change)))
            continue
        messages += own
        faults += failed
        strangers += not ours
    return Delivered(messages=tuple(messages), faults=tuple(faults), strangers=strangers)


def read(body: str) -> Asked | None:
    """What a kept message asks; None for a reaction and the like. ValueError: no known form."""
    kept = json.loads(body)
    if not isinstance(kept, dict) or not kept.get("person"):
        raise ValueError("nobody to answer")
    message, person = kept["message"], str(kept["person"])
    kind = str(message.get("type"))
    if kind in _NO_QUESTION or message.get("group_id"):
        return None
    if kind == "system":
        return _moved(message)
    what, text = _read(kind, message)
    return _asked(person, what, _HALF.sub("�", text))


def media(body: str, part: str) -> tuple[str, str]:
    """The id and the name of an "audio" or a "document"; "" where it has none.

    The id is of digits only: it becomes an address.
    """
    message = json.loads(body).get("message")
    held = _part(message, part) if isinstance(message, dict) else {}
    id = str(held.get("id", ""))
    return id if id.isascii() and id.isdigit() else "", str(held.get("filename") or "")


def message_id(body: str) -> str:
    """The network's own id of a kept message; "" where it has none."""
    try:
        return str(json.loads(body)["message"]["id"])
    except (ValueError, TypeError, KeyError):
        return ""


def address(to: str) -> Fields:
    """Where a call goes: ids of people and numbers of phones have each a field."""
    return {"to": to} if to.removeprefix("+").isdigit() else {"recipient": to}


# Taking apart.


def _changes(delivered: Any) -> Iterator[Fields]:  # noqa: ANN401 - what came, whatever it is
    for entry in delivered.get("entry", []):
        for change in entry.get("changes", []):
            if change.get("field") == "messages":
                yield change


def _taken_apart(change: Fields, phone: str) -> tuple[bool, list[Incoming], list[int]]:
    """Part a change into: whether it is for our number, its messages, its faults."""
    value: Fields = change["value"] if isinstance(change.get("value"), dict) else {"messages": 0}
    messages, contacts = value.get("messages", []), value.get("contacts", [])
    if not isinstance(messages, list) or not isinstance(contacts, list):
        raise TypeError("no list")
    to = value.get("metadata", {}).get("phone_number_id", phone)
    if to != phone:
        return False, [], []
    return True, [_incoming(message, contacts) for message in messages], list(_faults(value))


def _incoming(message: Any, contacts: list[Any]) -> Incoming:  # noqa: ANN401 - as above
    if not isinstance(message, dict) or not (id := message.get("id")) or not isinstance(id, str):
        return _unread(json.dumps(message))
    person = _person(message, [one for one in contacts if isinstance(one, dict)])
    body = json.dumps({"person": person, "message": message})
    return Incoming(id=id, conversation=person or f"nobody:{_digest(body)}", body=body)


def _person(message: Fields, contacts: list[Fields]) -> str:
    """The business-scoped id, else the phone's; never that of somebody else in the same call."""
    number, id = message.get("from"), message.get("from_user_id")
    theirs = [
        one
        for one in contacts
        if (id and one.get("user_id") == id)
        or (number and one.get("wa_id") == number)
        or (len(contacts) == 1 and not (number and one.get("wa_id")) and not id)
    ]
    contact = theirs[0] if theirs else {}
    return str(id or contact.get("user_id") or number or contact.get("wa_id") or "")


def _faults(value: Fields) -> Iterator[int]:
    statuses = value.get("statuses") or []
    for holder in (value, *(one for one in statuses if one.get("status") == "failed")):
        for error in holder.get("errors") or []:
            yield int(error.get("code", 0))


def _unread(text: str) -> Incoming:
    digest = _digest(text)
    return Incoming(id=digest, conversation=f"nobody:{digest}", body=json.dumps({"unread": text}))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()


# Reading.


def _read(kind: str, message: Fields) -> tuple[Kind, str]:
    if kind == "text":
        return _typed(str(_part(message, "text").get("body") or ""))
    if kind == "interactive":
        pressed = _part(message, "interactive")
        chosen = _part(pressed, "button_reply") or _part(pressed, "list_reply")
        return (Kind.BUTTON, str(chosen["id"])) if chosen.get("id") else (Kind.OTHER, "")
    if kind == "edit":
        new = _part(_part(message, "edit"), "message")
        return Kind.EDITED, str(_part(new, "text").get("body") or "")
    if kind == "request_welcome":  # somebody opened the chat for the first time
        return Kind.COMMAND, "start"
    caption = _part(message, kind).get("caption") or ""
    return _MEDIA.get(kind, Kind.OTHER), str(caption)


def _part(message: Fields, name: str) -> Fields:
    part = message.get(name)
    return part if isinstance(part, dict) else {}


def _typed(text: str) -> tuple[Kind, str]:
    if command := _COMMAND.fullmatch(text.strip()):
        name, said = command[1].lower(), (command[2] or "").strip()
        if name == "start" and (shared := again.opened(said)):
            return Kind.BUTTON, shared
        return Kind.COMMAND, f"{name} {said}".strip()
    return Kind.TEXT, text


def _moved(message: Fields) -> Asked | None:
    """A new number or id: what the old one chose is forgotten, for it may be given to another."""
    system = _part(message, "system")
    if str(system.get("type")) not in _MOVED:
        return None
    new = [system.get(name) for name in ("user_id", "wa_id", "new_wa_id")]
    old = (message.get("from_user_id"), message.get("from"), system.get("customer"))
    left = next((str(one) for one in old if one and one not in new), "")
    return _asked(left, Kind.LEFT, "") if left else None


def _asked(person: str, kind: Kind, text: str) -> Asked:
    question = Question(text=text, kind=kind, person=f"whatsapp:{person}")
    return Asked(question=question, to=person)
