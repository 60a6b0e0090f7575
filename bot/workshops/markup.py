"""What the templates of handout and pack share: escaping, which way a text runs, links as letters.

All values are escaped. The pages load nothing: style, script and QR codes stand in them.
"""

import base64
import functools
import hashlib
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent / "templates"
_TEXT_FRAGMENT = re.compile(r"#?:~:.*")  # which a browser needs, and nobody types
_COMMAND = re.compile(r"(/[a-z]+(?: [a-z2-9]{8})?)\b")
_BREAKS = re.compile(r"(?<=[/?&=.])(?=[^/])")


def made(template: str, **values: Any) -> str:  # noqa: ANN401 - a template takes anything
    """The template with these values, as a whole page."""
    return _environment().get_template(template).render(values)


def way(text: str) -> str:
    """Which way a text runs, by its first letter, as HTML's `dir`: a quote may run another way."""
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


def letters(url: str) -> Markup:
    """An address as it is typed, which may be broken where it has a sign."""
    shown = _TEXT_FRAGMENT.sub("", re.sub(r"^https?://", "", url))
    return Markup("<wbr>").join(_BREAKS.split(shown))  # what is joined is escaped


def said(text: str) -> Markup:
    """A text of ours; a command in it keeps its slash before it, whichever way the text runs.

    By a left-to-right mark, which WeasyPrint heeds as browsers do; it knows no isolation.
    """
    bdi = Markup('<bdi class="command" dir="ltr">&lrm;{}</bdi>')
    parts = enumerate(_COMMAND.split(text))
    return Markup("").join(bdi.format(part) if place % 2 else part for place, part in parts)


def opens(url: str) -> bool:
    """Whether it may stand as a link: a catalogue may hold anything."""
    return url.startswith(("http://", "https://"))


def script(name: str) -> tuple[Markup, str]:
    """A script of ours, to stand in a page, and what names it in the page's policy."""
    code = (FOLDER / name).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    return Markup(code), f"'sha256-{digest}'"


@functools.cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # for who prints

    made = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"way": way, "letters": letters, "said": said}
    made.tests["link"] = opens
    return made
