"""PDF: every page with its number, its printed label, its headings and its paragraphs.

pypdfium2 reads the pages. Where a page is in Arabic script pypdf reads the words, which it gives
in reading order far more often (measured: .999 of words against .625), and pdfium only the places.
"""

import ctypes
import io
import re
from collections.abc import Sequence
from dataclasses import replace

import pypdfium2
import pypdfium2.raw as pdfium
from pypdf import PdfReader

from corpus import furniture, headings
from corpus.document import Block, Document, Page
from corpus.errors import ScannedDocument, UnreadableDocument
from corpus.layout import Region, regions
from corpus.ocr import INSTALL
from corpus.pdf_lines import Line, page_lines
from corpus.repair import BULLET_SIGN, Words, clean, is_arabic, language_code, unspace, words_of

MEDIA_TYPES: tuple[str, ...] = ("application/pdf",)


def read(data: bytes) -> Document:
    """Return the document in a PDF. Raises UnreadableDocument for a locked, cut or scanned one."""
    with _opened(data) as pdf:
        heights = [pdf.get_page_size(index)[1] for index in range(len(pdf))]
        raw = [_lines(pdf[index], index, data) for index in range(len(pdf))]
        marked = [pdf.get_page_label(index) or None for index in range(len(pdf))]
        title = _title(pdf.get_metadata_value("Title"))
        language = _language(pdf)
    if not any(raw):
        raise ScannedDocument(
            f"0 characters on {len(raw)} pages, so it is a scan; {INSTALL} and add it again",
            len(raw),
        )
    stripped = furniture.strip(raw, heights)
    return Document(
        media_type=MEDIA_TYPES[0],
        pages=_pages(stripped.pages, marked if any(marked) else stripped.labels),
        title=title,
        language=language,
        dropped=stripped.dropped,
    )


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    if b"%%EOF" not in data[-4096:]:
        raise UnreadableDocument("the end of this PDF is missing; download or export it again")
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableDocument(
                "this PDF is locked with a password; save a copy without one"
            ) from error
        raise UnreadableDocument(
            "this PDF is damaged and cannot be opened; download or export it again"
        ) from error
    if len(pdf) == 0:
        raise UnreadableDocument("this PDF has no pages; download or export it again")
    return pdf


def _lines(page: pypdfium2.PdfPage, index: int, data: bytes) -> list[Line]:
    """Return the lines of a page in the order of the file."""
    textpage = page.get_textpage()
    lines = page_lines(textpage)
    textpage.close()
    if not is_arabic(" ".join(line.text for line in lines)):
        return lines
    words = PdfReader(io.BytesIO(data)).pages[index].extract_text()
    return _in_words_of(lines, [clean(line) for line in words.splitlines()])


def _in_words_of(lines: Sequence[Line], texts: Sequence[str]) -> list[Line]:
    """Lines in pdfium's order in pypdf's spelling; words are matched by the letters they hold.

    Of the two, pypdf keeps lam-alef together and pdfium keeps numbers at their place in a line.
    """
    spelt = {word for text in texts for word in text.split()}
    pool = {_letters(word): word for word in spelt}
    given = [line.text.split() for line in lines]
    known = sum(_letters(word) in pool for words in given for word in words)
    if known >= 0.7 * sum(map(len, given)):
        return [
            replace(
                line,
                text=" ".join(
                    word if word in spelt else pool.get(_letters(word), word) for word in words
                ),
            )
            for line, words in zip(lines, given, strict=True)
        ]
    # pdfium's words are not even made of the right letters: pypdf's lines, one below the other.
    first = lines[0]
    return [
        replace(first, text=text, bottom=first.bottom - 12.0 * at, top=first.top - 12.0 * at)
        for at, text in enumerate(filter(None, texts))
    ]


def _letters(word: str) -> str:
    return "".join(sorted(word))


def _pages(pages: Sequence[Sequence[Line]], labels: Sequence[str | None]) -> tuple[Page, ...]:
    laid = [regions(page) for page in pages]
    words = words_of([line.text for page in pages for line in page])
    levels = headings.levels(laid)
    return tuple(
        Page(
            number=at + 1,
            label=labels[at],
            blocks=tuple(
                block
                for region, level in zip(laid[at], levels[at], strict=True)
                if (block := _block(region, level, words)).text
            ),
        )
        for at in range(len(pages))
    )


def _block(region: Region, level: int, words: Words) -> Block:
    text = unspace(region.text(words), words.known)
    item = region.item and not level
    return Block(text=BULLET_SIGN.sub("", text) if item else text, level=level, item=item)


def _title(stated: str) -> str | None:
    """Return the title that the file states, unless a program put a file name there."""
    title = clean(stated)
    is_name = re.search(r"^Microsoft (Word|PowerPoint)\b|\.(docx?|pptx?|indd|pub|pdf|odt)$", title)
    return None if is_name else title or None


def _language(pdf: pypdfium2.PdfDocument) -> str | None:
    size = pdfium.FPDFCatalog_GetLanguage(pdf, None, 0)
    buffer = (ctypes.c_ushort * (size // 2))()
    pdfium.FPDFCatalog_GetLanguage(pdf, buffer, size)
    return language_code(bytes(buffer).decode("utf-16-le", "ignore").strip("\0"))
