"""From the bytes of a text file to its text."""

import codecs

from corpus.errors import UnreadableDocument

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = frozenset(range(32)) - {9, 10, 12, 13, 27}
_MOST_CONTROL = 0.01  # of a text's bytes; more is no text


def decoded(data: bytes, declared: str = "") -> str:
    """Return a text: by byte order mark, as declared, as UTF-8, else as Windows-1252.

    Raises UnreadableDocument for what is no text in any of these.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data, encoding)
    for encoding in (_unmarked_utf16(data), _known(declared), "utf-8"):
        try:
            if encoding:
                return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    if is_binary(data):
        raise UnreadableDocument("this is no text; add it as PDF, Word, PowerPoint, EPUB or HTML")
    return data.decode("cp1252", "replace")


def printable(text: str) -> str:
    """A file's name as it can be stored and shown: no halves of surrogate pairs, no controls.

    Python reads a name that is not UTF-8 with such halves, which no database takes.
    """
    told = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(char if char.isprintable() else "?" for char in told)


def is_binary(data: bytes) -> bool:
    """Whether some bytes are no text in an encoding of one byte a letter, nor in UTF-8."""
    head = data[:65536]
    return b"\0" in head or sum(byte in _CONTROL for byte in head) > _MOST_CONTROL * len(head)


def is_text(data: bytes) -> bool:
    """Whether some bytes are text in an encoding that `decoded` knows."""
    marked = any(data.startswith(mark) for mark, _ in _MARKS)
    return marked or bool(_unmarked_utf16(data)) or not is_binary(data)


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableDocument(
            f"the file says that it is {encoding.upper()} but breaks off at byte {error.start:,}; "
            "save it again as UTF-8"
        ) from error


def _unmarked_utf16(data: bytes) -> str:
    """Return which UTF-16 an unmarked Latin text is in, told by zeros in every second byte."""
    head = data[:4096]
    if len(head) < 4:
        return ""
    even, odd = head[::2].count(0) / len(head[::2]), head[1::2].count(0) / len(head[1::2])
    if odd > 0.7 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.7 and odd < 0.05 else ""


def _known(declared: str) -> str:
    try:
        name = codecs.lookup(declared).name if declared else ""
    except LookupError:
        return ""
    # Browsers read pages that say Latin-1 as Windows-1252, and so do their writers.
    return {"iso8859-1": "cp1252", "ascii": ""}.get(name, name)
