"""Files that mean harm, made small at test time: each gives a document or one line, in bounds."""

import io
import zipfile
import zlib

from corpus.media import DOCX

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override '
    f'PartName="/word/document.xml" ContentType="{DOCX}.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/'
    '2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
_BODY = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    "<w:p><w:r><w:t>{}</w:t></w:r></w:p></w:body></w:document>"
)
_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 40}">' for n in range(7))
    + "]>"
)
_SECRET = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY h SYSTEM "file:///etc/passwd">]>'


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def docx(document: str, **more: bytes) -> bytes:
    return packed(
        {
            "[Content_Types].xml": _TYPES.encode(),
            "_rels/.rels": _RELATIONS.encode(),
            "word/document.xml": document.encode(),
            **more,
        }
    )


def docx_bomb() -> bytes:
    return docx(_BODY.format("0" * 400_000_000))


def docx_entities() -> bytes:
    return docx(_BOMB + _BODY.format("&h;"))


def docx_secret() -> bytes:
    return docx(_SECRET + _BODY.format("Hidden: &h;"))


def docx_traversal() -> bytes:
    return docx(
        _BODY.format("Children speak first in every meeting."), **{"../../../escaped.txt": b"out"}
    )


def epub(chapter: str, name: str = "c.xhtml", **more: bytes) -> bytes:
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
        'full-path="o.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><manifest><item id="c" '
        f'href="{name}" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="c"/>'
        "</spine></package>"
    )
    files = {
        "mimetype": b"application/epub+zip", "META-INF/container.xml": container.encode(),
        "o.opf": package.encode(), **more,
    }  # fmt: skip
    return packed({**files, name: chapter.encode()} if not more else files, zipfile.ZIP_DEFLATED)


def epub_bomb() -> bytes:
    return epub("<html><body><p>" + "0" * 400_000_000 + "</p></body></html>")


def epub_entities() -> bytes:
    return epub(_BOMB + "<html><body><p>&h;</p></body></html>")


def epub_traversal() -> bytes:
    return epub("", name="../../../../etc/hostname", x=b"x")


def pdf(*objects: bytes, root: bytes = b"1 0 R") -> bytes:
    """A PDF of these objects, numbered from 1, with a table of them."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root %s>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, root, table,
    )  # fmt: skip
    return bytes(out)


def _page(contents: bytes) -> tuple[bytes, ...]:
    return (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R"
        b">>>>>>",
        contents,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )


def pdf_bomb() -> bytes:
    """A content stream that unpacks to 800 MB of text operators."""
    compressor = zlib.compressobj(9)
    line = b"BT /F 12 Tf 10 10 Td (Nothing but this) Tj ET\n" * 20_000
    stream = b"".join(compressor.compress(line) for _ in range(850)) + compressor.flush()
    head = b"<</Filter/FlateDecode/Length %d>>stream\n" % len(stream)
    return pdf(*_page(head + stream + b"\nendstream"))


def pdf_deep() -> bytes:
    return pdf(*_page(b"[" * 200_000 + b"]" * 200_000))


def pdf_kids_loop() -> bytes:
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")


def pdf_huge_count() -> bytes:
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 2147483647>>")


def pdf_many_pages(count: int = 100_000) -> bytes:
    kids = b" ".join(b"%d 0 R" % (n + 3) for n in range(count))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    head = b"<</Type/Pages/Kids[" + kids + b"]/Count %d>>" % count
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", head, *[page] * count)


def html_large() -> bytes:
    row = b"<div><p>Children speak first.</p><table><tr><td>1</td></tr></table></div>\n"
    return b"<!doctype html><html><body>" + row * (50_000_000 // len(row)) + b"</body></html>"


def html_deep() -> bytes:
    return b"<!doctype html><html><body>" + b"<div>" * 100_000 + b"deep" + b"</div>" * 100_000


def html_entities() -> bytes:
    return (_BOMB + "<html><body><p>&h; plain words stand here</p></body></html>").encode()


def udhr_entities() -> bytes:
    return (_BOMB + '<udhr xmlns="http://efele.net/udhr"><title>&h;</title></udhr>').encode()


def markdown_line() -> bytes:
    return b"# A title\n\n" + b"*[(`" * 2_500_000


def markdown_deep() -> bytes:
    return b">" * 50_000 + b" deep\n\n" + b"".join(b" " * n + b"- x\n" for n in range(2_000))


def text_lines() -> bytes:
    return b"a b\n" * 1_000_000


def picture_as_pdf() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"\0" * 200
