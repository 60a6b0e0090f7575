"""A printed page as a person sees it: rasterised, its QR codes read by another library."""

import pypdfium2
import zxingcpp
from PIL import Image

DOTS = 150 / 72  # an inch: what a cheap printer does well


def pages(pdf: bytes, scale: float = DOTS) -> list[Image.Image]:
    """Each page, as it is printed in grey."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=scale).to_pil().convert("L") for page in document]


def text(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def codes(page: Image.Image) -> list[str]:
    """What its QR codes say, in the order of reading."""
    found = zxingcpp.read_barcodes(page)
    half = page.height // 2  # two rows of cards at most
    places = [(one.position.top_left.y > half, one.position.top_left.x, one.text) for one in found]
    return [said for *_, said in sorted(places)]


def ink(page: Image.Image) -> tuple[int, int, int, int] | None:
    """The smallest box around all that is dark: left, top, right, bottom; None: all is white."""
    return page.convert("L").point([255 if value < 128 else 0 for value in range(256)]).getbbox()
