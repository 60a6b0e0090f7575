"""Files of every format and of every hazard, made when a test asks for them."""

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from itertools import chain

import docx
import pptx
import pypdf
from fpdf import FPDF
from PIL import Image
from pypdf.constants import PageLabelStyle

TITLE = "Keeping children safe"
SECTION = "Speaking with families"
LEAD_IN = "A good meeting has three parts:"
ITEMS = ("Listening to the elders", "Hearing the children", "Agreeing on one next step")
OPENING = (
    "Communities protected their children long before any agency arrived. This guide begins with "
    "what people already do and asks how outsiders can support it without taking it over."
)
CLOSING = "Write down what was agreed, and read it back to those who came."
ROW = ("Neighbour", "Notices that a child is hurt")


class _Sheet(FPDF):
    """A PDF with a running header and a footer with the page's number."""

    head = ""
    foot = ""
    first = 1

    def header(self) -> None:
        if self.head:
            self.set_font("Helvetica", size=8)
            self.set_y(8)
            self.cell(0, 4, self.head)
            self.set_y(20)

    def footer(self) -> None:
        if self.foot:
            self.set_font("Helvetica", size=8)
            self.set_y(-12)
            self.cell(0, 4, self.foot.format(self.page_no() + self.first - 1), align="C")


def sheet(head: str = "", foot: str = "", first: int = 1) -> _Sheet:
    """Give an empty PDF to draw on."""
    pdf = _Sheet(format="A4")
    pdf.head, pdf.foot, pdf.first = head, foot, first
    pdf.set_auto_page_break(True, 20)
    return pdf


def write(pdf: FPDF, text: str, size: float = 10, style: str = "", gap: float = 3) -> None:
    """Write one paragraph."""
    pdf.set_font("Helvetica", style=style, size=size)
    pdf.multi_cell(0, size * 0.45, text, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(gap)


def pdf() -> bytes:
    """Make the guide in three pages."""
    made = sheet(head="Guide No. 4 for community workers", foot="Page {} of 30", first=11)
    made.set_title(TITLE)
    made.add_page()
    write(made, TITLE, size=20, style="B")
    write(made, OPENING)
    made.add_page()
    write(made, SECTION, size=14, style="B")
    write(made, LEAD_IN)
    for item in ITEMS:
        write(made, f"\x95 {item}", gap=1)
    made.add_page()
    write(made, CLOSING)
    write(made, " - ".join(ROW))
    return bytes(made.output())


def html() -> bytes:
    """Make the guide as a web page with furniture around it."""
    menu = "".join(f'<li><a href="/{n}">Menu entry {n}</a></li>' for n in range(8))
    items = "".join(f"<li>{item}</li>" for item in ITEMS)
    cells = "".join(f"<td>{cell}</td>" for cell in ROW)
    return (
        f"<!DOCTYPE html><html lang='en-GB'><head><title>{TITLE}</title></head><body>"
        f"<nav><ul>{menu}</ul></nav><main><h1>{TITLE}</h1><p>{OPENING}</p><h2>{SECTION}</h2>"
        f"<p>{LEAD_IN}</p><ul>{items}</ul><p>{CLOSING}</p><table><tr>{cells}</tr></table></main>"
        "<footer>Downloaded 4,711 times</footer></body></html>"
    ).encode()


def word() -> bytes:
    """Make the guide as a Word file."""
    made = docx.Document()
    made.core_properties.title = TITLE
    made.add_heading(TITLE, 0)
    made.add_paragraph(OPENING)
    made.add_heading(SECTION, 2)
    made.add_paragraph(LEAD_IN)
    for item in ITEMS:
        made.add_paragraph(item, style="List Bullet")
    made.add_paragraph(CLOSING)
    table = made.add_table(rows=1, cols=2)
    for cell, text in zip(table.rows[0].cells, ROW, strict=True):
        cell.text = text
    return saved(made)


def slides() -> bytes:
    """Make the guide as a presentation of three slides."""
    made = pptx.Presentation()
    made.core_properties.title = TITLE
    for title, lines in ((TITLE, [OPENING]), (SECTION, [LEAD_IN, *ITEMS]), ("", [CLOSING])):
        slide = made.slides.add_slide(made.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text_frame.text = "\n".join(lines)
    table = made.slides[2].shapes.add_table(1, 2, 0, 0, 9_000_000, 900_000).table
    for cell, text in zip(table.rows[0].cells, ROW, strict=True):
        cell.text = text
    return saved(made)


def epub() -> bytes:
    """Make the guide as an e-book whose spine is not in the order of its file names."""
    items = "".join(f"<li>{item}</li>" for item in ITEMS)
    cells = "".join(f"<td>{cell}</td>" for cell in ROW)
    chapters = {
        "z.xhtml": f"<h1>{TITLE}</h1><p>{OPENING}</p>",
        "a.xhtml": f"<h2>{SECTION}</h2><p>{LEAD_IN}</p><ul>{items}</ul>",
        "m.xhtml": f"<p>{CLOSING}</p><table><tr>{cells}</tr></table>",
    }
    listed = "".join(
        f'<item id="{name[0]}" href="{name}" media-type="application/xhtml+xml"/>'
        for name in sorted(chapters)
    )
    spine = "".join(f'<itemref idref="{name[0]}"/>' for name in chapters)
    book = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{TITLE}</dc:title>'
        f"<dc:language>en</dc:language></metadata><manifest>{listed}</manifest>"
        f"<spine>{spine}</spine></package>"
    )
    container = '<container><rootfiles><rootfile full-path="b/book.opf"/></rootfiles></container>'
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "b/book.opf": book,
            **{
                f"b/{name}": '<?xml version="1.0" encoding="utf-8"?>'
                f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{text}</body></html>'
                for name, text in chapters.items()
            },
        }
    )


