"""Opening the zip files that Word, PowerPoint and EPUB files are, with a look at their size."""

import io
import zipfile

from lxml import etree

from corpus.errors import UnreadableDocument

MOST_BYTES = 300_000_000  # inflated, all parts together
MOST_PARTS = 10_000


def opened(data: bytes) -> zipfile.ZipFile:
    """Return the zip file in some bytes.

    Raises UnreadableDocument if it is locked, cut, or inflates too far.
    The sizes that it declares can be trusted as bounds: zipfile reads no part beyond its own.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UnreadableDocument(
            "the file is damaged or its end is missing; download or export it again"
        ) from error
    parts = archive.infolist()
    size = sum(part.file_size for part in parts)
    if size > MOST_BYTES or len(parts) > MOST_PARTS:
        raise UnreadableDocument(
            f"it unpacks to {size / 1e6:,.0f} MB in {len(parts):,} parts, more than "
            f"{MOST_BYTES / 1e6:,.0f} MB or {MOST_PARTS:,} parts; make its pictures smaller or "
            "save it as PDF"
        )
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableDocument("the file is locked with a password; save a copy without one")
    return archive


def parse_xml(data: bytes) -> etree._Element:
    """Return the root of an XML file: no entities are expanded, nothing is fetched."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableDocument(
            f"its XML is damaged ({error.msg}); download or export it again"
        ) from error
