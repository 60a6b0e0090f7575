"""The link of an answer: what shows its card again to a colleague, and holds no word of anybody.

"card:en:" and then each passage: its id, how many quotes it gives, and of each quote its first and
its last sentence, one sign a number. So a link that was changed by hand shows other whole sentences
of the library, or nothing. With "_" for each colon it has only signs that Telegram takes after
?start=, 64 at most (core.telegram.org/api/links#bot-links).
"""

import re
from collections.abc import Sequence
from itertools import groupby
from string import ascii_letters, digits

from bot.messages import Quote

NAME = "card"
LONGEST = 64
_ID = 11  # characters of a passage's id
_SIGNS = f"{ascii_letters}{digits}-_"  # one for each number below 64
_PAYLOAD = re.compile(rf"{NAME}_([a-z]{{2,3}})_([\w-]+)", re.ASCII)

Entry = tuple[str, tuple[tuple[int, int], ...]]
"""A passage's id, and the first and the last sentence of each quote; of none: its opening."""


def link(quotes: Sequence[Quote], language: str) -> str:
    """The data of a button that shows these quotes again; "" where no button could."""
    data = start = f"{NAME}:{language}:"
    for id, group in groupby(quotes, key=lambda quote: quote.passage):
        runs = [quote.run for quote in group if quote.run and max(quote.run) < len(_SIGNS)]
        entry = id + _SIGNS[len(runs)] + "".join(_SIGNS[n] for run in runs for n in run)
        if len(id) != _ID or len(data) + len(entry) > LONGEST:
            break
        data += entry
    return data if data != start else ""


def entries(text: str) -> list[Entry]:
    """What stands behind "card:en:"; as far as it can be read, where somebody changed it."""
    if "," in text or len(text) == _ID:  # links of the web chat from before they named sentences
        return [(id, ()) for id in text.split(",")]
    found: list[Entry] = []
    while len(text) > _ID and (count := _SIGNS.find(text[_ID])) >= 0:
        end = _ID + 1 + 2 * count
        numbers = [_SIGNS.find(sign) for sign in text[_ID + 1 : end]]
        if len(numbers) < 2 * count or min(numbers, default=0) < 0:
            break
        found.append((text[:_ID], tuple(zip(numbers[::2], numbers[1::2], strict=True))))
        text = text[end:]
    return found


def payload(link: str) -> str:
    """The link as it stands after /start; "" for none."""
    return link.replace(":", "_", 2)


def opened(payload: str) -> str:
    """The data of the button that a payload stands for; "" where it is none of ours."""
    held = _PAYLOAD.fullmatch(payload)
    return f"{NAME}:{held[1]}:{held[2]}" if held else ""
