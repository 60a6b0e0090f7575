"""Scanned pages: recognised where tesseract is installed, told where it is not."""

import io

import fpdf
import pypdfium2
import pytest

from corpus import ocr
from corpus.errors import ScannedDocument
from corpus.sandbox import Limits, read_document

PAGES = {
    "en": "Children speak first in every village meeting.",
    "fr": "Les enfants parlent avant les adultes dans chaque réunion.",
}


def scan(*texts: str) -> bytes:
    """A PDF whose pages are pictures of these texts."""
    written = fpdf.FPDF()
    written.set_font("Helvetica", size=20)
    for text in texts:
        written.add_page()
        written.multi_cell(0, 12, text)
    printed = pypdfium2.PdfDocument(bytes(written.output()))
    pictures = fpdf.FPDF()
    for page in printed:
        picture = io.BytesIO()
        page.render(scale=2).to_pil().save(picture, "PNG")
        pictures.add_page()
        pictures.image(picture, x=0, y=0, w=210)
    printed.close()
    return bytes(pictures.output())


@pytest.mark.skipif(not ocr.installed(), reason="tesseract is not installed on this machine")
def test_a_scan_is_recognised_page_by_page() -> None:
    document = read_document(scan(*PAGES.values()), "scan.pdf")
    assert [page.number for page in document.pages] == [1, 2]
    assert "Children speak first" in document.pages[0].text
    assert "avant les adultes" in document.pages[1].text
    assert any("recognition (OCR)" in note for note in document.dropped)


@pytest.mark.skipif(not ocr.installed(), reason="tesseract is not installed on this machine")
def test_a_picture_without_text_stays_a_scan() -> None:
    with pytest.raises(ScannedDocument, match=r"scan\.pdf: no text was recognised on 1 pages"):
        read_document(scan(" "), "scan.pdf")


def test_without_recognition_the_line_says_what_to_install() -> None:
    with pytest.raises(ScannedDocument, match=r"0 characters on 2 pages.*install tesseract-ocr"):
        read_document(scan(*PAGES.values()), "scan.pdf", limits=Limits(ocr=False))
