"""The Universal Declaration of Human Rights in the XML of the "UDHR in XML" project."""

from lxml import etree

from corpus.archive import parse_xml
from corpus.document import Block, Document, Page
from corpus.errors import UnreadableDocument
from corpus.repair import clean, language_code

MEDIA_TYPES: tuple[str, ...] = ("application/x-udhr+xml",)
NAMESPACE = "http://efele.net/udhr"

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_TEXT = frozenset({"note"})  # remarks of those who typed the translation


def read(data: bytes) -> Document:
    """Return the Declaration in one language. Raises UnreadableDocument for any other XML."""
    root = parse_xml(data)
    if root.tag != f"{{{NAMESPACE}}}udhr":
        raise UnreadableDocument("this XML is of an unknown kind; add the document as PDF or HTML")
    blocks = tuple(block for node in root for block in _blocks(node, 1))
    title = root.findtext(f"{{{NAMESPACE}}}title")
    return Document(
        media_type=MEDIA_TYPES[0],
        pages=(Page(number=None, blocks=blocks),),
        title=clean(title or "") or None,
        language=language_code(root.get(_LANGUAGE)),
    )


def _blocks(node: etree._Element, depth: int, number: str = "") -> list[Block]:
    """Return the blocks of an element: a title is a heading as deep as what it names."""
    name = etree.QName(node).localname if isinstance(node.tag, str) else "note"
    if name in _NOT_TEXT:
        return []
    if name in {"title", "para"}:
        text = clean("".join(node.itertext()))
        level = min(depth, 6) if name == "title" else 0
        return [Block(text=number + text, level=level, item=bool(number))] if text else []
    deeper = depth + (name in {"preamble", "article"})
    if name == "orderedlist":
        numbered = [(child, f"{at}. ") for at, child in enumerate(node, start=1)]
    else:
        numbered = [(child, number) for child in node]
    return [block for child, given in numbered for block in _blocks(child, deeper, given)]
