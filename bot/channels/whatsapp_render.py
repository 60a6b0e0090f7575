"""A Reply as messages of the Cloud API, yet without an address. Lengths are UTF-16 units.

https://developers.facebook.com/documentation/business-messaging/whatsapp (text, interactive)
"""

import base64
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from bot import again
from bot.channels.cutting import shortened, units
from bot.channels.whatsapp_markup import clean, neutral, pieces, rows, visible, written
from bot.messages import Attachment, Button, Line, Reply, Span
from bot.phrases import speak

Fields = dict[str, Any]

TEXT = 4096  # a text message
BODY = 1024  # the words above buttons
CAPTION = 1024
BUTTONS, TITLE = 3, 20
ROWS, ROW_TITLE, ROW_MORE = 10, 24, 72
ID = 256
_PICTURES = {"image/jpeg", "image/png"}


def render(reply: Reply, number: str = "") -> list[Fields]:
    """Messages in the order to send them, buttons under the last; none where nothing shows.

    `number`: ours, digits alone, for the link that shows an answer again; "": it has none.
    """
    shared = [_shared(reply, number)] if number and reply.link else []
    texts = list(_texts([*reply.lines, *shared], reply.language))
    buttons = _usable(reply.buttons)
    said = [_text(text) for text in texts]
    files = [_file(reply.attachment)] if reply.attachment else []
    if not buttons:
        return [*said, *files]
    if len(texts) == 1 and units(texts[0]) <= BODY:
        return [*files, *_choices(texts[0], buttons, reply.language)]
    body = speak(reply.language)("What would you like next?")
    return [*said, *files, *_choices(body, buttons, reply.language)]


def _shared(reply: Reply, number: str) -> Line:
    """The link in the text, so that it goes along where the message is forwarded.

    It opens our chat with words to send (faq.whatsapp.com/5913398998672934).
    """
    url = f"https://wa.me/{number}?text={quote(f'/start {again.payload(reply.link)}')}"
    return Line((Span(speak(reply.language)("Share this answer"), url=url),))


def _text(body: str) -> Fields:
    return {"type": "text", "text": {"preview_url": False, "body": body}}


# Words: whole lines where they fit; a title and its address stay together.


def _texts(lines: Sequence[Line], language: str) -> Iterator[str]:
    message: list[str] = []
    for block in (block for line in lines for block in _blocks(line, language)):
        if message and units("\n".join(message)) + 1 + units(block) > TEXT:
            yield from _trimmed(message)
            message = []
        message.append(block)
    yield from _trimmed(message)


def _blocks(line: Line, language: str) -> list[str]:
    """The line as one block, or its rows where that is too long."""
    parts = [written(part) for row in rows(line, language) for part in pieces(row, TEXT)]
    block = "\n".join(parts)
    return [block] if units(block) <= TEXT else parts


def _trimmed(blocks: list[str]) -> Iterator[str]:
    """Yield the message without blank rows at either end."""
    shown = [at for at, block in enumerate(blocks) if visible(block)]
    if shown:
        yield "\n".join(blocks[shown[0] : shown[-1] + 1])


# Choices: up to three stand as buttons, more of them in a list that opens.


def _usable(buttons: Sequence[Button]) -> list[Button]:
    """Buttons with a label to show, each thing to choose once."""
    known: dict[str, Button] = {}
    for button in buttons:
        label = " ".join(clean(button.label).split())
        if visible(label) and button.data and units(button.data) <= ID:
            known.setdefault(button.data, Button(label=label, data=button.data))
    return list(known.values())


def _choices(body: str, buttons: list[Button], language: str) -> list[Fields]:
    titles = {shortened(button.label, TITLE) for button in buttons}
    if len(titles) == len(buttons) <= BUTTONS:  # WhatsApp takes no title twice
        return [_interactive("button", body, {"buttons": [_key(button) for button in buttons]})]
    choose = shortened(speak(language)("Choose"), TITLE)
    pages = [buttons[at : at + ROWS] for at in range(0, len(buttons), ROWS)]
    return [
        _interactive("list", body if number == 0 else choose, _list(page, choose))
        for number, page in enumerate(pages)
    ]


def _interactive(kind: str, body: str, action: Fields) -> Fields:
    interactive = {"type": kind, "body": {"text": body}, "action": action}
    return {"type": "interactive", "interactive": interactive}


def _key(button: Button) -> Fields:
    title = shortened(button.label, TITLE)
    return {"type": "reply", "reply": {"id": button.data, "title": title}}


def _list(buttons: list[Button], choose: str) -> Fields:
    return {"button": choose, "sections": [{"rows": [_row(button) for button in buttons]}]}


def _row(button: Button) -> Fields:
    row = {"id": button.data, "title": shortened(button.label, ROW_TITLE)}
    if row["title"] != button.label:
        row["description"] = shortened(button.label, ROW_MORE)
    return row


# A file: its content goes along under "file", and up to WhatsApp before the message.


def _file(attachment: Attachment) -> Fields:
    kind = "image" if attachment.media_type in _PICTURES else "document"
    about: Fields = {}
    if visible(caption := shortened(neutral(clean(attachment.caption)), CAPTION)):
        about["caption"] = caption
    if kind == "document":
        about["filename"] = clean(attachment.name)
    content = {
        "name": clean(attachment.name),
        "media_type": attachment.media_type,
        "data": base64.b64encode(attachment.data).decode(),
    }
    return {"type": kind, kind: about, "file": content}
