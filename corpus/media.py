"""What kind of file some bytes are. The bytes decide; names and servers are often wrong."""

import io
import re
import zipfile

from corpus.encodings import is_text
from corpus.errors import UnreadableDocument

# The reader of each kind: the module's name in corpus.readers, imported only when it is needed.
READERS: dict[str, str] = {
    "application/pdf": "pdf",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.presentationml.slideshow": "pptx",
    "application/epub+zip": "epub",
    "text/markdown": "markdown",
    "text/plain": "text",
    "application/x-udhr+xml": "udhr",
}

PDF, HTML, EPUB = "application/pdf", "text/html", "application/epub+zip"
MARKDOWN, TEXT, UDHR = "text/markdown", "text/plain", "application/x-udhr+xml"
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = _OFFICE + "wordprocessingml.document"
PPTX = _OFFICE + "presentationml.presentation"

_PICTURE = "a picture; run text recognition (OCR) over it and add the PDF that this gives"
_ARCHIVE = "an archive of files; unpack it and add the documents one by one"
_SOUND = "sound or video; add its transcript as a document"
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"II*\0", _PICTURE),
    (b"MM\0*", _PICTURE),
    (b"BM", _PICTURE),
    (b"\x1f\x8b", _ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (b"Rar!", _ARCHIVE),
    (b"BZh", _ARCHIVE),
    (b"\xfd7zXZ", _ARCHIVE),
    (b"ID3", _SOUND),
    (b"OggS", _SOUND),
    (b"{\\rtf", "a Rich Text file (.rtf); save it as .docx or PDF"),
    (b"\x7fELF", "a program; add a document"),
    (b"MZ", "a program; add a document"),
    (b"SQLite format 3", "a database; add a document"),
    (b"%!PS", "a PostScript file; save it as PDF"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_KINDS = (
    ("WordDocument", "an older Word file (.doc); save it as .docx or PDF"),
    ("PowerPoint Document", "an older PowerPoint file (.ppt); save it as .pptx or PDF"),
    ("Workbook", "an older Excel file (.xls); save the sheets that matter as PDF"),
    ("EncryptedPackage", "an Office file locked with a password; save a copy without one"),
)
_ZIP_KINDS = (
    ("word/document.xml", DOCX),
    ("ppt/presentation.xml", PPTX),
)
_ZIP_UNKNOWN = (
    ("xl/workbook.xml", "a spreadsheet (.xlsx); save the sheets that matter as PDF"),
    ("content.xml", "an OpenDocument file; save it as .docx or PDF"),
)
_HTML = re.compile(r"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_MARKDOWN_NAME = re.compile(r"\.(md|markdown|mkd)$", re.IGNORECASE)


def media_type(data: bytes, name: str = "", stated: str = "") -> str:
    """Return the media type of a file, one of READERS. `name` and `stated` decide between texts.

    Raises UnreadableDocument for any other kind: it says what the file is and what to do.
    """
    if not data.strip():
        raise UnreadableDocument("the file is empty; download or export it again")
    if b"%PDF-" in data[:1024]:
        return PDF
    if data.startswith(b"PK\x03\x04"):
        return _in_zip(data)
    if data.startswith(_OLE):
        raise UnreadableDocument(f"this is {_in_ole(data)}")
    for signature, kind in _SIGNATURES:
        if data.startswith(signature) and not (len(signature) == 2 and is_text(data)):
            raise UnreadableDocument(f"this is {kind}")
    if not is_text(data):
        raise UnreadableDocument(
            "this file is of an unknown kind; add it as PDF, Word (.docx), PowerPoint (.pptx), "
            "EPUB, HTML, Markdown or plain text"
        )
    return _of_text(data, name.partition("?")[0], stated.partition(";")[0].strip().lower())


def _in_zip(data: bytes) -> str:
    kind = ""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                # A few bytes, and no more: this runs outside the sandbox as well.
                with archive.open("mimetype") as stream:
                    kind = stream.read(64).decode("ascii", "replace")
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError) as error:
        raise UnreadableDocument(
            "the file is damaged or its end is missing; download or export it again"
        ) from error
    if kind.strip() == EPUB:
        return EPUB
    for part, media in _ZIP_KINDS:
        if part in names:
            return media
    what = next((what for part, what in _ZIP_UNKNOWN if part in names), _ARCHIVE)
    raise UnreadableDocument(f"this is {what}")


def _in_ole(data: bytes) -> str:
    for stream, what in _OLE_KINDS:
        if stream.encode("utf-16-le") in data:
            return what
    return "an older Office file; save it as .docx, .pptx or PDF"


def _of_text(data: bytes, name: str, stated: str) -> str:
    """Return the kind of a text, by how it begins, by its name, by what the server said."""
    head = data[:4096].replace(b"\0", b"").decode("utf-8", "ignore").lstrip("\ufeff \t\r\n")
    is_html = _HTML.search(head) is not None
    if head.startswith("<") and '"http://efele.net/udhr"' in head.replace("'", '"'):
        return UDHR
    if head.startswith("<?xml") and not is_html:
        raise UnreadableDocument("this XML is of an unknown kind; add the document as PDF or HTML")
    if _MARKDOWN_NAME.search(name) or (stated == MARKDOWN and not is_html):
        return MARKDOWN
    if is_html and (name.lower().endswith(".pdf") or stated == PDF):
        raise UnreadableDocument(
            "a web page came in place of a PDF; open the address in a browser, save the PDF from "
            "there and add that file"
        )
    if is_html and not (name.lower().endswith(".txt") and stated != HTML):
        return HTML
    return HTML if stated in {HTML, "application/xhtml+xml"} and head.startswith("<") else TEXT
