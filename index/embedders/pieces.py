"""A tokenizer's pieces in four arrays: as a dictionary they take 26 MB of memory, so 7."""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

_SLOTS = 1 << 19  # twice as many as there are pieces, so the next free one is near
NAMES = ("texts", "ends", "slots", "numbers")


def packed(pieces: Mapping[str, int]) -> dict[str, Any]:
    """The arrays by NAMES; fewer pieces than _SLOTS, none of them empty, no number below 0."""
    texts = [piece.encode() for piece in pieces]
    slots = np.zeros(_SLOTS, np.uint32)
    for place, text in enumerate(texts, 1):
        slot = crc32(text) % _SLOTS
        while slots[slot]:
            slot = (slot + 1) % _SLOTS
        slots[slot] = place
    return {
        "texts": np.frombuffer(b"".join(texts), np.uint8),
        "ends": np.cumsum([0, *map(len, texts)], dtype=np.uint32),
        "slots": slots,
        "numbers": np.fromiter(pieces.values(), np.uint32, len(pieces)),
    }


class Pieces:
    """The numbers of pieces, as a dictionary's `get` gives them. Any thread may ask."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """`arrays` as `packed` makes them. Raises KeyError."""
        self._texts = arrays["texts"].tobytes()
        # An item of a memoryview is a plain int, and costs half of what NumPy's costs.
        self._ends, self._slots, self._numbers = (arrays[name].data for name in NAMES[1:])

    def get(self, piece: str) -> int | None:
        """The number of `piece`, in some microseconds; None where there is no such piece.

        `piece` has no half of a surrogate pair: it comes of what was encoded before.
        """
        text, slots, ends = piece.encode(), self._slots, self._ends
        slot = crc32(text) % _SLOTS
        while place := slots[slot]:  # 0: nothing more with this checksum
            if self._texts[ends[place - 1] : ends[place]] == text:
                return self._numbers[place - 1]
            slot = (slot + 1) % _SLOTS
        return None
