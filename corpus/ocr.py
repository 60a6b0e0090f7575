"""Text recognition for scanned PDF pages, through the tesseract program where it is installed.

ocrmypdf would do the same and more, but needs Ghostscript, an AGPL program; tesseract alone is
Apache-2.0. Pages are rendered in memory and handed over by a pipe: nothing is written to a disk.
"""

import io
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pypdfium2

from corpus.document import Block, Document, Page
from corpus.errors import ScannedDocument
from corpus.repair import clean, join, words_of

LANGUAGES = ("eng", "fra", "spa", "por", "swa", "ara")  # of those that are installed
SECONDS_A_PAGE = 15.0  # 4 to 9 were measured
MOST_PAGES = 100
_SCALE = 300 / 72  # 300 dots an inch
_MOST_PIXELS = 40_000_000  # of one page: a wall map is not read
INSTALL = "install tesseract-ocr with its languages, or run text recognition (OCR) elsewhere"


def installed() -> bool:
    """Whether this machine can recognise text."""
    return shutil.which("tesseract", path=os.defpath) is not None


def read(data: bytes) -> Document:
    """The document in a scanned PDF, page by page, with true numbers and labels.

    Raises ScannedDocument where nothing was recognised.
    """
    import pypdfium2  # in the child only: the parent asks no more than `installed`

    pdf = pypdfium2.PdfDocument(data)
    try:
        languages = _languages()
        pages = tuple(
            Page(
                number=index + 1,
                label=pdf.get_page_label(index) or None,
                blocks=tuple(_blocks(_recognised(pdf[index], languages))),
            )
            for index in range(min(len(pdf), MOST_PAGES))
        )
        left = len(pdf) - len(pages)
    finally:
        pdf.close()
    if not any(page.blocks for page in pages):
        raise ScannedDocument(
            f"no text was recognised on {len(pages)} pages; scan it again, sharper"
        )
    notes = [f"nothing; the text of {len(pages)} pages comes from recognition (OCR)"]
    if left:
        notes.append(f"{left} pages after the first {MOST_PAGES}, which were not recognised")
    return Document(media_type="application/pdf", pages=pages, dropped=tuple(notes))


def _languages() -> str:
    told = subprocess.run(
        ["tesseract", "--list-langs"], capture_output=True, text=True, check=True, timeout=30
    ).stdout.split()
    return "+".join(name for name in LANGUAGES if name in told) or "eng"


def _recognised(page: "pypdfium2.PdfPage", languages: str) -> str:
    width, height = page.get_size()
    scale = min(_SCALE, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    picture = io.BytesIO()
    page.render(scale=scale, grayscale=True).to_pil().save(picture, "PNG")
    done = subprocess.run(
        ["tesseract", "stdin", "stdout", "-l", languages, "--dpi", "300"],
        input=picture.getvalue(),
        capture_output=True,
        check=False,
        timeout=4 * SECONDS_A_PAGE,
        env={"PATH": os.defpath, "OMP_THREAD_LIMIT": "1"},
    )
    return done.stdout.decode("utf-8", "replace")


def _blocks(text: str) -> Iterator[Block]:
    """A block a paragraph; lines that are noise of the picture are left out."""
    for paragraph in re.split(r"\n\s*\n", text.replace("\f", "\n")):
        lines = [clean(line) for line in paragraph.splitlines()]
        lines = [line for line in lines if _is_text(line)]
        if lines:
            yield Block(text=join(lines, words_of(lines)))


def _is_text(line: str) -> bool:
    letters = sum(letter.isalnum() for letter in line)
    return letters >= 2 and letters * 2 > len(line.replace(" ", ""))
