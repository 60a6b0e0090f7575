"""Plots as SVG made here, on the server: no script, no style attribute, so the strictest policy.

They hold no words. Names and numbers stand in the table beside them, which grows with the reader's
letters and is read aloud; a plot alone would be shrunk with its labels on a phone. Colours are the
page's own, light or dark (currentColor).
"""

from collections.abc import Sequence

from markupsafe import Markup

_BAR, _COLUMNS = 12, 100  # heights in units of the drawing
_WIDE = 100.0


def bar(number: int, most: int, of: int = 0, *, mirrored: bool = False) -> Markup:
    """One bar, as long as `number` is of `most`; behind it a pale one as long as `of`.

    `mirrored`: it grows from the right, for pages that are read from there.
    """
    pale = _rectangle(of, most, "0.25", mirrored) if of else Markup("")
    return _drawing(_WIDE, _BAR, pale + _rectangle(number, most, "0.85", mirrored))


def columns(numbers: Sequence[int | None], *, mirrored: bool = False) -> Markup:
    """A column a week, from the oldest; where there is none, a thin line along the ground."""
    most = max((number for number in numbers if number), default=1)
    wide = _WIDE / max(len(numbers), 1)
    drawn = Markup("")
    for at, number in enumerate(numbers):
        place = len(numbers) - 1 - at if mirrored else at
        tall = _COLUMNS * number / most if number else 1
        drawn += Markup(
            '<rect x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}" fill-opacity="{}"/>'
        ).format(
            wide * (place + 0.1), _COLUMNS - tall, wide * 0.8, tall, "0.85" if number else "0.4"
        )
    return _drawing(_WIDE, _COLUMNS, drawn)


def _rectangle(number: int, most: int, opacity: str, mirrored: bool) -> Markup:
    wide = _WIDE * number / max(most, 1)
    return Markup('<rect x="{:.2f}" width="{:.2f}" height="{}" fill-opacity="{}"/>').format(
        _WIDE - wide if mirrored else 0, wide, _BAR, opacity
    )


def _drawing(wide: float, tall: int, drawn: Markup) -> Markup:
    return Markup(
        '<svg class="plot" aria-hidden="true" focusable="false" width="100%" height="{tall}"'
        ' viewBox="0 0 {wide:.0f} {tall}" preserveAspectRatio="none" fill="currentColor">'
        "{drawn}</svg>"
    ).format(tall=tall, wide=wide, drawn=drawn)
