"""One page of a PDF, as a picture for a phone or alone as a PDF, made in a child process.

A file that was read once can still bring pdfium down when it is drawn, and pdfium bears no two
threads. The child opens the file itself, so that the caller's memory never holds it.
"""

import hashlib
import io
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from corpus.sandbox import Limits, restrict, run

MOST_PICTURE = 80_000  # bytes: under a second on a slow mobile network
MOST_ALONE = 300_000  # bytes
LIMITS = Limits(seconds=10.0, memory=800_000_000)
# The long side in pixels and JPEG's quality, the best first. Print suffers less from a low quality
# than from few pixels; the last are for a page that is one photograph.
_STEPS = ((1280, 75), (1280, 50), (1280, 30), (1280, 22), (1120, 25), (1000, 30), (800, 30))
# What a page may carry along beside its looks: actions, forms, and ways into the whole file.
_DROPPED = ("/AA", "/AF", "/Annots", "/B", "/Metadata", "/PieceInfo", "/StructParents", "/Thumb")
Make = Callable[..., bytes]  # picture or alone
_COMMAND = (sys.executable, "-m", "corpus.onepage")


class NoPage(Exception):
    """A page that cannot be shown. Its text says why, for a log."""


def picture(path: Path, sha256: str, page: int, limits: Limits = LIMITS) -> bytes:
    """Page `page`, from 1, as a JPEG of at most MOST_PICTURE bytes.

    `sha256` is what the file must be. Raises NoPage. Any thread may call.
    """
    return _made("picture", path, sha256, page, limits)


def alone(path: Path, sha256: str, page: int, limits: Limits = LIMITS) -> bytes:
    """Page `page`, from 1, as a PDF of at most MOST_ALONE bytes: its looks, no links or scripts.

    Raises NoPage. Any thread may call.
    """
    return _made("alone", path, sha256, page, limits)


def _made(what: str, path: Path, sha256: str, page: int, limits: Limits) -> bytes:
    wanted = {
        "what": what, "path": str(path.resolve()), "sha256": sha256, "page": page,
        "limits": asdict(limits),
    }  # fmt: skip
    status, output = run(_COMMAND, json.dumps(wanted).encode(), limits)
    why, _, data = output.partition(b"\n")
    if status != 0 or why or not data:
        raise NoPage(why.decode() or f"the child ended with status {status}")
    return data


def _draw(path: Path, page: int) -> bytes:
    import pypdfium2
    from PIL import Image

    with pypdfium2.PdfDocument(path) as pdf:
        if not 1 <= page <= len(pdf):
            raise NoPage(f"there is no page {page} of {len(pdf)}")
        sheet = pdf[page - 1]
        scale = _STEPS[0][0] / max(sheet.get_size())
        drawn = sheet.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    for side, quality in _STEPS:
        image = drawn.copy()
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        if out.tell() <= MOST_PICTURE:
            return out.getvalue()
    raise NoPage("its picture is too large")


def _part(path: Path, page: int) -> bytes:
    from pypdf import PdfReader, PdfWriter

    reader = PdfReader(path)
    if not 1 <= page <= len(reader.pages):
        raise NoPage(f"there is no page {page} of {len(reader.pages)}")
    sheet = reader.pages[page - 1]
    for key in _DROPPED:
        sheet.pop(key, None)
    writer = PdfWriter()
    writer.add_page(sheet).compress_content_streams()
    out = io.BytesIO()
    writer.write(out)
    if out.tell() > MOST_ALONE:
        raise NoPage(f"the page alone has {out.tell():,} bytes")
    return out.getvalue()


_MAKERS: dict[str, Callable[[Path, int], bytes]] = {"picture": _draw, "alone": _part}


def _main() -> None:
    """Run in the child: limits first. A line of what is wrong, or a blank one and the bytes."""
    wanted = json.loads(sys.stdin.buffer.read())
    restrict(Limits(**wanted["limits"]))
    path, data, why = Path(wanted["path"]), b"", ""
    try:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != wanted["sha256"]:
                raise NoPage("the file is not the one that was read")
        data = _MAKERS[wanted["what"]](path, wanted["page"])
    except NoPage as error:
        why = str(error)
    except Exception as error:  # parsers raise what they like; MemoryError, too
        why = type(error).__name__
    sys.stdout.buffer.write(why.encode() + b"\n" + data)
    sys.stdout.buffer.flush()
    os._exit(0)  # libraries that are killed by their own clean-up do not cost the answer


if __name__ == "__main__":
    _main()
