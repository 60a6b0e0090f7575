"""What a document says that somebody sends in /share, read by the library's own readers.

They run in a child process, under limits; the file is in memory only, and nothing writes it down.
"""

import threading

from bot.messages import File
from corpus.errors import UnreadableDocument
from corpus.sandbox import Limits, read_document

FORMATS = ".pdf, .docx, .pptx, .epub, .html, .md, .txt"
LIMITS = Limits(seconds=20.0, pages=50, characters=200_000, ocr=False)
_turn = threading.Semaphore(1)  # one child at a time in memory


class NotRead(Exception):
    """A file in which no text was found. Its text, for staff, says why."""


def text_of(file: File) -> str:
    """Its text, a paragraph a line. Raises NotRead."""
    try:
        with _turn:
            document = read_document(file.data, file.name or "document", limits=LIMITS)
    except UnreadableDocument as error:
        raise NotRead(str(error)) from error
    return "\n".join(page.text.strip() for page in document.pages).strip()
