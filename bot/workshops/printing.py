"""A page of ours as a PDF, made by WeasyPrint in a child process.

The child gives its memory back when it ends, and the answering process never loads what prints.
The page may name nothing that is fetched, from the network or from the disk; the fonts are ours.
WeasyPrint needs Pango from the system. Chromium prints as well, but has 270 MB to install and
needs more memory than a server of 1 GB has left.
"""

import os
import sys
import threading
from pathlib import Path

from corpus.sandbox import Limits, restrict, run

LIMITS = Limits(seconds=120.0, memory=1_000_000_000)
FONTS = Path(__file__).parent / "fonts" / "fonts.css"
_COMMAND = (sys.executable, "-m", "bot.workshops.printing")
_PANGO = (
    "Pango is missing, which prints; on Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0."
    " The HTML prints from any browser"
)
_turn = threading.Lock()  # one at a time: the memory is for the answers


class NotPrinted(Exception):
    """There is no PDF. The text says why and what to do, in one line."""


def pdf(html: str) -> bytes:
    """The page as a PDF; its size is what its style says. Raises NotPrinted."""
    with _turn:
        status, output = run(_COMMAND, html.encode(), LIMITS)
    if status is None:
        raise NotPrinted(f"no PDF: it took longer than {LIMITS.seconds:g} seconds; try again")
    why, _, data = output.partition(b"\n")
    if status != 0 or why or not data:
        raise NotPrinted(f"no PDF: {why.decode() or f'printing ended with status {status}'}")
    return data


def _made(html: str) -> bytes:
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts = FontConfiguration()
    ours = CSS(
        filename=str(FONTS), font_config=fonts, url_fetcher=URLFetcher(allowed_protocols=("file",))
    )
    page = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=()))
    made: bytes = page.write_pdf(stylesheets=[ours], font_config=fonts, pdf_tags=True)
    return made


def _main() -> None:
    """Run in the child: limits first. A line of what is wrong, or a blank one and the bytes."""
    html = sys.stdin.buffer.read().decode()
    restrict(LIMITS)
    data, why = b"", ""
    out, sys.stdout = sys.stdout.buffer, sys.stderr  # WeasyPrint prints what it misses
    try:
        data = _made(html)
    except ModuleNotFoundError as error:
        why = f"the library {error.name} is missing; run: scripts/setup"
    except OSError as error:  # how cffi says that a library of the system is not there
        why = _PANGO if "cannot load library" in str(error) else type(error).__name__
    except Exception as error:  # what a library raises over a page, MemoryError too
        why = type(error).__name__
    out.write(why.encode() + b"\n" + data)
    out.flush()
    os._exit(0)  # libraries that are killed by their own clean-up do not cost the page


if __name__ == "__main__":
    _main()
