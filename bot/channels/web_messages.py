"""What the page posts, checked: a message that passes can be kept, read and answered."""

import json
import re
from dataclasses import asdict, dataclass

from bot.messages import Kind
from bot.phrases import languages

LARGEST = 16_384  # bytes of a body
LONGEST = 4_000  # characters of a text; the assistant says kindly from which on it is too long
_BUTTON = 64  # bytes of what a button carries
SESSION = re.compile(r"[0-9a-f]{32}")
_ID = re.compile(r"[A-Za-z0-9-]{1,40}")
_KINDS = (Kind.TEXT, Kind.COMMAND, Kind.BUTTON, Kind.DOCUMENT)


class BadMessage(Exception):
    """What no page of ours posts. The text says what is wrong, without any of the message's."""

    def __init__(self, why: str, language: str | None = None) -> None:
        super().__init__(why)
        self.language = language


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One message."""

    session: str  # 32 hexadecimal digits
    id: str  # the page's own, new for each message
    kind: str
    text: str  # of a document: its name
    language: str  # that of the page, ISO 639-1

    def body(self) -> str:
        """As it is kept until it is answered."""
        return json.dumps(asdict(self), ensure_ascii=False)


def checked(data: bytes, session: str, language: str) -> Posted:
    """The message in a body of JSON; `language` where it names none. Raises BadMessage."""
    try:
        held = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadMessage("the body is no JSON in UTF-8") from None
    if not isinstance(held, dict):
        raise BadMessage("the body is no JSON object")
    language = held["language"] if held.get("language") in languages() else language
    for wrong, why in (
        (not SESSION.fullmatch(session), "X-Session: is not 32 hexadecimal digits"),
        (not _matches(_ID, held.get("id")), "id: is not 1 to 40 letters, digits and hyphens"),
        (held.get("kind") not in _KINDS, f"kind: is none of {', '.join(_KINDS)}"),
        (not _is_text(held.get("text")), f"text: is not 1 to {LONGEST} characters"),
    ):
        if wrong:
            raise BadMessage(why, language)
    if held["kind"] == Kind.BUTTON and len(held["text"].encode()) > _BUTTON:
        raise BadMessage(f"text: a button carries at most {_BUTTON} bytes", language)
    return Posted(
        session=session, id=held["id"], kind=held["kind"], text=held["text"], language=language
    )


def _matches(form: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _is_text(value: object) -> bool:
    """Text that can be kept: half of a surrogate pair cannot."""
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST:
        return False
    return not any("\ud800" <= character <= "\udfff" for character in value)