def markdown() -> bytes:
    """Make the guide in Markdown."""
    items = "\n".join(f"* {item}" for item in ITEMS)
    return (
        f"# {TITLE}\n\n{OPENING}\n\n## {SECTION}\n\n{LEAD_IN}\n\n{items}\n\n{CLOSING}\n\n"
        f"| Who | What |\n|---|---|\n| {ROW[0]} | {ROW[1]} |\n"
    ).encode()


def text() -> bytes:
    """Make the guide as plain text with hard line breaks."""
    half = OPENING.index(" begins")
    items = "\n".join(f"- {item}" for item in ITEMS)
    return (
        f"{TITLE}\r\n\r\n{OPENING[:half]}\r\n{OPENING[half + 1 :]}\r\n\r\n{SECTION}\r\n\r\n"
        f"{LEAD_IN}\n{items}\n\n{CLOSING}\n\n{' - '.join(ROW)}\n"
    ).encode()


def udhr() -> bytes:
    """Make a declaration whose articles are the guide's sections."""
    items = "".join(f"<listitem><para>{item}</para></listitem>" for item in ITEMS)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><udhr xml:lang="en" '
        f'xmlns="http://efele.net/udhr"><title>{TITLE}</title><preamble><title>Preamble</title>'
        f'<para>{OPENING}</para></preamble><article number="1"><title>{SECTION}</title>'
        f"<para>{LEAD_IN}</para><orderedlist>{items}</orderedlist><para>{CLOSING}</para>"
        f"<para>{' - '.join(ROW)}</para></article></udhr>"
    ).encode()


def zipped(parts: dict[str, str | bytes]) -> bytes:
    """Pack some parts into a zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def locked_pdf() -> bytes:
    """Make a PDF that asks for a password."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.encrypt("secret", algorithm="RC4-128")
    return _written(writer)


def scanned_pdf(pages: int = 2) -> bytes:
    """Make a PDF of pictures alone."""
    made = sheet()
    for _ in range(pages):
        made.add_page()
        made.image(Image.new("L", (60, 80), 200), x=10, y=10, w=100)
    return bytes(made.output())


def labelled_pdf() -> bytes:
    """Make a PDF of five pages whose own labels are i, ii, 1, 2, 3."""
    made = sheet()
    for number in range(5):
        made.add_page()
        write(made, f"This is sheet number {number + 1} of all.")
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(bytes(made.output())))
    writer.set_page_label(0, 1, style=PageLabelStyle.LOWERCASE_ROMAN)
    writer.set_page_label(2, 4, style=PageLabelStyle.DECIMAL)
    return _written(writer)


def bomb_pdf(megabytes: int = 400) -> bytes:
    """Make a small PDF whose one page inflates to many megabytes of drawing."""
    packer = zlib.compressobj(9)
    line = b"BT /F1 9 Tf 10 10 Td (child) Tj ET\n" * 30_000
    content = b"".join(packer.compress(line) for _ in range(megabytes)) + packer.flush()
    return raw_pdf(content, b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", packed=True)


def raw_pdf(content: bytes, font: bytes, more: Sequence[bytes] = (), packed: bool = False) -> bytes:
    """Make a PDF of one page from its drawing and its font F1; `more` objects count from 6."""
    fil = b"/Filter /FlateDecode " if packed else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< %b/Length %d >>\nstream\n%b\nendstream" % (fil, len(content), content),
        font,
        *more,
    ]
    out, places = b"%PDF-1.7\n", []
    for number, item in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table, len(objects) + 1, len(out))
    )


def arabic_pdf(lines: Sequence[str]) -> bytes:
    """Make a PDF that draws Arabic as printing programs do: from left to right, lam-alef one sign.

    Each sign has its Unicode text in a ToUnicode map; for lam-alef that is two letters.
    """
    signs = [_signs(line) for line in lines]
    codes = {sign: at for at, sign in enumerate(dict.fromkeys(chain(*signs)), start=1)}
    drawn = b"".join(
        b"BT /F1 12 Tf 1 0 0 1 300 %d Tm <%b> Tj ET\n"
        % (760 - 18 * row, "".join(f"{codes[sign]:04X}" for sign in line).encode())
        for row, line in enumerate(signs)
    )
    pairs = "".join(
        f"<{code:04X}> <{sign.encode('utf-16-be').hex().upper()}>\n" for sign, code in codes.items()
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n"
        "/CMapType 2 def 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{len(codes)} beginbfchar\n{pairs}endbfchar endcmap end end"
    ).encode()
    font = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /ToUnicode 6 0 R "
        b"/DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /DW 500 "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
        b"/FontDescriptor << /Type /FontDescriptor /FontName /X /Flags 4 /ItalicAngle 0 "
        b"/FontBBox [0 0 500 700] /Ascent 700 /Descent -200 /CapHeight 700 /StemV 80 >> >>] >>"
    )
    stream = b"<< /Length %d >>\nstream\n%b\nendstream" % (len(cmap), cmap)
    return raw_pdf(drawn, font, [stream])


def _signs(line: str) -> list[str]:
    """Give the signs of a line from left to right; numbers run that way in Arabic as well."""
    parts = re.split(r"(\d+|ل[اأإآ])", line)
    drawn: list[str] = []
    for index, part in reversed(list(enumerate(parts))):
        joined = index % 2 == 1 and not part.isdecimal()
        drawn += [part] if joined else part if index % 2 else part[::-1]
    return drawn


def saved(made: object) -> bytes:
    buffer = io.BytesIO()
    made.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


def _written(writer: pypdf.PdfWriter) -> bytes:
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
